import { expect, test } from 'vitest';
import type { Wanted } from './batch-text.ts';
import { expectAllInOrder, reportOf } from './report.ts';
import type { Script } from './scripted-executor.ts';
import { type Submission, World, type WorldOptions } from './world.ts';

/** What a test expects of one deployment: outcome, states entered, attempts with a call to the executor. */
export interface Expected {
  readonly outcome: string;
  readonly visited: string;
  readonly starts?: string;
  /** Version on the cluster in the end. */
  readonly runs?: string;
  /** State transitions of its child, retries included. A successful one has four. */
  readonly transitions?: number;
  /** A part of the outcome's message. */
  readonly says?: RegExp;
}

/** One way through the machines, for one thing that can go wrong. */
export interface Path {
  readonly title: string;
  readonly batch: readonly Wanted[];
  readonly submission?: Submission;
  readonly options?: WorldOptions;
  /** What the executor does, by `service#attempt` or `service`. */
  readonly scripts?: Readonly<Record<string, Script>>;
  readonly before?: (world: World) => void;
  /** What happens meanwhile. The batch has just been sent. */
  readonly meanwhile?: (world: World, batchId: string) => Promise<void>;
  readonly expect: Readonly<Record<string, Expected>>;
  /** `STATUS / Reason` of the batch. */
  readonly ends: string;
  readonly after?: (world: World, batchId: string) => Promise<void>;
}

export const well = 'AwaitTurn Capture Deploy Verify';
/** The first attempt fails, the second succeeds. */
export const wellAtSecond = 'AwaitTurn Capture Deploy Capture Deploy Verify';
/** The cluster never shows the requested version, and nothing is restored. */
export const verifyFails = 'AwaitTurn Capture Deploy Verify Record';
export const deployFails = 'AwaitTurn Capture Deploy Record';
export const skipped = 'AwaitTurn Record';

/** Follows a path to its end, in a fresh world. Returns the batch's id. */
export const go = async (world: World, path: Path): Promise<string> => {
  for (const [name, script] of Object.entries(path.scripts ?? {})) world.executor.scripts.set(name, script);
  path.before?.(world);
  const batchId = await world.submit(path.batch, path.submission);
  await path.meanwhile?.(world, batchId);
  await world.settled(batchId);
  return batchId;
};

/** A turn that is given back comes again, as often as there is time for. It counts once here. */
const onceFor = (visited: string | undefined): string | undefined =>
  visited
    ?.replaceAll(/(AwaitTurn Capture (?:Deploy )?)\1+/g, '$1')
    .replace(/^AwaitTurn Capture (?:Deploy )?(?=AwaitTurn Capture )/, '');

export const walk = async (path: Path): Promise<World> => {
  const world = await World.make(path.options);
  const batchId = await go(world, path);
  const told = await reportOf(world, batchId);
  for (const [name, { outcome, visited, starts = '', runs, says, transitions }] of Object.entries(path.expect)) {
    const one = told[name];
    expect
      .soft(`${name}: ${one?.outcome} | ${onceFor(one?.visited)} | ${one?.starts}`)
      .toBe(`${name}: ${outcome} | ${visited} | ${starts}`);
    if (runs !== undefined) expect.soft(world.cluster.running(name), `version of ${name}`).toBe(runs);
    if (says !== undefined) expect.soft(one?.item.outcome?.message).toMatch(says);
    const most = transitions ?? (outcome.startsWith('SUCCESS') && visited === well ? 4 : undefined);
    if (most !== undefined) expect.soft(one?.transitions).toEqual([most]);
  }
  expect.soft(Object.keys(told).sort()).toEqual(Object.keys(path.expect).sort());
  const { status, reason } = await world.header(batchId);
  expect.soft(`${status} / ${reason}`).toBe(path.ends);
  await expectAllInOrder(world, batchId);
  await path.after?.(world, batchId);
  return world;
};

export const walkAll = (paths: readonly Path[]): void => {
  test.each(paths.map((path): [string, Path] => [path.title, path]))('%s', async (_, path) => {
    await walk(path);
  });
};
