import type { Batch, Deployment } from '../../domain/batch/batch.ts';
import { FlotillaError } from '../../domain/errors.ts';
import { documentPaths, keys } from '../../domain/record/keys.ts';
import { type HeaderRow, type ItemRow, rowOf } from '../../domain/record/rows.ts';
import type { Place } from '../../domain/schedule/place.ts';
import type { Tried } from '../../domain/undo/plan-retry.ts';
import type { Retries } from '../../domain/undo/retries.ts';
import { findBatch } from '../batch/find-batch.ts';
import type { Deps } from '../deps.ts';
import { everyItem } from '../schedule/schedule-store.ts';
import { readRollbacks } from './descendants.ts';

type Needs = Pick<Deps, 'table' | 'documents'>;

/** A batch as it is after all its retries. */
export interface TriedBatch {
  /** The family's first batch. */
  readonly root: HeaderRow;
  /** The headers of the first batch and every retry in the family. */
  readonly headers: readonly HeaderRow[];
  /** In the order of the first file. */
  readonly tried: readonly Tried[];
  /** The keys of the named batch. */
  readonly named: ReadonlySet<string>;
  /** These batches, and their rollbacks. */
  readonly ours: ReadonlySet<string>;
}

/** Reads how every deployment of a family ended: one query per thousand deployments, and a few per batch. */
export const readTried = async (deps: Needs, header: HeaderRow, { root, all }: Retries): Promise<TriedBatch> => {
  const headers = await Promise.all([root, ...all.map(({ batch_id }) => batch_id)].map((id) => findBatch(deps, id)));
  const attempts = await Promise.all(headers.map((one) => readAttempt(deps, one)));
  const rollbacks = await Promise.all(headers.map(({ batch_id }) => readRollbacks(deps, batch_id)));
  const rolledBackBy = attempts.flatMap(({ rows }) => [...rows.values()].map(({ outcome }) => outcome?.rolled_back_by));
  const batchIds = [...headers, ...rollbacks.flat()].map(({ batch_id }) => batch_id);
  const named = attempts.find(({ header: { batch_id } }) => batch_id === header.batch_id)!;
  return {
    root: headers[0]!,
    headers,
    tried: attempts[0]!.batch.deployments.map((deployment) => triedOf(deployment, attempts)),
    named: new Set(named.batch.deployments.map(({ key }) => key)),
    ours: new Set([...batchIds, ...rolledBackBy.filter((id) => id !== undefined)]),
  };
};

interface Attempt {
  readonly header: HeaderRow;
  readonly batch: Batch;
  readonly deployments: ReadonlyMap<string, Deployment>;
  /** By key. Empty if it was never planned. */
  readonly rows: ReadonlyMap<string, ItemRow>;
}

const readAttempt = async (deps: Needs, header: HeaderRow): Promise<Attempt> => {
  const { batch_id } = header;
  const text = await deps.documents.get(documentPaths.batch(batch_id));
  if (text === undefined) throw expired(batch_id);
  const batch = JSON.parse(text) as Batch;
  const rows = new Map<string, ItemRow>();
  for await (const item of everyItem(deps.table, { pk: keys.header(batch_id).pk, prefix: 'ITEM#' })) {
    const row = rowOf<ItemRow>(item)!;
    rows.set(row.key, row);
  }
  return { header, batch, deployments: new Map(batch.deployments.map((one) => [one.key, one])), rows };
};

/** Its documents are gone, and with them what it deployed. */
export const expired = (batchId: string): FlotillaError =>
  new FlotillaError(
    'RecordExpired',
    `The record of batch ${batchId} is no longer kept, so a retry is not possible. Submit the file as a new batch.`,
    { batch_id: batchId },
  );

const triedOf = (first: Deployment, attempts: readonly Attempt[]): Tried => {
  const { key } = first;
  const { planned: _, replay: __, ...deployment } = first;
  const places: Place[] = [];
  let firstEnd: number | undefined;
  let last = attempts[0]!;
  for (const attempt of attempts) {
    const row = attempt.rows.get(key);
    if (row === undefined) continue;
    places.push({ batch_id: attempt.header.batch_id, index: row.index });
    firstEnd ??= row.outcome?.ended_at;
    last = attempt;
  }
  const { header, deployments, rows } = last;
  const row = rows.get(key);
  const { docker_image_version } = deployments.get(key)!;
  return {
    deployment: { ...deployment, docker_image_version },
    places,
    status: row?.status ?? 'PENDING',
    reason: row?.reason ?? header.reason,
    batch_id: header.batch_id,
    ended_at: firstEnd ?? header.ended_at ?? header.updated_at,
  };
};
