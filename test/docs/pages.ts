import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { tableRows } from './table-rows.ts';

export const root = join(import.meta.dirname, '..', '..');
export const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Every page for people, by its path in the repository. */
export const pages: readonly string[] = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md'],
  ...globSync('docs/{*,adr/*}.md', { cwd: root }).toSorted(),
];
export const allText = (): string => pages.map(read).join('\n');

export const matches = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, found]) => found!);
export const unique = (words: readonly string[]): string[] => [...new Set(words)].sort();
export const inBackticks = (cell: string): string[] => matches(cell, /`([^`]+)`/g);

/** The code blocks of a page in one language. */
export const fences = (page: string, language: string): string[] =>
  matches(page, new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'));

/** The rows, below the head, of the table with this head. */
export const table = (page: string, head: string): string[][] => tableRows(page, head, (line) => line === head);

export interface Step {
  readonly command: string;
  readonly output: string;
}

/** The commands of the `console` blocks of a page, each with what it prints. */
const stepsOf = (page: string): Step[] =>
  fences(page, 'console').flatMap((block) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((text) => ({ command: text.slice(0, text.indexOf('\n')), output: text.slice(text.indexOf('\n') + 1) })),
  );

export const stepOf = (page: string, start: string): Step => {
  const found = stepsOf(page).filter(({ command }) => command.startsWith(start));
  expect(found, `one command ${start}`).toHaveLength(1);
  return found[0]!;
};

/** Ids, times and ports differ from run to run. */
const withoutChance = (text: string): string =>
  text
    .replace(/\b[0-9A-HJKMNP-TV-Z]{26}\b/g, '<id>')
    .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{3})?)?Z/g, '<when>')
    .replace(/^\d\d:\d\d:\d\d\.\d{3}Z/gm, '<time>')
    .replace(/ by local \(\S+\)/g, ' by local (<login>)')
    .replace(/127\.0\.0\.1:\d+/g, '<server>');

const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** `…` stands for any number of lines if it is alone on its line, otherwise for a cut in the line. */
export const expectPrinted = (printed: string, { output }: Step): void => {
  const pattern = withoutChance(output)
    .trimEnd()
    .split('\n')
    .map((line) => (line === '…' ? '(?:.*\n)*?' : `${line.split('…').map(literally).join('.*')}\n`))
    .join('');
  expect(`${withoutChance(printed).trimEnd()}\n`).toMatch(new RegExp(`^${pattern}$`));
};

/** The words of a command, as a shell reads them; the documents need single quotes only. */
export const wordsOf = (command: string): string[] =>
  [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare!);

/** The commands of a `sh` block, without their trailing comments. */
export const commandsOf = (block: string): string[] =>
  block
    .trim()
    .split('\n')
    .map((line) => line.replace(/ *#.*$/, ''));

export const lines = (text: readonly string[]): string => text.join('\n');
