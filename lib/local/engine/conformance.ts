import { readFileSync } from 'node:fs';
import type { RecordedCase, Verdict } from './conformance/case.ts';
import { runCase } from './conformance/run-case.ts';

/** The cases of a file: a list, or an object with the list under `cases`. */
export const readCases = (path: string): readonly RecordedCase[] => {
  const content = JSON.parse(readFileSync(path, 'utf8')) as
    | readonly RecordedCase[]
    | { readonly cases: readonly RecordedCase[] };
  return 'cases' in content ? content.cases : content;
};

/** Runs cases one after the other. */
export const runCases = async (cases: readonly RecordedCase[]): Promise<readonly Verdict[]> => {
  const verdicts: Verdict[] = [];
  for (const recorded of cases) verdicts.push(await runCase(recorded));
  return verdicts;
};

/** A line for every case that did not pass, and the counts as the last line. */
export const report = (verdicts: readonly Verdict[]): readonly string[] => {
  const count = (verdict: Verdict['verdict']): number => verdicts.filter((one) => one.verdict === verdict).length;
  const lines = verdicts.flatMap((one) => {
    if (one.verdict === 'passed') return [];
    return [`${one.verdict} ${one.id}\n    ${one.verdict === 'refused' ? one.features.join(', ') : one.difference}`];
  });
  return [...lines, `${count('passed')} passed, ${count('refused')} refused, ${count('differed')} differed`];
};

/** Runs the files that are named; 1 when something differed, 2 when there is nothing to run. */
export const main = async (files: readonly string[], print: (line: string) => void): Promise<number> => {
  if (files.length === 0) {
    print('usage: conformance:states -- FILE…');
    return 2;
  }
  const verdicts = await runCases(files.flatMap(readCases));
  for (const line of report(verdicts)) print(line);
  return verdicts.some(({ verdict }) => verdict === 'differed') ? 1 : 0;
};

if (import.meta.main) process.exitCode = await main(process.argv.slice(2), console.log);
