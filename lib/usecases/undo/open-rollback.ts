import type { Origin } from '../../domain/batch/origin.ts';
import { counted } from '../../domain/counted.ts';
import { FlotillaError } from '../../domain/errors.ts';
import type { Write } from '../../domain/ports.ts';
import { changeHeader } from '../../domain/record/change.ts';
import { keys } from '../../domain/record/keys.ts';
import { type HeaderRow, itemOf } from '../../domain/record/rows.ts';
import { countLeft } from '../../domain/undo/left.ts';
import { rollbackBatch, rollbackText } from '../../domain/undo/rollback-batch.ts';
import type { DescendantRow } from '../../domain/undo/undo-rows.ts';
import { openBatch } from '../batch/open-batch.ts';
import type { Deps } from '../deps.ts';
import { noRetrySince } from './descendants.ts';
import type { Prepared } from './prepare-rollback.ts';

type Needs = Pick<Deps, 'documents' | 'clock' | 'ids'>;

interface Opening {
  /** The batch to roll back. */
  readonly header: HeaderRow;
  readonly prepared: Prepared;
  /** The rollback's id: already given to the caller, or fixed earlier. */
  readonly batchId: string;
  readonly actor: string;
  /** The actor's name, if there is one. */
  readonly actorName?: string | undefined;
  readonly reason: string;
  readonly automatic?: true | undefined;
}

export interface OpenedRollback {
  /** The rollback's header. */
  readonly header: HeaderRow;
  /**
   * The rollback's rows, and its entry in the list of the batch's rollbacks. The headers of the covered batches are
   * separate.
   */
  readonly writes: readonly Write[];
}

/**
 * The most retries that one transaction can roll back with the batch. Each takes four writes at the beginning and five
 * at the end. A batch that rolls itself back needs 38 for its own end and the new batch.
 */
export const mostCovered = 16;

/** Stores a rollback's documents and makes its rows. The caller must also write that the batch is being rolled back. */
export const openRollback = async (deps: Needs, opening: Opening): Promise<OpenedRollback> => {
  const { header, prepared, batchId, actor, actorName, reason, automatic } = opening;
  const { plan, covered, family, earlier } = prepared;
  const { batch_id: of, name, strategy } = header;
  if (covered.length > mostCovered) throw tooManyRetries(header);
  const origin: Origin = { kind: 'rollback', of, reason, ...(automatic ? { automatic } : {}) };
  const opened = await openBatch(deps, {
    batch: rollbackBatch(plan, { name: `Rollback of ${name}`, strategy }),
    text: rollbackText(plan, { rolls_back: of, reason }),
    actor,
    actorName,
    origin,
    batchId,
  });
  const row: DescendantRow = {
    batch_id: batchId,
    covers: covered.map((one) => one.batch_id),
    left: countLeft(plan.left),
    by: actor,
    at: opened.header.created_at,
  };
  return {
    header: opened.header,
    writes: [
      ...opened.writes,
      { put: itemOf(keys.rollback(of, earlier + 1), row), when: { exists: false } },
      noRetrySince(family),
    ],
  };
};

const tooManyRetries = ({ batch_id }: HeaderRow): FlotillaError =>
  new FlotillaError(
    'NotRolledBack',
    `Batch ${batch_id} has more than ${mostCovered - 1} retries that changed something. Roll back the latest of them first.`,
    { batch_id },
  );

/** What a batch's header says while it is rolled back: its deployments have ended, but it has not. */
export const rollingBack = (rollbackId: string, count: number) =>
  ({
    status: 'PROCESSING',
    reason: 'RollingBack',
    message: `Batch ${rollbackId} puts ${counted(count, 'deployment')} back.`,
    rolling_back: rollbackId,
  }) as const;

/** The same for batches that had ended: the named one and its retries. */
export const rollingBackWrites = (
  covered: readonly HeaderRow[],
  rollback: HeaderRow,
  actor: string,
): readonly Write[] =>
  covered.flatMap(({ ended_at: _, ...header }) => {
    const told = rollingBack(rollback.batch_id, rollback.total);
    return changeHeader(header, told, { at: rollback.created_at, actor, detail: { rolled_back_by: rollback.batch_id } })
      .writes;
  });
