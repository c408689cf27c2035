/** A part of a log: its last lines. */
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

/** The first lines of a window may differ from before: masking depends on the lines above. */
const unsure = 3;

/**
 * The lines that are new since the last look. Lines have no numbers, so this looks for the end of the old lines in the
 * new ones. Of several places it takes the last, so no line appears twice.
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
