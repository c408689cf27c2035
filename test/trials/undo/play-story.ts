import { isSealed } from '../../../lib/domain/record/rows.ts';
import { resumeHold } from '../../../lib/usecases/holds/resume-hold.ts';
import { readHolds } from '../../../lib/usecases/schedule/schedule-store.ts';
import { SeededRandom } from '../../seeded-random.ts';
import { itemsOf } from '../../workflow/report.ts';
import { World } from '../../workflow/world.ts';
import { batchesOf, type Doings, doDeed, resolveUnknown } from './do-deed.ts';
import type { Story } from './draw-story.ts';
import { deliveringStore, isOrdered, strike } from './strike.ts';
import { wrongIn } from './wrong.ts';

/** The outcome of a story. */
export interface StoryTold {
  readonly story: Story;
  readonly violations: readonly string[];
  /** `STATUS / Reason` of each deployment, and of each batch with its origin. */
  readonly ends: readonly string[];
  readonly refusals: readonly string[];
  /** Runs that were started. */
  readonly runs: number;
  readonly hours: number;
}

export interface Spoiled {
  /** Breaks something of ours, where a test checks that this would be noticed. */
  readonly spoil?: (world: World) => void;
}

/** The whole system on a scripted cluster, in virtual time: requests, deaths and delays, as the story says. */
export const playStory = async (story: Story, { spoil }: Spoiled = {}): Promise<StoryTold> => {
  const { world, close } = await openWorld(story);
  try {
    spoil?.(world);
    return await play(world, story);
  } finally {
    close();
  }
};

const openWorld = async ({ seed, deliveries, tellsEndsOf }: Story) => {
  const random = new SeededRandom(seed + 1);
  let sleep: (milliseconds: number) => Promise<void> = async () => {};
  const world = await World.open({
    pace: { pollCluster: 5_000 },
    random: () => random.next(),
    tellsEndsOf,
    store: async () => deliveringStore(deliveries, (milliseconds) => sleep(milliseconds)),
  });
  sleep = (milliseconds) => world.clock.sleep(milliseconds);
  return { world, close: () => world.close() };
};

const play = async (world: World, story: Story): Promise<StoryTold> => {
  const doings: Doings = { hotfixes: [], wishes: new Map(), holds: new Map(), refusals: [], jumped: 0 };
  const begun = world.clock.now();
  for (const [name, script] of Object.entries(story.scripts)) world.executor.scripts.set(name, script);
  await meanwhile(world, world.submit(story.services, { strategy: story.strategy, without: story.without }));
  const heal = strike(world, story);
  for (const { at, ...deed } of story.acts) {
    const wait = begun + at * 1_000 - world.clock.now();
    if (wait > 0) await world.pass(wait / 1_000);
    await meanwhile(world, doDeed({ world, doings }, deed));
  }
  // The last strikes may come after everything has ended.
  await world.pass(300);
  heal();
  await liftAll(world);
  const stuck = await comeToRest(world);
  const violations = [...stuck, ...(stuck.length > 0 ? [] : await wrongIn(world, story, doings)), ...thrown(world)];
  const ends = await endsOf(world);
  const hours = (world.clock.now() - begun) / 3_600_000;
  return { story, violations, ends, refusals: doings.refusals, runs: world.executor.runs.length, hours };
};

/** Lets time pass until something has been done: a caller may have to wait, too. */
const meanwhile = async <Result>(world: World, doing: Promise<Result>): Promise<Result> => {
  let isDone = false;
  const done = (): void => {
    isDone = true;
  };
  doing.then(done, done);
  await world.until(() => isDone);
  return doing;
};

const liftAll = async (world: World): Promise<void> => {
  world.executor.isAway = false;
  world.cluster.away = undefined;
  for (const { id, kind, until = Number.POSITIVE_INFINITY } of (await readHolds(world.table)).values()) {
    if (kind === 'pause' && until > world.clock.now()) await meanwhile(world, resumeHold(world.deps, { id }));
  }
  await world.pass(60);
};

const hour = 3_600_000;

/** Longer than any of these may take when nothing holds it up. */
const longest = 3 * hour;

/** Until everything has ended. What waits for an UNKNOWN deployment goes on when somebody resolves it. */
const comeToRest = async (world: World): Promise<readonly string[]> => {
  while (!(await comesTo(world, isOver, longest))) {
    let resolved = 0;
    for (const batchId of await batchesOf(world)) resolved += await meanwhile(world, resolveUnknown(world, batchId));
    if (resolved === 0) return stuckIn(world);
  }
  return [];
};

/** Checked twice a minute: each check reads the table. */
const comesTo = async (world: World, holds: (world: World) => Promise<boolean>, most: number): Promise<boolean> => {
  const end = world.clock.now() + most;
  while (!(await holds(world))) {
    if (world.clock.now() > end) return false;
    await world.pass(30);
  }
  return true;
};

const isOver = async (world: World): Promise<boolean> => {
  for (const batchId of await batchesOf(world)) {
    if ((await world.header(batchId)).ended_at === undefined) return false;
  }
  return !(await world.isAtWork());
};

const stuckIn = async (world: World): Promise<readonly string[]> => {
  const told: string[] = [];
  for (const batchId of await batchesOf(world)) {
    const header = await world.header(batchId);
    if (header.ended_at !== undefined) continue;
    const open = (await itemsOf(world, batchId)).filter(({ outcome }) => outcome === undefined);
    const items = open.map(({ key, status, reason, step }) => `${key} ${status} / ${reason} in ${step}`);
    const what = `${batchId} (${header.origin?.kind ?? 'file'}) is stuck: ${header.status} / ${header.reason}`;
    told.push(`${what}${isSealed(header) ? ', sealed' : ''}; ${items.join(', ')}`);
  }
  return told.length > 0 ? told : ['somebody is at work for ever'];
};

const thrown = (world: World): readonly string[] => [
  ...world.faults.filter((fault) => !isOrdered(fault)).map((fault) => `something threw: ${String(fault)}`),
  ...world.rights.denied.map((denied) => `no right: ${String(denied)}`),
];

const endsOf = async (world: World): Promise<readonly string[]> => {
  const ends: string[] = [];
  for (const batchId of await batchesOf(world)) {
    const { origin, status, reason } = await world.header(batchId);
    ends.push(`${origin?.kind ?? 'batch'}: ${status} / ${reason}`);
    for (const item of await itemsOf(world, batchId)) ends.push(`${item.status} / ${item.reason}`);
  }
  return ends;
};
