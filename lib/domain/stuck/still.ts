import type { HindranceKind } from '../deployment/held.ts';
import type { Place } from '../grants/grant.ts';
import type { Place as Deployment } from '../schedule/place.ts';
import type { Waiting } from '../schedule/waiting.ts';

/** Why something does not move. In display order: first causes that somebody can act on. */
export const stuckCauses = [
  /** Its outcome is not known; or it waits for a lock of another batch's UNKNOWN deployment. */
  'unknown',
  'unknown-elsewhere',
  /** A person must act in the executor. */
  'person',
  /** A person must let it continue. */
  'proceed',
  /** Somebody holds it; or an executor or a cluster did not answer and is given time. */
  'hold',
  'circuit',
  'executor',
  'cluster',
  /** Another batch is at work there. */
  'lock',
  'limit',
  /** It waits for what is in flight; or its rollback runs and does not move. */
  'rollback',
  /** Parts of Flotilla that should have acted: planning, turns, watching, the state machine. */
  'plan',
  'dispatcher',
  'watcher',
  'execution',
] as const;
export type StuckCause = (typeof stuckCauses)[number];

/** A deployment that does not move, or the batch itself (without `index`). */
export interface Still {
  readonly cause: StuckCause;
  readonly index?: number;
  readonly key?: string;
  readonly place?: Place;
  readonly waits_for: Waiting | string;
  /** Milliseconds since 1970; absent if it must still be read from those that it waits for. */
  readonly since?: number;
  readonly holders?: readonly Deployment[];
}

/** Those that wait for the same thing. */
export interface StillGroup {
  readonly cause: StuckCause;
  readonly waits_for: Waiting | string;
  readonly since?: number;
  readonly count: number;
  /** The first of them. */
  readonly keys: readonly string[];
  /** Where they belong, without duplicates. */
  readonly places: readonly Place[];
  /** Some of the deployments that they wait for. */
  readonly holders: readonly Deployment[];
}

/** Anything that moved, or began to wait, within this many milliseconds is not stuck. */
export const stuckAfter = 60_000;

/** Time does not help these: from the start, only a person can act. */
const needSomebody: ReadonlySet<StuckCause> = new Set(['unknown', 'unknown-elsewhere', 'person', 'proceed', 'hold']);

export const isStuck = ({ cause, since }: Pick<Still, 'cause' | 'since'>, now: number): boolean =>
  needSomebody.has(cause) || (since !== undefined && now - since >= stuckAfter);

export const causeOfHeld = (why: HindranceKind): StuckCause =>
  why === 'person' || why === 'proceed' ? why : why === 'cluster-unavailable' ? 'cluster' : 'executor';

const keysNamed = 5;
/** How many holders are asked how long they have had what others wait for. */
const holdersAsked = 10;

/** Groups what waits for the same thing. In the order of causes, and within one by longest wait. */
export const groupStills = (stills: readonly Still[]): readonly StillGroup[] => {
  const groups = new Map<string, Still[]>();
  for (const still of stills) {
    const name = `${still.cause} ${sameness(still.waits_for)}`;
    const known = groups.get(name);
    if (known === undefined) groups.set(name, [still]);
    else known.push(still);
  }
  return [...groups.values()].map(groupOf).sort(byCauseAndAge);
};

/** A deployment that waits for another batch waits for all of it, whichever locks are involved. */
const sameness = (waits_for: Waiting | string): string => {
  if (typeof waits_for === 'string') return waits_for;
  if (waits_for.kind === 'hold') return `hold ${waits_for.id}`;
  if (waits_for.kind === 'lock') return `lock ${waits_for.batch_id} ${waits_for.status}`;
  const why = 'why' in waits_for ? waits_for.why : '';
  return `${waits_for.kind} ${waits_for.name} ${why}`;
};

const groupOf = (stills: readonly Still[]): StillGroup => {
  const known = stills.flatMap(({ since }) => since ?? []);
  const places = new Map(
    stills.flatMap(({ place }) => (place ? [[`${place.pillar} ${place.environment}`, place]] : [])),
  );
  return {
    cause: stills[0]!.cause,
    waits_for: stills[0]!.waits_for,
    ...(known.length === 0 ? {} : { since: Math.min(...known) }),
    count: stills.filter(({ key }) => key !== undefined).length,
    keys: stills.flatMap(({ key }) => key ?? []).slice(0, keysNamed),
    places: [...places.values()],
    holders: firstHolders(stills),
  };
};

const firstHolders = (stills: readonly Still[]): readonly Deployment[] => {
  const found = new Map<string, Deployment>();
  for (const { holders = [] } of stills) {
    for (const { batch_id, index } of holders) {
      if (found.size === holdersAsked) return [...found.values()];
      found.set(`${batch_id}#${index}`, { batch_id, index });
    }
  }
  return [...found.values()];
};

const byCauseAndAge = (a: StillGroup, b: StillGroup): number =>
  stuckCauses.indexOf(a.cause) - stuckCauses.indexOf(b.cause) || (a.since ?? 0) - (b.since ?? 0);
