/** A text of so many characters at most, and `…` where there were more. */
export const cut = (text: string, most: number): string => (text.length <= most ? text : `${text.slice(0, most)}…`);
