/** Cuts a text after this many characters and appends `…`. */
export const cut = (text: string, most: number): string => (text.length <= most ? text : `${text.slice(0, most)}…`);
