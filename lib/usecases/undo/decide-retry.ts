import type { Deployment } from '../../domain/batch/batch.ts';
import type { Catalogue } from '../../domain/catalogue/catalogue.ts';
import { resolveInfrastructure, resolveWorkload } from '../../domain/catalogue/resolve.ts';
import { locksOfObject, targetOf } from '../../domain/plan/lock-names.ts';
import { describeHolder, type Lock, type Locks } from '../../domain/schedule/locks.ts';
import { isSamePlace } from '../../domain/schedule/place.ts';
import type { TargetRow } from '../../domain/targets/target-row.ts';
import { planRetry, type Question, type RetryPlan, restsOn, type Tried } from '../../domain/undo/plan-retry.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { sightOf } from '../grants/sight.ts';
import { readNamesOfClusters } from '../schedule/known-clusters.ts';
import { readKeptSheet, readLocks } from '../schedule/schedule-store.ts';
import { readNow } from '../targets/read-now.ts';
import type { TriedBatch } from './read-tried.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'catalogue'> & AskedBy;

/** What the caller wants, besides the batch. */
export interface Wanted {
  /** Keys. Absent: everything in the batch that is not good. */
  readonly only?: readonly string[] | undefined;
  /** Versions by key. */
  readonly versions?: ReadonlyMap<string, string> | undefined;
}

/** Reads what runs at the targets and which deployments are UNKNOWN, and decides what to retry. */
export const decideRetry = async (deps: Needs, batch: TriedBatch, wanted: Wanted): Promise<RetryPlan> => {
  const { tried, ours } = batch;
  const asked = wanted.only === undefined ? batch.named : new Set(wanted.only);
  const rests = restsOn(tried, asked);
  const [now, unknownHolder, sees] = await Promise.all([
    readNowOf(deps, rests),
    readUnknownHolders(deps, rests),
    seenKeys(deps, batch),
  ]);
  const { versions } = wanted;
  return planRetry({ tried, asked, isNamed: wanted.only !== undefined, versions, now, ours, unknownHolder, sees });
};

/** The keys that a caller with a partial view may see, by index in the first plan. */
export const seenKeys = async (deps: Needs, { root, tried }: TriedBatch): Promise<Question['sees']> => {
  const sight = await sightOf(deps, root);
  if (sight.isWhole) return () => true;
  const indexes = new Map(
    tried.map(({ deployment, places }, at) => [
      deployment.key,
      places.find(({ batch_id }) => batch_id === root.batch_id)?.index ?? at,
    ]),
  );
  return (key) => {
    const index = indexes.get(key);
    return index !== undefined && sight.sees(index);
  };
};

/** By key: NOW of what is retried at today's target, and of what succeeded at its own. */
const readNowOf = async (deps: Needs, rests: readonly Tried[]): Promise<ReadonlyMap<string, TargetRow>> => {
  const catalogue = await deps.catalogue();
  const targets = await Promise.all(
    rests.map(async (one) =>
      one.status === 'SUCCESS' ? targetThen(deps, one) : targetToday(catalogue, one.deployment),
    ),
  );
  const known = rests.flatMap(({ deployment: { key } }, at) => {
    const target = targets[at];
    return target === undefined ? [] : [{ key, target }];
  });
  const rows = await readNow(
    deps,
    known.map(({ target }) => target),
  );
  return new Map(known.flatMap(({ key }, at) => (rows[at] === undefined ? [] : [[key, rows[at]]])));
};

const targetThen = async (deps: Needs, { places }: Tried): Promise<string | undefined> => {
  const { batch_id, index } = places.at(-1)!;
  return (await readKeptSheet(deps, batch_id)).targets[index];
};

/** Undefined if its infrastructure no longer exists. The batch is then refused and says so. */
const targetToday = (catalogue: Catalogue, deployment: Deployment): string | undefined => {
  const cluster = resolveInfrastructure(catalogue, deployment.infrastructure_id)?.cluster;
  return cluster === undefined ? undefined : targetOf({ ...deployment, cluster });
};

/** By key, in words: the UNKNOWN deployments that hold these locks. One query for all locks. */
const readUnknownHolders = async (deps: Needs, rests: readonly Tried[]): Promise<ReadonlyMap<string, string>> => {
  const unknown = unknownAmong(await readLocks(deps.table));
  if (unknown.size === 0) return new Map();
  const [catalogue, { namesOf }] = [await deps.catalogue(), await readNamesOfClusters(deps)];
  return new Map(
    rests.flatMap(({ status, deployment, places }) => {
      const cluster = resolveInfrastructure(catalogue, deployment.infrastructure_id)?.cluster;
      if (cluster === undefined || status === 'SUCCESS' || status === 'UNKNOWN') return [];
      const locks = locksOfObject(resolveWorkload(catalogue, deployment), namesOf(cluster));
      const held = [...locks, targetOf({ ...deployment, cluster })].flatMap((name) => unknown.get(name) ?? []);
      // Its own lock is freed by the message about its resolution, which comes before any of the retry's.
      const other = held.find((lock) => !places.some((place) => isSamePlace(place, lock)));
      return other === undefined ? [] : [[deployment.key, describeHolder(other)] as const];
    }),
  );
};

const unknownAmong = (locks: Locks): ReadonlyMap<string, Lock> =>
  new Map([...locks].filter(([, { state }]) => state === 'unknown'));
