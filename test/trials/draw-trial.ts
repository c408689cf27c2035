import {
  type FaultName,
  faultNames,
  type RouteName,
  routeNames,
  ruleOf,
} from '../../lib/simulators/harness/fault-rules.ts';
import type { FaultOrder } from '../../lib/simulators/harness/fault-schema.ts';
import type { SimulatedHarnessOptions } from '../../lib/simulators/harness/options.ts';
import { SeededRandom } from '../seeded-random.ts';
import type { Wanted } from '../workflow/batch-text.ts';

/** A function that is killed this many seconds after the batch was sent. */
export interface Kill {
  readonly name: (typeof killable)[number];
  readonly seconds: number;
  readonly heard: 'error' | 'nothing';
}

/** How long a run may wait for a person here. */
export const humanWaitSeconds = 600;

const killable = [
  'start-deployment',
  'look-back',
  'start-restore',
  'watch-executor',
  'dispatch-turns',
  'sweep',
] as const;

export type Installation = Pick<
  SimulatedHarnessOptions,
  | 'details'
  | 'notes'
  | 'payload'
  | 'executionDetails'
  | 'lagMilliseconds'
  | 'requestsPerMinute'
  | 'throttledBy'
  | 'eventMilliseconds'
  | 'stageMilliseconds'
  | 'abortMilliseconds'
  | 'maxConcurrentRuns'
>;

/** What happens in one trial: the seed determines all of it. */
export interface Trial {
  readonly seed: number;
  readonly mode: 'webhook' | 'execute';
  readonly installation: Installation;
  readonly faults: readonly FaultOrder[];
  readonly batch: readonly Wanted[];
  readonly kills: readonly Kill[];
  /** Seconds after the batch was sent. */
  readonly cancelled?: number;
}

export const drawTrial = (seed: number): Trial => {
  const random = new SeededRandom(seed);
  return {
    seed,
    mode: random.oneOf(['webhook', 'execute']),
    installation: drawInstallation(random),
    faults: Array.from({ length: random.whole(0, 3) }, () => drawFault(random)),
    batch: drawBatch(random),
    kills: random.chance(0.4) ? Array.from({ length: random.whole(1, 2) }, () => drawKill(random)) : [],
    ...(random.chance(0.15) ? { cancelled: random.whole(0, 200) } : {}),
  };
};

const drawInstallation = (random: SeededRandom): Installation => ({
  details: random.chance(0.3) ? 'v1' : 'V2',
  notes: random.oneOf(['row', 'call', 'call', 'hidden']),
  payload: random.chance(0.2) ? 'hidden' : 'shown',
  executionDetails: random.chance(0.3) ? 'hidden' : 'shown',
  lagMilliseconds: random.oneOf([0, 0, 0, 5_000, 30_000]),
  requestsPerMinute: random.oneOf([400, 400, 60]),
  throttledBy: random.oneOf(['edge', 'service']),
  eventMilliseconds: random.oneOf([300, 5_000, 20_000]),
  stageMilliseconds: random.whole(1, 60) * 1_000,
  abortMilliseconds: random.oneOf([300, 10_000]),
  maxConcurrentRuns: random.oneOf([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 2]),
});

const drawFault = (random: SeededRandom): FaultOrder => {
  const fault = random.oneOf(faultNames);
  const { takes = [], strikes, statuses } = ruleOf(fault);
  return {
    fault,
    ...drawFrequency(random),
    ...(takes.includes('on') && random.chance(0.7) ? { on: drawRoutes(random) } : {}),
    ...(takes.includes('when') && random.chance(0.5) ? { when: 'before' as const } : {}),
    ...(takes.includes('milliseconds') ? { milliseconds: drawMilliseconds(random, fault) } : {}),
    ...(takes.includes('outcome') && random.chance(0.3) ? { outcome: 'rejected' as const } : {}),
    ...(strikes === 'run' && Array.isArray(statuses) ? { status: random.oneOf(statuses as string[]) } : {}),
  };
};

const drawFrequency = (random: SeededRandom): Pick<FaultOrder, 'times' | 'every' | 'share'> => {
  const kind = random.whole(0, 3);
  if (kind === 0) return { times: random.whole(1, 3) };
  if (kind === 1) return { every: random.whole(2, 4) };
  return kind === 2 ? { share: 0.3 } : {};
};

const drawRoutes = (random: SeededRandom): [RouteName, ...RouteName[]] => {
  const some = routeNames.filter(() => random.chance(0.3));
  return some.length === 0 ? [random.oneOf(routeNames)] : (some as [RouteName, ...RouteName[]]);
};

const drawMilliseconds = (random: SeededRandom, fault: FaultName): number => {
  if (fault === 'slow-answer') return random.oneOf([2_000, 12_000, 33_000]);
  if (fault === 'wait-for-person') return random.oneOf([30_000, 240_000, 2 * humanWaitSeconds * 1_000]);
  return random.whole(1, 120) * 1_000;
};

const drawBatch = (random: SeededRandom): readonly Wanted[] =>
  ['a', 'b', 'c'].slice(0, random.whole(1, 3)).map((name, at, all) => ({
    name,
    timeout: random.oneOf([60, 120, 300, 900]),
    retries: random.whole(0, 2),
    rollback: random.oneOf(['automatic', 'automatic', 'none']),
    needs: at > 0 && random.chance(0.3) ? [all[at - 1]!] : [],
  }));

const drawKill = (random: SeededRandom): Kill => ({
  name: random.oneOf(killable),
  seconds: random.whole(0, 240) / 2,
  heard: random.oneOf(['error', 'error', 'nothing']),
});
