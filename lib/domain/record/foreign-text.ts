import { cut } from '../cut.ts';
import { maskSecrets } from '../masking/mask-secrets.ts';

/** Terminal escape codes, control characters except tab and line feed, text direction marks, line separators. */
const unprintable =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must go
  /\u001b\[[0-9;?]*[A-Za-z]|[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

const printable = (text: string): string => text.toWellFormed().replaceAll(unprintable, '');

/** A message from a cluster or an executor, ready to record: without secrets, and at most `most` characters. */
export const foreignText = (text: string, most: number): string => cut(maskSecrets(printable(text)), most);

/** The same for log lines, each up to `most`. They are masked together, because a key spans many lines. */
export const foreignLines = (lines: readonly string[], most: number): readonly string[] =>
  maskSecrets(lines.map((line) => printable(line).replaceAll('\n', ' ')).join('\n'))
    .split('\n')
    .map((line) => cut(line, most));

/** Kubernetes names have at most 253 characters, and no reason is longer. */
const longestName = 300;
export const foreignName = (name: string): string => foreignText(name, longestName);

/** Browsers accept no more. */
const longestAddress = 2_000;
export const foreignAddress = (address: string): string => foreignText(address, longestAddress);

/** A name that is compared with others, such as an image. It is not prose, so nothing is masked. */
export const foreignReference = (reference: string): string => cut(printable(reference), longestReference);
const longestReference = 1_000;
