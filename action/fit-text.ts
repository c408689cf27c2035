/** Rows of one table, from what nobody reads more of down to none. */
const steps = [500, 200, 100, 50, 25, 10, 5, 0];

/**
 * The longest of several ways to write a text that has room. `write` gets how many rows a table may have, and whether details may
 * be shown; it says itself what it leaves out. What is still too long is cut, and `end` says so.
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
