/** A part of a log as it was read: its last lines. */
export interface LogWindow {
  readonly lines: readonly string[];
  /** There are earlier lines. */
  readonly isCut: boolean;
}

export interface NewLines {
  readonly lines: readonly string[];
  /** Lines came and went between two looks: some are missing. */
  readonly isGap: boolean;
}

/** The first lines of a window may read otherwise than before: what is masked depends on the lines above. */
const unsure = 3;

/**
 * What a look shows that the one before did not. A line has no number, so the end of what was seen is looked for in what is seen
 * now. Of several places the last one is taken: no line is told twice.
 */
export const newLogLines = (before: LogWindow, now: LogWindow): NewLines => {
  const { lines } = now;
  if (before.lines.length === 0) return { lines, isGap: before.isCut };
  // Nothing was cut off, so the place is known, whatever the lines say.
  if (!before.isCut && !now.isCut && lines.length >= before.lines.length)
    return { lines: lines.slice(before.lines.length), isGap: false };
  for (let end = lines.length; end > 0; end -= 1) {
    if (endsThere(before.lines, lines, end)) return { lines: lines.slice(end), isGap: false };
  }
  return { lines, isGap: true };
};

const endsThere = (seen: readonly string[], lines: readonly string[], end: number): boolean => {
  const first = Math.max(0, end - seen.length);
  for (let place = end - 1; place >= first; place -= 1) {
    if (place < Math.min(unsure, end - 1)) break;
    if (lines[place] !== seen[seen.length - (end - place)]) return false;
  }
  return true;
};
