import { statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { MutantResult } from '@stryker-mutator/api/core';
import { Stryker } from '@stryker-mutator/core';
import { type Mutation, originalOf } from './mutation.ts';
import { type NodeMutator, ownMutators } from './mutators.ts';
import { help, type Options, readOptions } from './options.ts';
import { notInSample, report, type Tried } from './report.ts';
import { TypeCheck } from './type-check.ts';

const root = join(import.meta.dirname, '../..');

/** Stryker does not export its list of mutators; the version is pinned. */
const addOwnMutators = async (): Promise<void> => {
  const list = new URL('mutators/mutate.js', import.meta.resolve('@stryker-mutator/instrumenter'));
  const { allMutators } = (await import(list.href)) as { allMutators: NodeMutator[] };
  allMutators.push(...ownMutators);
};

const patternOf = (folder: string): string =>
  statSync(join(root, folder)).isDirectory() ? `${folder}/**/*.ts` : folder;

const run = ({ folders, size, seed }: Options): Promise<MutantResult[]> =>
  new Stryker({
    mutate: folders.map(patternOf),
    testRunner: 'vitest',
    testRunnerNodeArgs: ['--max-old-space-size=8192'], // which test meets which mutant, for all of them
    vitest: { configFile: 'test/mutants/vitest.config.ts', related: false },
    plugins: [
      '@stryker-mutator/vitest-runner',
      ...['checker.ts', 'survivors.ts'].map((own) => join(import.meta.dirname, own)),
    ],
    checkers: ['sample-and-types'],
    sample: { size, seed },
    coverageAnalysis: 'perTest',
    disableTypeChecks: false,
    tsconfigFile: 'none', // Stryker would rewrite its paths, with the compiler as a library, which version 7 lacks
    timeoutMS: 30_000, // this machine may have other things to do
    dryRunTimeoutMinutes: 30,
    reporters: ['survivors'],
    tempDirName: join(tmpdir(), 'flotilla-mutants'),
    cleanTempDir: 'always',
    allowConsoleColors: false,
  }).runMutationTest();

/** What Stryker reports counts from 1. */
const mutationOf = (result: MutantResult): Mutation => ({
  ...result,
  location: {
    start: { line: result.location.start.line - 1, column: result.location.start.column - 1 },
    end: { line: result.location.end.line - 1, column: result.location.end.column - 1 },
  },
});

const isUnnoticed = ({ status }: MutantResult): boolean => status === 'Survived' || status === 'NoCoverage';

const judge = async (types: TypeCheck, results: readonly MutantResult[]): Promise<readonly Tried[]> => {
  const refused = await types.refusedInPlace(results.filter(isUnnoticed).map(mutationOf));
  const isRefused = new Set(refused.map(({ id }) => id));
  return results.map((result) => ({
    path: relative(root, result.fileName),
    line: result.location.start.line,
    kind: result.mutatorName,
    source: types.textOf(mutationOf(result)).split('\n')[result.location.start.line - 1] ?? '',
    original: originalOf(types.textOf(mutationOf(result)), mutationOf(result)),
    replacement: result.replacement,
    fate: isRefused.has(result.id) ? 'refused by types' : isUnnoticed(result) ? 'unnoticed' : 'noticed',
  }));
};

const main = async (options: Options, types: TypeCheck): Promise<void> => {
  await addOwnMutators();
  const results = await run(options);
  const are = (...some: readonly MutantResult['status'][]) => results.filter(({ status }) => some.includes(status));
  const refused = are('CompileError').filter(({ statusReason }) => statusReason !== notInSample);
  // Stryker does not count mutants that end the test process either: any other crash would count as well.
  const chosen = are('Killed', 'Timeout', 'Survived', 'NoCoverage');
  console.log(
    `${results.length} mutants, seed ${options.seed}: ${refused.length} refused by TypeScript, ${chosen.length} tried`,
  );
  console.log(
    `${are('Timeout').length} were noticed because the tests did not end; ${are('RuntimeError').length} that ended the tests are not counted.`,
  );
  console.log(`${chosen.filter(isUnnoticed).length} were not noticed; TypeScript now checks them in their places.`);
  console.log(report(await judge(types, chosen)));
};

process.chdir(root);
const options = readOptions(process.argv.slice(2));
if (options === 'help') {
  console.log(help);
} else {
  process.env.FLOTILLA_MUTANTS_TESTS = options.tests; // for the configuration of vitest, in another process
  const types = new TypeCheck();
  try {
    await main(options, types);
  } finally {
    types.close();
  }
}
