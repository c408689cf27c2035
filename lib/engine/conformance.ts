import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { caseKinds, type RecordedCase, type Verdict } from './conformance/case.ts';
import { runCase } from './conformance/run-case.ts';

/** The cases of a file: a list, or an object with the list in `cases`. Throws WrongFile. */
export const readCases = (path: string): readonly RecordedCase[] => {
  const content = fileSchema.safeParse(readJson(path));
  if (!content.success)
    throw new WrongFile(`${path} has no recorded cases: a list of them, or an object with \`cases\`.`);
  return 'cases' in content.data ? content.data.cases : content.data;
};

class WrongFile extends Error {}

/** Just enough to recognise a case. */
const shape = z.looseObject({
  id: z.string(),
  kind: z.enum(caseKinds),
  expected: z.looseObject({}),
});
const caseSchema = z.custom<RecordedCase>((value) => shape.safeParse(value).success);
const fileSchema = z.union([z.array(caseSchema), z.looseObject({ cases: z.array(caseSchema) })]);

const readJson = (path: string): unknown => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new WrongFile(`${path} cannot be read: ${(error as Error).message.split('\n', 1).join()}`);
  }
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

/** Runs the named files. Returns 1 if something differed, 2 if there is nothing to run or a file has no cases. */
export const main = async (files: readonly string[], print: (line: string) => void): Promise<number> => {
  if (files.length === 0) {
    print('usage: conformance:states -- FILE…');
    return 2;
  }
  const cases = casesOf(files);
  if (cases instanceof WrongFile) {
    print(cases.message);
    return 2;
  }
  const verdicts = await runCases(cases);
  for (const line of report(verdicts)) print(line);
  return verdicts.some(({ verdict }) => verdict === 'differed') ? 1 : 0;
};

const casesOf = (files: readonly string[]): readonly RecordedCase[] | WrongFile => {
  try {
    return files.flatMap(readCases);
  } catch (error) {
    if (error instanceof WrongFile) return error;
    throw error;
  }
};

if (import.meta.main) process.exitCode = await main(process.argv.slice(2), console.log);
