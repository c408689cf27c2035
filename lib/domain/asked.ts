/** What is asked for by a filter; one that is not given fits everything. */

export const fits = (asked: string | undefined, own: string | undefined): boolean =>
  asked === undefined || asked === own;

/** Whether it was done by them, as a token or as people call them. */
export const isBy = (
  actor: string | undefined,
  { by, by_name }: { readonly by?: string; readonly by_name?: string },
): boolean => actor === undefined || actor === by || actor === by_name;

/** Whether one of the words has the text in it, in any letter case. */
export const hasText = (text: string | undefined, words: readonly (string | undefined)[]): boolean => {
  const wanted = text?.toLowerCase();
  return wanted === undefined || words.some((word) => word?.toLowerCase().includes(wanted));
};
