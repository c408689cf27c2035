/** How many rows a table may have, from the longest to none. */
const steps = [500, 200, 100, 50, 25, 10, 5, 0];

/**
 * The longest version of a text that fits. `write` gets the number of table rows and whether to show details, and says itself what
 * it leaves out. If the shortest version is still too long, it is cut, and `end` says so.
 */
export const fitText = (
  write: (rows: number, hasDetails: boolean) => string,
  { most, size, end }: { readonly most: number; readonly size: (text: string) => number; readonly end: string },
): string => {
  for (const hasDetails of [true, false]) {
    for (const rows of steps) {
      const text = write(rows, hasDetails);
      if (size(text) <= most) return text;
    }
  }
  return cut(write(0, false), { most, size, end });
};

/** Whole lines from the beginning. */
const cut = (
  text: string,
  { most, size, end }: { readonly most: number; readonly size: (text: string) => number; readonly end: string },
): string => {
  const kept: string[] = [];
  let left = most - size(`\n\n${end}\n`);
  for (const line of text.split('\n')) {
    left -= size(line) + 1;
    if (left < 0) break;
    kept.push(line);
  }
  return `${kept.join('\n')}\n\n${end}\n`;
};

export const characters = (text: string): number => text.length;

export const bytes = (text: string): number => Buffer.byteLength(text);
