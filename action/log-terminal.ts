import { makePalette } from '../lib/cli/palette.ts';
import { cleanly, type Terminal } from '../lib/cli/terminal.ts';
import type { Runner } from './runner.ts';

/**
 * The runner takes a line that begins with `::`, and one that has `##[` anywhere, for a command. A space makes it plain text.
 */
export const plainLine = (line: string): string => line.replace(/^(\s*):(?=:)/, '$1: ').replaceAll('##[', '## [');

/** The log of a job as the command line writes to it: line by line, without colours, with nobody to ask. */
export const logTerminal = ({ line }: Pick<Runner, 'line'>): Terminal => ({
  live: false,
  columns: 10_000,
  rows: 24,
  ...cleanly(makePalette(false), {
    out: (text) => line(plainLine(text)),
    error: (text) => line(plainLine(text)),
    redraw: () => {},
    ask: undefined,
  }),
  write: (text) => {
    for (const one of text.trimEnd().split('\n')) line(plainLine(one));
  },
  settle: () => {},
});
