/** Runs one small task per item, a few at a time, so that a long list neither floods the service nor waits in single file. */
export const inBatches = async <Item, Result>(
  items: readonly Item[],
  size: number,
  task: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> => {
  const results: Result[] = [];
  for (let from = 0; from < items.length; from += size)
    results.push(...(await Promise.all(items.slice(from, from + size).map(task))));
  return results;
};
