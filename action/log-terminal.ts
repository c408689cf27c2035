import { makePalette } from '../lib/cli/palette.ts';
import { cleanly, type Terminal } from '../lib/cli/terminal.ts';
import type { Runner } from './runner.ts';

/**
 * The runner reads a line as a command if it begins with `::` or contains `##[`. A space makes it plain text.
 */
export const plainLine = (line: string): string => line.replace(/^(\s*):(?=:)/, '$1: ').replaceAll('##[', '## [');

/** The log of a job, as a terminal without colours and without anybody to ask. */
export const logTerminal = ({ line }: Pick<Runner, 'line'>): Terminal => ({
  live: false,
  columns: 10_000,
  rows: 24,
  unicode: true,
  eachSecond: () => () => {},
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
