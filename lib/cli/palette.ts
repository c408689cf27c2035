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
  /** A line for a terminal: our colours stay, and everything else invisible becomes visible. */
  show(line: string): string;
}

/** The only way to a colour. Its code has a random key, so that foreign text in a line cannot ask for one. */
export const makePalette = (isColoured: boolean): Palette => {
  // No part has more than four digits, so that libraries measuring texts recognise the code.
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
