/** A Lambda answer has at most 6 MB, and evidence with log lines can be long. */
const MAX_PAGE_CHARACTERS = 3_000_000;

/** How many of the views fit into an answer. At least one, or a reader would never get further. */
export const fittingCount = (views: readonly object[]): number => {
  let characters = 0;
  const tooMany = views.findIndex((view) => {
    characters += JSON.stringify(view).length;
    return characters > MAX_PAGE_CHARACTERS;
  });
  return tooMany < 0 ? views.length : Math.max(1, tooMany);
};
