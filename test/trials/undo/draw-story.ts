import { SeededRandom } from '../../seeded-random.ts';
import type { Wanted, WantedStrategy } from '../../workflow/batch-text.ts';
import type { Fate } from '../../workflow/scripted-cluster.ts';
import type { Script } from '../../workflow/scripted-executor.ts';
import { type Act, drawActs } from './draw-acts.ts';

/** A call of a port at which its caller is hit: the nth of the calls that change something. */
export interface Strike {
  readonly nth: number;
  /** Before or after the call takes effect. */
  readonly when: 'before' | 'after';
  /**
   * The function is killed, and its caller learns that, at once or when its time is over; or it lives, and only the
   * reply is lost.
   */
  readonly what: 'killed' | 'hangs' | 'lost';
}

/** How changes reach their followers: twice, or this many seconds late. */
export interface Delivery {
  readonly nth: number;
  readonly twice: boolean;
  readonly late: number;
}

/** What happens in one story: the seed determines all of it. */
export interface Story {
  readonly seed: number;
  readonly services: readonly Wanted[];
  /** Services that nobody has deployed yet. */
  readonly without: readonly string[];
  readonly strategy: WantedStrategy;
  readonly scripts: Readonly<Record<string, Script>>;
  readonly acts: readonly Act[];
  readonly strikes: readonly Strike[];
  readonly deliveries: readonly Delivery[];
  readonly tellsEndsOf: 'nobody' | 'machines' | 'all';
}

export const versions = ['2.0.0', '3.0.0', '4.0.0'] as const;
/** What ran before anything was deployed here. */
export const firstVersion = '1.0.0';

export const drawStory = (seed: number): Story => {
  const random = new SeededRandom(seed);
  const services = drawServices(random);
  const names = services.map(({ name }) => name);
  return {
    seed,
    services,
    without: names.filter(() => random.chance(0.1)),
    strategy: {
      on_failure: random.oneOf(['continue', 'stop', 'rollback', 'rollback']),
      ...random.oneOf(strategies),
    },
    scripts: drawScripts(random, names),
    acts: drawActs(random, services),
    strikes: random.chance(0.6) ? Array.from({ length: random.whole(1, 4) }, () => drawStrike(random)) : [],
    deliveries: random.chance(0.4) ? Array.from({ length: random.whole(1, 4) }, () => drawDelivery(random)) : [],
    tellsEndsOf: random.oneOf(['nobody', 'machines', 'all']),
  };
};

const strategies: readonly WantedStrategy[] = [
  { mode: 'sequential', max_concurrency: 1 },
  ...[1, 2, 100, 100].map((max_concurrency): WantedStrategy => ({ mode: 'parallel', max_concurrency })),
];

const drawServices = (random: SeededRandom): readonly Wanted[] =>
  ['a', 'b', 'c', 'd', 'e', 'f'].slice(0, random.whole(1, 6)).map((name, at, all) => ({
    name,
    needs: all.slice(0, at).filter(() => random.chance(0.35)),
    timeout: random.oneOf([60, 120, 300]),
    retries: random.oneOf([0, 0, 1]),
    rollback: random.oneOf(['automatic', 'automatic', 'automatic', 'manual', 'none']),
    environment: at % 3 === 2 ? 'uat' : 'staging',
    ...(random.chance(0.1) ? { health: { path: '/health', timeout: 5 } } : {}),
  }));

/** By `service@version`, `service#attempt` or `service`, as the scripted executor expects them. */
const drawScripts = (random: SeededRandom, names: readonly string[]): Readonly<Record<string, Script>> => {
  const scripts: Record<string, Script> = {};
  for (const name of names) {
    scripts[name] = { takes: random.whole(5, 60), cleanly: true };
    for (const version of [firstVersion, ...versions]) {
      if (random.chance(version === '2.0.0' ? 0.3 : 0.1)) scripts[`${name}@${version}`] = drawScript(random);
    }
    if (random.chance(0.15)) scripts[`${name}#1`] = drawScript(random);
    if (random.chance(0.1)) scripts[`${name}#restore`] = drawScript(random);
  }
  return scripts;
};

export const drawScript = (random: SeededRandom): Script => ({
  takes: random.whole(5, 90),
  cleanly: true,
  ...random.oneOf(troubles),
});

const leaving = (leaves: Fate | 'nothing'): Script => ({ ends: 'failed', leaves, says: 'it failed' });

/** Possible outcomes of a run. */
const troubles: readonly Script[] = [
  leaving('nothing'),
  leaving('nothing'),
  leaving('stuck'),
  leaving('good'),
  { leaves: 'pull' },
  { leaves: 'crash' },
  { leaves: 'stuck' },
  { settles: 40 },
  { takes: 500 },
  { takes: 500, cancel: 'no' },
  { takes: 500, cancel: 'deaf' },
  { takes: 500, cancel: 'lost' },
  { start: { kind: 'rejected', retryable: false, reason: 'ExecutorRejected', message: 'no' } },
  { start: 'accepted' },
  { start: 'accepted', eventFails: 'no such trigger' },
  { start: 'unknown' },
  { start: 'unknown', appears: 70 },
  { start: 'unknown', appears: Number.POSITIVE_INFINITY },
  { throttled: 2 },
  { throttled: 6 },
  { noRoom: 60 },
  { isQueued: true },
  { asks: { after: 2, for: 60 } },
  { ends: 'aborted', leaves: 'nothing' },
];

const drawStrike = (random: SeededRandom): Strike => ({
  nth: random.whole(1, 400),
  when: random.oneOf(['before', 'after']),
  what: random.oneOf(['killed', 'killed', 'hangs', 'lost', 'lost']),
});

const drawDelivery = (random: SeededRandom): Delivery => ({
  nth: random.whole(1, 150),
  twice: random.chance(0.5),
  late: random.oneOf([0, 3, 20, 90]),
});
