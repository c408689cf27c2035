import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { onStopSignal, signalStatus } from '../../lib/cli/stop-signal.ts';
import { benchmarks, chosenOf, costs, isLong } from './benchmarks.ts';
import { type Checkout, checkOut, findCommit } from './checkout.ts';
import { type Build, compare } from './compare.ts';
import type { Measurement } from './plan.ts';
import { endPrograms, runProgram, runWell } from './programs.ts';
import { readMeasurements } from './read-measurements.ts';

const usage = 'npm run bench -- against COMMIT [NAME…] [--only PART…] [--rounds N]';
const usualRounds = 5;

interface Asked {
  readonly commit: string;
  readonly names: readonly string[];
  readonly only: readonly string[];
  readonly rounds: number | undefined;
}

/** The request, or an explanation of what is wrong with it. */
const readArguments = (args: readonly string[]): Asked | { readonly problem: string } => {
  let parsed: { values: { rounds?: string | undefined; only?: string[] | undefined }; positionals: string[] };
  try {
    const options = { rounds: { type: 'string' }, only: { type: 'string', multiple: true } } as const;
    parsed = parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    return { problem: `${(error as Error).message}\n${usage}` };
  }
  const [commit, ...asked] = parsed.positionals;
  const rounds = parsed.values.rounds === undefined ? undefined : Number(parsed.values.rounds);
  if (commit === undefined) return { problem: usage };
  if (rounds !== undefined && !(Number.isInteger(rounds) && rounds >= 1))
    return { problem: `--rounds takes a whole number from 1 on\n${usage}` };
  const only = parsed.values.only ?? [];
  const names = chosenOf(asked, only);
  return 'problem' in names ? names : { commit, names, only, rounds };
};

/** Has a tree run a benchmark of its own. Undefined: the tree has none of that name. */
const runInside = async (folder: string, name: string): Promise<readonly Measurement[] | undefined> => {
  const { status, stdout, stderr } = await runProgram('npm', ['run', '--silent', 'bench', '--', name], folder);
  if (status === 0) return readMeasurements(stdout);
  if (/^There is no benchmark /m.test(stderr) || /Missing script: "bench"/.test(stderr)) return undefined;
  throw new Error(`the benchmark ${name} in ${folder} ended with ${status}:\n${`${stdout}${stderr}`.slice(-4_000)}`);
};

const buildIn = (folder: string, name: string, only: readonly string[]): Build => ({
  name,
  measure: async (wanted) => {
    const benchmark = benchmarks[wanted];
    return benchmark !== undefined && 'drives' in benchmark
      ? (await benchmark.drives())(folder, only)
      : runInside(folder, wanted);
  },
});

const install = async ({ folder }: Checkout): Promise<void> => {
  if (!existsSync(join(folder, 'package-lock.json'))) throw new Error('that commit has no package-lock.json');
  await runWell('npm', ['ci', '--no-audit', '--no-fund'], folder);
};

/** Compares the current state of this tree with a commit. Prints one line for each measurement on standard output. */
export const runAgainst = async (root: string, args: readonly string[]): Promise<number> => {
  const asked = readArguments(args);
  const found = 'problem' in asked ? asked : findCommit(root, asked.commit);
  if ('problem' in asked || 'problem' in found) {
    console.error('problem' in asked ? asked.problem : (found as { problem: string }).problem);
    return 2;
  }
  const checkout = checkOut(root, found.sha);
  onStopSignal((signal) => {
    endPrograms();
    checkout.remove();
    process.exit(signalStatus[signal]);
  });
  try {
    console.error(`${asked.commit} is in ${checkout.folder}; npm ci`);
    await install(checkout);
    const builds = {
      old: buildIn(checkout.folder, asked.commit, asked.only),
      now: buildIn(root, 'this tree', asked.only),
    };
    for (const name of asked.names) {
      // The cost benchmark counts, so one round is enough.
      const rounds = name === costs ? 1 : (asked.rounds ?? (isLong(name) ? 1 : usualRounds));
      const lines = await compare(name, { ...builds, rounds, onRound: (round) => console.error(round) });
      console.log(lines.join('\n'));
    }
    return 0;
  } catch (error) {
    console.error((error as Error).message);
    return 1;
  } finally {
    checkout.remove();
  }
};
