import { cut } from '../cut.ts';

/** Codes of a terminal, controls other than tab and line feed, marks of direction, separators of lines. */
const unprintable =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must go
  /\u001b\[[0-9;?]*[A-Za-z]|[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** What a cluster or an executor says, as it may be recorded: text, and not more of it than `most`. */
export const foreignText = (text: string, most: number): string => cut(text.replaceAll(unprintable, ''), most);
