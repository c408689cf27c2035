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

/** What somebody asks for, beside the batch. */
export interface Wanted {
  /** Keys; absent: all of the batch that is not good. */
  readonly only?: readonly string[] | undefined;
  /** Versions by key. */
  readonly versions?: ReadonlyMap<string, string> | undefined;
}

/** Reads what stands at the targets and who is UNKNOWN, and decides what is tried again. */
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

/** Where one who asks sees a part only, by its places in the first plan. */
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

/** By key. Of what is tried again by its target of today; of what has succeeded where it did. */
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

/** Undefined where its infrastructure is gone: then the batch is refused, and says so. */
const targetToday = (catalogue: Catalogue, deployment: Deployment): string | undefined => {
  const cluster = resolveInfrastructure(catalogue, deployment.infrastructure_id)?.cluster;
  return cluster === undefined ? undefined : targetOf({ ...deployment, cluster });
};

/** Who is UNKNOWN and has a lock of these, by key, in words. One query for all locks that there are. */
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
      // Its own is freed by the message that it was resolved, which comes before any of the retry.
      const other = held.find((lock) => !places.some((place) => isSamePlace(place, lock)));
      return other === undefined ? [] : [[deployment.key, describeHolder(other)] as const];
    }),
  );
};

const unknownAmong = (locks: Locks): ReadonlyMap<string, Lock> =>
  new Map([...locks].filter(([, { state }]) => state === 'unknown'));
