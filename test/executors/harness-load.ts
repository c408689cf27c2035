import type { JsonObject } from '../../lib/domain/json.ts';
import type { News, Watched } from '../../lib/domain/ports.ts';
import type { SimulatedHarnessOptions } from '../../lib/simulators/harness/options.ts';
import { anyTime, watch } from './harness-fixtures.ts';
import { HarnessWorld, knownOf } from './harness-world.ts';

export interface Load {
  readonly mode: 'webhook' | 'execute';
  readonly pipelines: number;
  /** The runs are spread over this many. All are in one unless given. */
  readonly projects?: number;
  /** At most this number of runs is in flight at once. */
  readonly inFlight: number;
  /** This many are started in total. */
  readonly starts: number;
  readonly startsPerSecond: number;
  readonly minutes: number;
  readonly installation?: SimulatedHarnessOptions;
  readonly seed?: number;
}

/** The result. */
export interface Told {
  readonly world: HarnessWorld;
  /** For each end that was seen: how late, in milliseconds, in order. */
  readonly late: readonly number[];
  /** Not seen to be over. */
  readonly open: number;
}

const lookEvery = 10_000;

/** Starts and follows this many runs for this time, as the poller does: a look every ten seconds. */
export const carryLoad = async (load: Load): Promise<Told> => {
  const world = new HarnessWorld(load.installation, load.seed);
  const { clock, executor } = world;
  const watched = new Map<string, Watched>();
  const ends = new Map<string, number>();
  const end = clock.now() + load.minutes * 60_000;
  const starting = async (): Promise<void> => {
    for (let nth = 0; nth < load.starts && clock.now() < end; ) {
      if (watched.size < load.inFlight) {
        const request = world.request({ key: `01JD-${nth}-1`, settings: settingsOf(load, nth) });
        nth += 1;
        watched.set(request.key, watch(request));
        const started = await executor.start(request, anyTime);
        watched.set(request.key, watch(request, knownOf(started)));
      }
      await clock.sleep(1_000 / load.startsPerSecond);
    }
  };
  const looking = async (): Promise<void> => {
    while (clock.now() < end) {
      const began = clock.now();
      const news = await executor.look([...watched.values()]);
      for (const [key, told] of news) take(watched.get(key)!, told);
      await clock.sleep(Math.max(0, began + lookEvery - clock.now()));
    }
  };
  const take = (one: Watched, told: News): void => {
    const { key } = one.request;
    if (told.kind !== 'found') return;
    if (told.state?.phase !== 'terminal') watched.set(key, { ...one, ref: told.ref });
    else if (watched.delete(key)) ends.set(key, clock.now());
  };
  await world.during(Promise.all([starting(), looking()]));
  const late = world.harness.runs().flatMap(({ key = '', ended_at }) => {
    const seen = ends.get(key);
    return seen === undefined ? [] : [seen - ended_at!];
  });
  return { world, late: late.sort((one, other) => one - other), open: watched.size };
};

const settingsOf = ({ mode, pipelines, projects = 1 }: Load, nth: number): JsonObject => {
  const pipeline = `deploy_${nth % pipelines}`;
  const place = projects === 1 ? {} : { project: `project_${nth % projects}` };
  return mode === 'execute' ? { pipeline, mode, ...place } : { pipeline, mode, trigger: 'flotilla', ...place };
};

export const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
