import type { SeededRandom } from '../../seeded-random.ts';
import type { Wanted } from '../../workflow/batch-text.ts';
import type { Script } from '../../workflow/scripted-executor.ts';
import { drawScript, firstVersion, versions } from './draw-story.ts';

/** What somebody does, or what happens in the world. Batches are named by their place in the list, counted round. */
export type Deed =
  | {
      readonly do: 'pause';
      readonly scope: Readonly<Record<string, string>>;
      readonly for?: string;
      readonly rollbacks: boolean;
    }
  | { readonly do: 'pause-batch'; readonly batch: number; readonly for?: string; readonly rollbacks: boolean }
  | { readonly do: 'resume'; readonly hold: number }
  | {
      readonly do: 'rollback';
      readonly batch: number;
      readonly only?: readonly string[];
      readonly force?: readonly string[];
    }
  | { readonly do: 'retry'; readonly batch: number; readonly versions?: Readonly<Record<string, string>> }
  | {
      readonly do: 'submit';
      readonly services: readonly Wanted[];
      readonly on_failure: 'continue' | 'stop' | 'rollback';
    }
  | { readonly do: 'cancel'; readonly batch: number }
  | { readonly do: 'resolve'; readonly batch: number }
  | { readonly do: 'target-back'; readonly key: string; readonly environment: string; readonly to?: string }
  | { readonly do: 'hotfix'; readonly service: string }
  | { readonly do: 'executor-away'; readonly seconds: number }
  | { readonly do: 'cluster-away'; readonly seconds: number }
  | { readonly do: 'stop'; readonly batch: number; readonly child?: number; readonly redrive: boolean }
  | { readonly do: 'kill'; readonly name: string; readonly heard: 'error' | 'late' }
  | { readonly do: 'clock'; readonly milliseconds: number }
  | { readonly do: 'script'; readonly name: string; readonly script?: Script };

/** This many seconds after the first batch was sent. */
export type Act = Deed & { readonly at: number };

const killable = [
  ...['start-deployment', 'start-restore', 'watch-executor', 'watch-cluster', 'dispatch-turns', 'sweep'],
  ...['record-outcome', 'finish-batch', 'conclude-batch', 'plan-batch', 'capture-baseline', 'publish-events'],
] as const;

export const drawActs = (random: SeededRandom, services: readonly Wanted[]): readonly Act[] =>
  Array.from({ length: random.whole(0, 12) }, () => ({
    ...drawDeed(random, services),
    at: random.whole(0, random.chance(0.6) ? 200 : 700),
  })).sort((one, other) => one.at - other.at);

type Draw = (random: SeededRandom, services: readonly Wanted[]) => Deed;

const drawDeed: Draw = (random, services) => random.oneOf(weighted)(random, services);

const lengthOf = (random: SeededRandom) => (random.chance(0.6) ? { for: random.oneOf(['1m', '3m', '10m']) } : {});
const batchOf = (random: SeededRandom): number => random.whole(0, 5);
const keyOf = ({ name }: Wanted): string => `shared/${name}`;
const someOf = (random: SeededRandom, services: readonly Wanted[]): readonly Wanted[] => {
  const some = services.filter(() => random.chance(0.5));
  return some.length === 0 ? [random.oneOf(services)] : some;
};

const draws: Readonly<Record<Deed['do'], readonly [weight: number, Draw]>> = {
  pause: [
    4,
    (random, services) => ({
      do: 'pause',
      scope: {
        ...(random.chance(0.3) ? { environment: random.oneOf(['staging', 'uat']) } : {}),
        ...(random.chance(0.2) ? { pillar: 'shared' } : {}),
        ...(random.chance(0.3) ? { service: random.oneOf(services).name } : {}),
        ...(random.chance(0.2) ? { cluster: 'cluster-eu-1' } : {}),
      },
      ...lengthOf(random),
      rollbacks: random.chance(0.4),
    }),
  ],
  'pause-batch': [
    1,
    (random) => ({ do: 'pause-batch', batch: batchOf(random), ...lengthOf(random), rollbacks: random.chance(0.4) }),
  ],
  resume: [2, (random) => ({ do: 'resume', hold: random.whole(0, 3) })],
  rollback: [
    6,
    (random, services) => ({
      do: 'rollback',
      batch: batchOf(random),
      ...(random.chance(0.3) ? { only: someOf(random, services).map(keyOf) } : {}),
      ...(random.chance(0.3) ? { force: someOf(random, services).map(keyOf) } : {}),
    }),
  ],
  retry: [
    4,
    (random, services) => ({
      do: 'retry',
      batch: batchOf(random),
      ...(random.chance(0.3) ? { versions: { [keyOf(random.oneOf(services))]: random.oneOf(versions) } } : {}),
    }),
  ],
  submit: [
    3,
    (random, services) => {
      const some = someOf(random, services);
      const names = new Set(some.map(({ name }) => name));
      const version = random.oneOf(versions);
      const acting = random.chance(0.4) ? some.filter(() => random.chance(0.6)) : [];
      const deleted = new Set(acting.filter(() => random.chance(0.6)).map(({ name }) => name));
      const scaled = new Set(acting.map(({ name }) => name));
      return {
        do: 'submit',
        services: some.map((one): Wanted => {
          const needs = one.needs!.filter((need) => names.has(need));
          if (deleted.has(one.name)) return { ...one, action: 'delete', needs };
          // No remaining service depends on a removed one.
          const staying = needs.filter((need) => !deleted.has(need));
          if (!scaled.has(one.name)) return { ...one, version, needs: staying };
          return { ...one, action: 'scale', replicas: random.whole(0, 4), needs: staying };
        }),
        on_failure: random.oneOf(['continue', 'stop', 'rollback']),
      };
    },
  ],
  cancel: [2, (random) => ({ do: 'cancel', batch: batchOf(random) })],
  resolve: [2, (random) => ({ do: 'resolve', batch: batchOf(random) })],
  'target-back': [
    3,
    (random, services) => {
      const service = random.oneOf(services);
      return {
        ...{ do: 'target-back', key: keyOf(service), environment: service.environment! },
        ...(random.chance(0.3) ? { to: random.oneOf(versions) } : {}),
      };
    },
  ],
  hotfix: [1, (random, services) => ({ do: 'hotfix', service: random.oneOf(services).name })],
  'executor-away': [1, (random) => ({ do: 'executor-away', seconds: random.whole(10, 400) })],
  'cluster-away': [1, (random) => ({ do: 'cluster-away', seconds: random.whole(10, 400) })],
  stop: [
    2,
    (random) => ({
      do: 'stop',
      batch: batchOf(random),
      ...(random.chance(0.6) ? { child: random.whole(0, 5) } : {}),
      redrive: random.chance(0.5),
    }),
  ],
  kill: [4, (random) => ({ do: 'kill', name: random.oneOf(killable), heard: random.oneOf(['error', 'late']) })],
  clock: [1, (random) => ({ do: 'clock', milliseconds: random.oneOf([-2_000, 5_000, 60_000, 300_000]) })],
  script: [
    3,
    (random, services) => ({
      do: 'script',
      name: `${random.oneOf(services).name}@${random.oneOf([firstVersion, ...versions])}`,
      ...(random.chance(0.4) ? { script: drawScript(random) } : {}),
    }),
  ],
};

const weighted: readonly Draw[] = Object.values(draws).flatMap(([weight, draw]) =>
  Array.from({ length: weight }, () => draw),
);
