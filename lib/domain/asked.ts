/** A filter's value against an item's own. A filter that is not given matches everything. */

export const fits = (asked: string | undefined, own: string | undefined): boolean =>
  asked === undefined || asked === own;

/** Whether this person did it, named by token or by display name. */
export const isBy = (
  actor: string | undefined,
  { by, by_name }: { readonly by?: string; readonly by_name?: string },
): boolean => actor === undefined || actor === by || actor === by_name;

/** Whether one of the words contains the text, ignoring case. */
export const hasText = (text: string | undefined, words: readonly (string | undefined)[]): boolean => {
  const wanted = text?.toLowerCase();
  return wanted === undefined || words.some((word) => word?.toLowerCase().includes(wanted));
};
