import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { accessProblems } from './access.ts';
import { obtainControlPlane } from './build.ts';
import type { Case } from './case.ts';
import { differencesOf, problemsOf } from './check.ts';
import { obtainClients } from './clients.ts';
import { deploymentsReal } from './deployments.ts';
import { mirrorReal } from './mirror.ts';
import { objectsReal } from './objects.ts';
import { play } from './play.ts';
import { cases as all } from './suite/cases.ts';
import { startReal, startSimulated, type World } from './world.ts';

/**
 * Deploys the cases of `suite/` with Flotilla, each on a real API server with real controllers and on the simulated
 * cluster. It compares the verdicts with the expected ones, and the two clusters with each other. Arguments are names
 * of cases; `objects` and `deployments` stand for what is applied without Harness, `access` for permissions.
 */
const wanted = process.argv.slice(2);
const cases = all.filter(({ name }) => wanted.length === 0 || wanted.some((one) => name.startsWith(one)));
const [last, others] = [true, undefined].map((isLast) => cases.filter((one) => one.last === isLast)) as [
  Case[],
  Case[],
];
const began = performance.now();
const seconds = (): string => `${((performance.now() - began) / 1_000).toFixed(1)} s`;

/** Both clusters may need a moment to show the same. */
const compareMilliseconds = 10_000;

const compare = async (one: Case, worlds: readonly World[]): Promise<readonly string[]> => {
  if (one.uncompared !== undefined) return [];
  const look = (): readonly string[] => {
    const [real, simulated] = worlds.map(({ recorder }) => recorder.shown(one.name));
    return differencesOf(real!, simulated!);
  };
  for (const end = Date.now() + compareMilliseconds; Date.now() < end && look().length > 0; ) await sleep(200);
  return look();
};

const judge = async (one: Case, worlds: readonly World[]): Promise<boolean> => {
  const played = await Promise.all(
    worlds.map(async (world) => {
      try {
        const result = await play(world, one);
        return { took: `${result.took.toFixed(1)} s`, problems: problemsOf(one, result) };
      } catch (error) {
        return { took: 'broken', problems: [String(error)] };
      }
    }),
  );
  const differences = worlds.length === 2 ? await compare(one, worlds) : [];
  const isGood = differences.length === 0 && played.every(({ problems }) => problems.length === 0);
  const times = worlds.map(({ name }, at) => `${name} ${played[at]!.took}`).join(', ');
  console.log(`${isGood ? 'ok  ' : 'FAIL'} ${one.name} (${times})`);
  worlds.forEach(({ name }, at) => {
    for (const problem of played[at]!.problems) console.log(`       ${name}: ${problem}`);
  });
  for (const difference of differences) console.log(`       shown otherwise: ${difference}`);
  return isGood;
};

/** As many at once as two processors can run without being the bottleneck. Long cases begin first. */
const sideBySide = 16;

/** Returns the names of the cases that failed. */
const judgeAll = async (worlds: readonly World[], some: readonly Case[]): Promise<readonly string[]> => {
  const waiting = [...some].sort((one, other) => (other.expect.after ?? 0) - (one.expect.after ?? 0));
  const failed: string[] = [];
  const work = async (): Promise<void> => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
      if (!(await judge(one, worlds))) failed.push(one.name);
    }
  };
  await Promise.all(Array.from({ length: sideBySide }, work));
  return failed;
};

/** Cases by themselves, with clusters of their own. */
const isGoodAlone = (names: readonly string[]): boolean => {
  console.log(`Again, without the other cases: ${names.join(', ')}`);
  return spawnSync(process.execPath, [import.meta.filename, ...names], { stdio: 'inherit' }).status === 0;
};

/**
 * Cases run beside each other, on clusters whose controllers have no virtual time. If a few of all fail on a busy machine, they
 * get a second run by themselves, which decides. The output has both results.
 */
const mostRepeated = 4;

const main = async (folder: string): Promise<boolean> => {
  const program = await obtainControlPlane();
  obtainClients();
  console.log(`The control plane and kubectl are there after ${seconds()}.`);
  const worlds = await Promise.all([
    startReal(program, { folder: join(folder, 'real'), cases }),
    startSimulated({ folder: join(folder, 'simulated'), cases }),
  ]);
  console.log(`Both clusters are up after ${seconds()}.`);
  try {
    const isWanted = (what: string): boolean => wanted.length === 0 || wanted.includes(what);
    const refused = isWanted('access') ? await accessProblems(worlds[0].kubectl[1]!, folder) : [];
    for (const problem of refused) console.log(`FAIL access: ${problem}`);
    const { client } = worlds[0];
    const isMirrored = wanted.length > 0 || (await mirrorReal(worlds[0].kubectl[1]!, client));
    const [, kubeconfig] = worlds[0].kubectl as [string, string];
    const isApplied = !isWanted('objects') || (await objectsReal(kubeconfig, client));
    const own = { kubeconfig, client, folder: join(folder, 'own') };
    const isDeployed = !isWanted('deployments') || (await deploymentsReal(own));
    const failed = [...(await judgeAll(worlds, others)), ...(await judgeAll(worlds, last))];
    const good = cases.length - failed.length;
    console.log(`${good} of ${cases.length} cases passed after ${seconds()}.`);
    const isOne = good > 0 || isWanted('objects') || isWanted('deployments') || isWanted('access');
    if (!isOne || refused.length > 0 || !isMirrored || !isApplied || !isDeployed) return false;
    if (failed.length === 0) return true;
    return wanted.length === 0 && failed.length <= mostRepeated && isGoodAlone(failed);
  } finally {
    await Promise.all(worlds.map((world) => world.close()));
  }
};

const folder = mkdtempSync(join(tmpdir(), 'flotilla-cluster-'));
try {
  process.exitCode = (await main(folder)) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
