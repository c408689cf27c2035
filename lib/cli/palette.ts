import { randomInt } from 'node:crypto';
import { hiddenInLine, visibly } from './clean-text.ts';

/** The codes that begin and end each. */
const codes = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  magenta: [35, 39],
  gray: [90, 39],
} as const;

export type ColourName = keyof typeof codes;
export type Colours = Readonly<Record<ColourName, (text: string) => string>>;

export interface Palette {
  readonly colours: Colours;
  /** A line as a terminal may have it: in our colours, and all else that could not be seen is shown. */
  show(line: string): string;
}

/**
 * The only way to a colour. Its code has a key that nobody else knows, so that a text from elsewhere, wherever in a line it
 * stands, cannot ask for one.
 */
export const makePalette = (isColoured: boolean): Palette => {
  // No part has more than four digits: so libraries that measure texts know it for a code.
  const key = [1, 2, 3].map(() => randomInt(1_000, 10_000)).join(';');
  const paint = ([open, close]: readonly [number, number]) =>
    isColoured ? (text: string) => `\u001b[${open};${key}m${text}\u001b[${close};${key}m` : (text: string) => text;
  const colours = Object.fromEntries(Object.entries(codes).map(([name, pair]) => [name, paint(pair)]));
  const either = new RegExp(`\\u001b\\[(\\d+);${key}m|${hiddenInLine}`, 'g');
  return {
    colours: colours as Colours,
    show: (line) => line.replace(either, (found, code?: string) => (code ? `\u001b[${code}m` : visibly(found))),
  };
};
