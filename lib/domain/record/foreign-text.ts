import { cut } from '../cut.ts';
import { maskSecrets } from '../masking/mask-secrets.ts';

/** Codes of a terminal, controls other than tab and line feed, marks of direction, separators of lines. */
const unprintable =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must go
  /\u001b\[[0-9;?]*[A-Za-z]|[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

const printable = (text: string): string => text.toWellFormed().replaceAll(unprintable, '');

/** What a cluster or an executor says, as it may be recorded: text without secrets, and not more of it than `most`. */
export const foreignText = (text: string, most: number): string => cut(maskSecrets(printable(text)), most);

/** The same for the lines of a log, of which each may be so long. They are looked at together: a key has many lines. */
export const foreignLines = (lines: readonly string[], most: number): readonly string[] =>
  maskSecrets(lines.map((line) => printable(line).replaceAll('\n', ' ')).join('\n'))
    .split('\n')
    .map((line) => cut(line, most));

/** Kubernetes has names of 253 characters and no reason that is longer. */
const longestName = 300;
export const foreignName = (name: string): string => foreignText(name, longestName);

/** Browsers take no more. */
const longestAddress = 2_000;
export const foreignAddress = (address: string): string => foreignText(address, longestAddress);

/** A name that is compared with others, such as an image: it is no text, so nothing in it is masked. */
export const foreignReference = (reference: string): string => cut(printable(reference), longestReference);
const longestReference = 1_000;
