import { dirname } from 'node:path';
import Table from 'cli-table3';
import { equivalents } from './equivalents.ts';

export const notInSample = 'not in the sample';

/** A mutant of the sample and its outcome. */
export interface Tried {
  /** From the project's folder. */
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly kind: string;
  /** The source line. */
  readonly source: string;
  readonly original: string;
  readonly replacement: string;
  readonly fate: 'noticed' | 'unnoticed' | 'refused by types';
}

const widest = 90;

const inOneLine = (code: string): string => {
  const text = code.trim().replace(/\s+/g, ' ');
  return text.length > widest ? `${text.slice(0, widest - 1)}…` : text;
};

const changeOf = ({ original, replacement }: Tried): string =>
  `${inOneLine(original)} → ${inOneLine(replacement) || 'nothing'}`;

const whyEquivalent = (tried: Tried): string | undefined =>
  equivalents.find(
    ({ path, line, change }) => path === tried.path && tried.source.includes(line) && change === changeOf(tried),
  )?.why;

const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} %`;

const countsOf = (tried: readonly Tried[]) => {
  const counted = tried.filter((mutant) => mutant.fate !== 'refused by types');
  const noticed = counted.filter(({ fate }) => fate === 'noticed').length;
  const equivalent = counted.filter((mutant) => mutant.fate === 'unnoticed' && whyEquivalent(mutant)).length;
  return { noticed, valid: counted.length - equivalent, equivalent };
};

const scores = (tried: readonly Tried[]): string => {
  const table = new Table({
    head: ['folder', 'noticed', 'of', 'score', 'equivalent'],
    colAligns: ['left', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  const add = (name: string, some: readonly Tried[]): void => {
    const { noticed, valid, equivalent } = countsOf(some);
    if (valid + equivalent > 0)
      table.push([name, noticed, valid, valid === 0 ? '-' : percent(noticed, valid), equivalent]);
  };
  const folders = [...new Set(tried.map(({ path }) => dirname(path)))].sort();
  for (const folder of folders)
    add(
      folder,
      tried.filter(({ path }) => dirname(path) === folder),
    );
  if (folders.length > 1) add('altogether', tried);
  return table.toString();
};

const place = (tried: Tried): string => `${tried.path}:${tried.line}  ${tried.kind}: ${changeOf(tried)}`;

/** Scores of the folders, then the names of unnoticed mutants. */
export const report = (tried: readonly Tried[]): string => {
  const left = tried
    .filter(({ fate }) => fate === 'unnoticed')
    .sort((a, b) => a.path.localeCompare(b.path) || a.line - b.line);
  const holes = left.filter((mutant) => !whyEquivalent(mutant));
  const refused = tried.filter(({ fate }) => fate === 'refused by types').length;
  return [
    scores(tried),
    refused === 0
      ? 'No mutant of the sample was refused by TypeScript only in its place.'
      : `Not counted: ${refused} that TypeScript refuses in its place.`,
    holes.length === 0 ? 'Nothing went unnoticed.' : `Unnoticed:\n${holes.map(place).join('\n')}`,
    ...left.filter(whyEquivalent).map((mutant) => `Equivalent: ${place(mutant)}\n  ${whyEquivalent(mutant)}`),
  ].join('\n');
};
