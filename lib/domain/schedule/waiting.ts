import type { HindranceKind } from '../deployment/held.ts';
import { isTerminal, type Status } from '../deployment/status.ts';
import { covers, type HoldCandidate, isInForce } from '../holds/covers.ts';
import { describeScope } from '../holds/describe-scope.ts';
import type { Circuit, Hold } from '../holds/hold.ts';
import { environmentOf } from '../plan/lock-names.ts';
import { hasPassed, isPending, statusOfCell } from './cells.ts';
import { describeHolder, type Lock, type Locks } from './locks.ts';
import { isSamePlace, type Place } from './place.ts';
import type { RootCause } from './root-cause.ts';
import { candidateAt, describeLocks, locksOf, type Sheet } from './sheet.ts';
import {
  applyLimits,
  type BatchState,
  batchHasRoom,
  type Closing,
  countLimits,
  isFull,
  type ScheduleState,
} from './state.ts';

/**
 * What a deployment without a turn waits for. A limit that only its batch has is named `batch`; the others are named as
 * in the plan.
 */
export type Waiting =
  | { readonly kind: 'plan'; readonly name: 'plan' }
  | {
      readonly kind: 'dependency';
      readonly name: string;
      readonly status: Status;
      /** What an UNKNOWN one was later resolved as. Its dependents are skipped all the same. */
      readonly resolved?: Status;
      /** For a skipped one: where the skip began. */
      readonly root?: RootCause;
    }
  | { readonly kind: 'limit'; readonly name: string; readonly limit: number; readonly in_flight: number }
  | {
      readonly kind: 'lock';
      /** What another deployment has, in words: the object that both change, or else the target. */
      readonly name: string;
      /** All locks that both need. */
      readonly locks: readonly string[];
      /**
       * The holder: in progress, UNKNOWN and to be resolved, or earlier in turn. Absent if the caller may not see it.
       */
      readonly batch_id?: string;
      readonly key?: string;
      /** The holder's environment, if it differs from the waiting deployment's. */
      readonly environment_id?: string;
      readonly status: 'PROCESSING' | 'UNKNOWN' | 'PENDING';
    }
  | {
      /** For one that has its turn: what holds it up at its executor or its cluster. */
      readonly kind: 'executor' | 'cluster';
      /** With `steps`: the current step. */
      readonly step?: string;
      /** The account, or the cluster. */
      readonly name: string;
      readonly why: HindranceKind;
      readonly since: string;
      /** If it waits for a person: when the wait ends. */
      readonly until?: string;
      /** What was requested there, what came back, and what happens next. */
      readonly asked?: string;
      readonly answered?: string;
      readonly next: string;
      /** The run's page. */
      readonly url?: string;
    }
  | {
      readonly kind: 'hold';
      readonly id: string;
      /** Its scope in words. */
      readonly name: string;
      readonly reason: string;
      readonly by: string;
      readonly since: string;
      /** When it ends by itself. */
      readonly until?: string;
      /**
       * Set by Flotilla: an executor or a cluster does not answer. `trying`: one deployment at a time goes through
       * until it does.
       */
      readonly circuit?: { readonly opened: number; readonly seen: string; readonly trying?: true };
    }
  | {
      readonly kind: 'stop';
      /** `refused`: decided, and its outcome is being recorded. */
      readonly name: Closing['why'] | 'refused';
      readonly because?: string;
    };

/** The part of the scheduling state that waits are derived from, live or as stored. */
export type Turns = Readonly<Pick<ScheduleState, 'used' | 'limits'>> & {
  readonly locks: Pick<Locks, 'takenFrom' | 'values' | 'of'>;
  /** Holds in force, and circuits that are being tried. */
  readonly holds: Pick<ReadonlyMap<string, Hold>, 'values'>;
};
export type WaitingBatch = Pick<BatchState, 'sheet' | 'cells' | 'head'>;

interface Asked {
  readonly index: number;
  readonly dependencies: readonly number[];
}

/**
 * What must change before `decide` gives this deployment its turn. Each item alone is in the way; with none, it is
 * next. Limits and others' locks are named only once its dependencies have succeeded, because until then they may
 * change often. UNKNOWN is named at once, because only a person can do something about it.
 */
export const waitingFor = (turns: Turns, batch: WaitingBatch, { index, dependencies }: Asked): readonly Waiting[] => {
  const cell = batch.cells.at(index);
  if (cell === 'G') return [];
  if (cell === 'H') return holdsOn(turns, candidateAt(batch.sheet, index));
  if (!isPending(cell)) return [{ kind: 'stop', name: 'refused' }];
  const { closing } = batch.head;
  if (closing !== undefined) return [stopOf(closing)];
  const holds = holdsOn(turns, candidateAt(batch.sheet, index));
  const before = dependencies.flatMap((dependency) => dependencyOf(batch, index, dependency));
  const locks = takenLocks(turns, batch, index);
  if (before.length > 0) return [...holds, ...before, ...locks.filter(({ status }) => status === 'UNKNOWN')];
  return [...holds, ...limitsOf(turns, batch, index), ...locks];
};

/** The holds that keep it from its turn, earliest first. */
export const holdsOn = ({ holds }: Pick<Turns, 'holds'>, candidate: HoldCandidate): readonly Of<'hold'>[] =>
  [...holds.values()]
    .filter((hold) => (isInForce(hold) || hold.circuit?.tried_by !== undefined) && covers(hold, candidate))
    .sort((a, b) => a.since - b.since || (a.id < b.id ? -1 : 1))
    .map(waitForHold);

/** A hold, in the form that waiting deployments show. */
export const waitForHold = ({ id, scope, reason, by, since, until, circuit }: Hold): Of<'hold'> => ({
  kind: 'hold',
  id,
  name: describeScope(scope),
  reason,
  by,
  since: new Date(since).toISOString(),
  ...(until === undefined || circuit?.trying ? {} : { until: new Date(until).toISOString() }),
  ...(circuit === undefined ? {} : { circuit: shownCircuit(circuit) }),
});

const shownCircuit = ({ opened, seen, trying }: Circuit): NonNullable<Of<'hold'>['circuit']> => ({
  opened,
  seen,
  ...(trying === undefined ? {} : { trying }),
});

/** Whether only things other than its dependencies can still hold it back. */
export const dependenciesSucceeded = (
  batch: Pick<WaitingBatch, 'cells' | 'sheet'>,
  { index, dependencies }: Asked,
): boolean => dependencies.every((dependency) => isOver(batch, index, dependency));

/** Whether a dependency lets it go on. Forced ones go on whatever happened before them. */
const isOver = (
  { cells, sheet }: Pick<WaitingBatch, 'cells' | 'sheet'>,
  index: number,
  dependency: number,
): boolean => {
  const cell = cells.at(dependency);
  return hasPassed(cell) || (isTerminal(statusOfCell(cell)) && sheet.forced?.includes(index) === true);
};

/**
 * The same from stored rows, without any batch's cells: everything in flight holds a lock. `sheets` belong to the
 * scheduled batches, in order.
 */
export const turnsOf = (locks: Turns['locks'], sheets: readonly Sheet[], holds: Turns['holds']): Turns => {
  const turns = { locks, holds, used: new Map<string, number>(), limits: new Map<string, number>() };
  const byBatch = new Map(sheets.map((sheet) => [sheet.batch_id, sheet]));
  for (const sheet of sheets) applyLimits(turns, sheet);
  for (const { batch_id, index } of holdersOf(locks)) {
    const sheet = byBatch.get(batch_id);
    if (sheet !== undefined) countLimits(turns, { sheet }, index, 1);
  }
  return turns;
};

/** Each once, however many locks it has. */
const holdersOf = (locks: Turns['locks']): Iterable<Place> => {
  const holders = new Map<string, Place>();
  for (const { batch_id, index, state } of locks.values()) {
    if (state === 'held') holders.set(`${batch_id}#${index}`, { batch_id, index });
  }
  return holders.values();
};

const stopOf = ({ why, because }: Closing): Waiting => ({
  kind: 'stop',
  name: why,
  ...(because === '' ? {} : { because }),
});

const dependencyOf = (batch: WaitingBatch, index: number, dependency: number): readonly Waiting[] => {
  const { cells, sheet } = batch;
  const status = statusOfCell(cells.at(dependency));
  return isOver(batch, index, dependency) ? [] : [{ kind: 'dependency', name: sheet.keys[dependency]!, status }];
};

const limitsOf = (turns: Turns, batch: WaitingBatch, index: number): readonly Waiting[] => {
  const { sheet, head } = batch;
  const own = { kind: 'limit', name: 'batch', limit: sheet.max_concurrency, in_flight: head.inFlight } as const;
  const full = sheet.classes[sheet.class_of[index]!]!.filter((name) => isFull(turns, name));
  return [
    ...(batchHasRoom(batch) ? [] : [own]),
    ...full.map((name) => ({
      kind: 'limit' as const,
      name,
      limit: turns.limits.get(name)!,
      in_flight: turns.used.get(name) ?? 0,
    })),
  ];
};

const statusOfLock = { held: 'PROCESSING', unknown: 'UNKNOWN', reserved: 'PENDING' } as const;

/** Its locks that others have, each once. */
const takenLocks = ({ locks }: Turns, { sheet }: WaitingBatch, index: number) => {
  const place = { batch_id: sheet.batch_id, index };
  const taken: { readonly lock: Readonly<Lock>; readonly names: string[] }[] = [];
  for (const name of locksOf(sheet, index)) {
    const lock = locks.takenFrom(place, name);
    if (lock === undefined) continue;
    const same = taken.find((one) => isSamePlace(one.lock, lock));
    if (same === undefined) taken.push({ lock, names: [name] });
    else same.names.push(name);
  }
  return taken.map(({ lock, names }) => {
    const { batch_id, key, state } = lock;
    const elsewhere = otherEnvironment(locks.of(lock), sheet.targets[index]!);
    return {
      kind: 'lock' as const,
      name: describeLocks(sheet, index, names),
      locks: names,
      batch_id,
      ...(key === undefined ? {} : { key }),
      ...(elsewhere === undefined ? {} : { environment_id: elsewhere }),
      status: statusOfLock[state],
    };
  });
};

/** The holder of an object also holds its own target. */
const otherEnvironment = (names: readonly string[], target: string): string | undefined => {
  const environment = names.map(environmentOf).find((one) => one !== undefined);
  return environment === environmentOf(target) ? undefined : environment;
};

/** One text for people. */
export const describeWaiting = (waiting: readonly Waiting[]): string => {
  const sentences = [
    ...waiting.filter((one) => one.kind === 'hold').map(holdSentence),
    ...dependencySentences(waiting.filter((one) => one.kind === 'dependency')),
    ...limitSentences(waiting.filter((one) => one.kind === 'limit')),
    ...waiting.flatMap(otherSentence),
  ];
  return sentences.length === 0 ? 'Its turn comes next.' : sentences.join(' ');
};

type Of<Kind extends Waiting['kind']> = Extract<Waiting, { readonly kind: Kind }>;

/** More dependencies than this are only counted. */
const mostNamed = 3;

const holdSentence = ({ name, reason, by, since, until, circuit }: Of<'hold'>): string => {
  const times = `since ${since}${until === undefined ? '' : `, until ${until}`}`;
  if (circuit === undefined) return `Held with ${name} by ${by} ${times}: ${asSentence(reason)}`;
  const next = circuit.trying ? ' One deployment at a time goes through until there is an answer.' : '';
  return `Held because ${name} does not answer, ${times}: ${asSentence(circuit.seen)}${next}`;
};

const asSentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

const dependencySentences = (dependencies: readonly Of<'dependency'>[]): readonly string[] => {
  if (dependencies.length === 0) return [];
  const ended = dependencies.filter(({ status }) => isTerminal(status));
  return ended.length > 0 ? [`Will be skipped: ${listOf(ended)}.`] : [`Waits for ${listOf(dependencies)}.`];
};

const listOf = (dependencies: readonly Of<'dependency'>[]): string => {
  const rest = dependencies.length - mostNamed;
  const named = dependencies.slice(0, mostNamed).map(({ name, status, resolved, root }) => {
    const since = resolved === undefined ? '' : `, later resolved as ${resolved}`;
    const because = root === undefined ? '' : `, because of ${root.key}: ${root.status}`;
    return `${name} (${status}${since}${because})`;
  });
  return [...named, ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
};

const limitSentences = (limits: readonly Of<'limit'>[]): readonly string[] => {
  if (limits.length === 0) return [];
  const told = limits.map(({ name, limit, in_flight }) => {
    const [kind, ...rest] = name.split(':');
    const whose = rest.length === 0 ? 'this batch' : `${kind} ${rest.join(':')}`;
    return `${in_flight} of ${limit} in flight in ${whose}`;
  });
  return [`Waits for room (max_concurrency): ${told.join(', ')}.`];
};

const otherSentence = (one: Waiting): readonly string[] => {
  if (one.kind === 'plan') return ['Waits for the plan.'];
  if (one.kind === 'stop')
    return [`Will not start: ${stopWords[one.name]}${one.because ? ` because ${one.because}` : ''}.`];
  if (one.kind !== 'lock') return [];
  const where = one.environment_id === undefined ? '' : ` in ${one.environment_id}`;
  const { batch_id } = one;
  const holder = batch_id === undefined ? 'another deployment' : describeHolder({ ...one, batch_id });
  return [lockSentences[one.status](`${holder}${where}`, one.name)];
};

const lockSentences: Readonly<Record<Of<'lock'>['status'], (holder: string, what: string) => string>> = {
  PROCESSING: (holder, what) => `Waits for ${holder}, which is working on ${what}.`,
  PENDING: (holder, what) => `Waits for ${holder}, which is ahead of it on ${what}.`,
  UNKNOWN: (holder, what) => `Waits for ${holder}, which left ${what} UNKNOWN: resolve that, or this is skipped.`,
};

const stopWords: Readonly<Record<Of<'stop'>['name'], string>> = {
  cancelled: 'the batch was cancelled',
  stopped: 'the batch was stopped',
  finished: 'the batch has ended',
  refused: 'its outcome is being recorded',
};
