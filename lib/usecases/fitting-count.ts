/** Lambda answers with at most 6 MB, and evidence with log lines can be long. */
const MAX_PAGE_CHARACTERS = 3_000_000;

/** How many of them fit in an answer; at least one, or a reader would never get on. */
export const fittingCount = (views: readonly object[]): number => {
  let characters = 0;
  const tooMany = views.findIndex((view) => {
    characters += JSON.stringify(view).length;
    return characters > MAX_PAGE_CHARACTERS;
  });
  return tooMany < 0 ? views.length : Math.max(1, tooMany);
};
