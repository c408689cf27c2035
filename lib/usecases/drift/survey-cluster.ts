import { decideAfterLook, driftSentence, type SeenDrift } from '../../domain/drift/drift.ts';
import type { DriftMark } from '../../domain/drift/drift-mark.ts';
import type { FieldDrift } from '../../domain/drift/object-drift.ts';
import type { Table, Write } from '../../domain/ports.ts';
import { driftsOf, keys } from '../../domain/record/keys.ts';
import { type EventRow, itemOf, rowOf } from '../../domain/record/rows.ts';
import { isSamePlace } from '../../domain/schedule/place.ts';
import type { TargetRow } from '../../domain/targets/target-row.ts';
import type { Deps } from '../deps.ts';
import { retryConflict } from '../retry-conflict.ts';
import { everyItem } from '../schedule/schedule-store.ts';
import { driftEventWrites } from './drift-event.ts';
import { driftOf, lookAtObjects } from './look-at-objects.ts';
import { readSurveyed, type SurveyedTarget, type SurveyMemory } from './surveyed-targets.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'catalogue' | 'cluster' | 'clock' | 'random'>;

export interface Surveyed {
  /** Targets compared. */
  readonly targets: number;
  /** Targets marked now. */
  readonly drifted: number;
}

/**
 * Compares what runs in a cluster with what was deployed there, and marks differences that two surveys saw. Reads what
 * was deployed and who is at work both before and after reading the cluster. Judges only what stayed the same, so that
 * our own changes never count as drift. Changes nothing in the cluster. Throws ClusterUnavailable.
 */
export const surveyCluster = async (deps: Needs, cluster: string, memory: SurveyMemory): Promise<Surveyed> => {
  const targets = await readSurveyed(deps, cluster, { locked: await lockedTargets(deps.table), memory });
  const before = await readSeen(deps.table, cluster);
  if (targets.length === 0 && before.size === 0) return { targets: 0, drifted: 0 };
  const { objects } = await deps.cluster(cluster);
  // Only rollouts can be read in this cluster.
  if (objects === undefined) return { targets: 0, drifted: 0 };
  const seen = await lookAtObjects(objects, targets);
  const locked = await lockedTargets(deps.table);
  let drifted = 0;
  for (const target of targets) {
    const fields = driftOf(target, seen);
    const remembered = before.get(target.now.target);
    if (fields.length === 0 && remembered === undefined && target.now.drift === undefined) continue;
    if (locked.has(target.now.target)) continue;
    if (await settle(deps, cluster, { target, fields, remembered })) drifted += 1;
  }
  await forget(deps, cluster, { before, targets });
  return { targets: targets.length, drifted };
};

/** The names of all locked targets and objects. */
const lockedTargets = async (table: Table): Promise<ReadonlySet<string>> => {
  const names = new Set<string>();
  for await (const { sk } of everyItem(table, { pk: 'DISPATCHER', prefix: 'LOCK#' }))
    names.add(sk.slice('LOCK#'.length));
  return names;
};

const readSeen = async (table: Table, cluster: string): Promise<ReadonlyMap<string, SeenDrift>> => {
  const seen = new Map<string, SeenDrift>();
  for await (const item of everyItem(table, { pk: driftsOf(cluster) })) seen.set(item.sk, rowOf<SeenDrift>(item)!);
  return seen;
};

interface Found {
  readonly target: SurveyedTarget;
  readonly fields: readonly FieldDrift[];
  readonly remembered: SeenDrift | undefined;
}

/** Writes the result of a look, if NOW hasn't changed since. Returns true if the target is marked afterwards. */
const settle = (deps: Needs, cluster: string, { target, fields, remembered }: Found): Promise<boolean> =>
  retryConflict(deps, async () => {
    const { now: before } = target;
    const now = rowOf<TargetRow>(await deps.table.get(keys.targetNow(before.target)));
    if (now === undefined || !isSame(now, before)) return false;
    const { remember, mark } = decideAfterLook({ now, fields, seen: remembered, at: deps.clock.now() });
    const writes: Write[] = [
      ...rememberWrites(cluster, now.target, { remember, remembered }),
      ...(mark === undefined ? [] : await markWrites(deps, now, mark)),
    ];
    if (writes.length > 0) await deps.table.transact(writes);
    return mark === undefined ? now.drift !== undefined : mark !== 'clear';
  });

const isSame = (one: TargetRow, other: TargetRow): boolean =>
  isSamePlace(one, other) && one.state === other.state && one.since === other.since;

const rememberWrites = (
  cluster: string,
  target: string,
  { remember, remembered }: { readonly remember: SeenDrift | undefined; readonly remembered: SeenDrift | undefined },
): readonly Write[] => {
  if (remember === remembered) return [];
  return [
    remember === undefined
      ? { delete: keys.drift(cluster, target) }
      : { put: itemOf(keys.drift(cluster, target), remember) },
  ];
};

/** Writes the mark, on the condition of NOW, and its event in the stage's feed. */
const markWrites = async (deps: Needs, now: TargetRow, mark: DriftMark | 'clear'): Promise<readonly Write[]> => {
  const { batch_id, index, state, since } = now;
  const when = { equals: { batch_id, index, state, since } };
  return [
    mark === 'clear'
      ? { update: keys.targetNow(now.target), remove: ['drift'], when }
      : {
          update: keys.targetNow(now.target),
          set: { drift: { ...mark, fields: mark.fields.map((one) => ({ ...one })) } },
          when,
        },
    ...(await driftEventWrites(deps, eventOf(now, mark))),
  ];
};

const eventOf = (
  { target, drift }: TargetRow,
  mark: DriftMark | 'clear',
): Omit<EventRow, 'batch_id' | 'type' | 'seq' | 'at'> => {
  const common = { target, actor: 'survey' } as const;
  if (mark === 'clear') {
    const message = `${target} is again as it was deployed.`;
    return { ...common, from: 'PROCESSING', to: 'SUCCESS', reason: 'DriftGone', message };
  }
  return {
    ...common,
    ...{ from: drift === undefined ? null : 'PROCESSING', to: 'PROCESSING', reason: 'DriftFound' },
    message: driftSentence(target, mark),
    detail: { since: mark.since, count: mark.count, fields: mark.fields.map((one) => ({ ...one })) },
  };
};

/** Forgets targets that are no longer settled. */
const forget = async (
  { table }: Needs,
  cluster: string,
  { before, targets }: { readonly before: ReadonlyMap<string, SeenDrift>; readonly targets: readonly SurveyedTarget[] },
): Promise<void> => {
  const there = new Set(targets.map(({ now }) => now.target));
  for (const target of before.keys()) {
    if (!there.has(target)) await table.transact([{ delete: keys.drift(cluster, target) }]);
  }
};
