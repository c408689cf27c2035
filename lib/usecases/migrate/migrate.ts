import { FlotillaError, isFlotillaError } from '../../domain/errors.ts';
import { keys } from '../../domain/record/keys.ts';
import type { HeaderRow } from '../../domain/record/rows.ts';
import type { Sheet } from '../../domain/schedule/sheet.ts';
import { lookForBatch } from '../batch/find-batch.ts';
import type { AskedBy } from '../deps.ts';
import { readKeptSheet } from '../schedule/schedule-store.ts';
import { migrateBatch } from './migrate-batch.ts';
import { migrateMembers } from './migrate-members.ts';
import { type MigrateNeeds, noneWritten, type Written } from './put-missing.ts';

export interface Migrated extends Written {
  /** Batches completely migrated. */
  readonly batches: number;
  /** Of those, batches that were never planned or whose plan is no longer kept. */
  readonly batches_without_plan: number;
  /** Their deployments. */
  readonly deployments: number;
  /** Send it as `after` to continue; absent at the end. */
  readonly next_after?: string;
}

/** An API call ends after 29 s. A deployment takes up to eight reads and a write or two. */
const deploymentsPerCall = 500;
const batchesPerCall = 50;

/**
 * Writes the rows that an earlier version didn't have, from its records: what runs at each target, index rows of
 * batches and targets, and changes. Goes batch by batch, newest first, some deployments per call. Never changes an
 * existing row, except the index row for a batch's status. So it can be repeated, and run beside deployments of both
 * versions.
 */
export const migrate = async (
  deps: MigrateNeeds & AskedBy,
  { after }: { readonly after?: string | undefined },
): Promise<Migrated> => {
  if (!deps.rights.everywhere('deploy')) {
    throw new FlotillaError(
      'Forbidden',
      'No grant lets you deploy everywhere. A migration needs that, because it writes what runs everywhere.',
    );
  }
  const walk = new Walk();
  for (let at = placeOf(after); ; ) {
    const batchId = at.index > 0 ? at.batch : await batchAfter(deps, at.batch);
    if (batchId === undefined) return walk.counts;
    at = await goOn(deps, { batch: batchId, index: at.index }, walk);
    if (walk.isOver) return { ...walk.counts, next_after: cursorOf(at) };
  }
};

/**
 * Migrates some deployments of a batch, or all that are left. At a batch's beginning, also migrates the batch as a
 * whole.
 */
const goOn = async (deps: MigrateNeeds, { batch, index }: Begun, walk: Walk): Promise<WalkPlace> => {
  const header = await lookForBatch(deps, batch);
  const sheet = header === undefined ? undefined : await readSheetIfAny(deps, header);
  if (header !== undefined && index === 0) walk.wrote(await migrateBatch(deps, header, sheet));
  const end = Math.min(sheet?.keys.length ?? 0, index + walk.room);
  if (header !== undefined && sheet !== undefined) {
    const indexes = Array.from({ length: end - index }, (_, nth) => index + nth);
    walk.wrote(await migrateMembers(deps, { header, sheet }, indexes));
    walk.passed(indexes.length);
  }
  if (end < (sheet?.keys.length ?? 0)) return { batch, index: end };
  walk.ended(sheet !== undefined);
  return { batch, index: 0 };
};

interface WalkPlace {
  /** The batch in progress. With index 0, the batch just finished. Absent before the first. */
  readonly batch: string | undefined;
  readonly index: number;
}

interface Begun extends WalkPlace {
  readonly batch: string;
}

const placeOf = (after: string | undefined): WalkPlace => {
  const [batch, index = '0'] = after?.split('.') ?? [];
  return { batch, index: Number(index) };
};

const cursorOf = ({ batch, index }: WalkPlace): string => (index === 0 ? batch! : `${batch}.${index}`);

class Walk {
  #counts = { batches: 0, batches_without_plan: 0, deployments: 0, ...noneWritten };

  get counts(): Migrated {
    return this.#counts;
  }

  get room(): number {
    return deploymentsPerCall - this.#counts.deployments;
  }

  get isOver(): boolean {
    return this.room <= 0 || this.#counts.batches >= batchesPerCall;
  }

  wrote(written: Written): void {
    for (const name of Object.keys(noneWritten) as (keyof Written)[]) this.#counts[name] += written[name];
  }

  passed(deployments: number): void {
    this.#counts.deployments += deployments;
  }

  ended(isPlanned: boolean): void {
    this.#counts.batches += 1;
    if (!isPlanned) this.#counts.batches_without_plan += 1;
  }
}

const batchAfter = async ({ table }: MigrateNeeds, batch: string | undefined): Promise<string | undefined> => {
  const from = batch === undefined ? {} : { after: batch };
  const { items } = await table.query({ pk: keys.listed('').pk, newestFirst: true, limit: 1, ...from });
  return items[0]?.sk;
};

/** Undefined if it was never planned, or its plan is no longer kept. */
const readSheetIfAny = async (deps: MigrateNeeds, { batch_id, plan_hash }: HeaderRow): Promise<Sheet | undefined> => {
  if (plan_hash === undefined) return undefined;
  try {
    return await readKeptSheet(deps, batch_id);
  } catch (error) {
    if (isFlotillaError(error, 'DocumentMissing')) return undefined;
    throw error;
  }
};
