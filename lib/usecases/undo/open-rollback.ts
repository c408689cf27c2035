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
  /** Of the batch that is rolled back. */
  readonly header: HeaderRow;
  readonly prepared: Prepared;
  /** Of the rollback: told to whoever asked for it, or fixed before. */
  readonly batchId: string;
  readonly actor: string;
  /** The name that goes by, where it has one. */
  readonly actorName?: string | undefined;
  readonly reason: string;
  readonly automatic?: true | undefined;
}

export interface OpenedRollback {
  /** Of the rollback. */
  readonly header: HeaderRow;
  /** The rollback's rows, and that there is one more of this batch; each once. The headers of what is rolled back are apart. */
  readonly writes: readonly Write[];
}

/**
 * More of its retries than this are not rolled back in one transaction: each takes four writes when it begins, five when it ends, and a
 * batch that rolls itself back needs 38 for its own end and for the new batch.
 */
export const mostCovered = 16;

/** Stores the documents of a rollback and makes its rows. What is written with them must say that the batch is being rolled back. */
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
    `Batch ${batch_id} was tried again by more than ${mostCovered - 1} batches that changed something. Roll the latest of them back first.`,
    { batch_id },
  );

/** What a batch that is being rolled back says of itself: its deployments have ended, and it has not. */
export const rollingBack = (rollbackId: string, count: number) =>
  ({
    status: 'PROCESSING',
    reason: 'RollingBack',
    message: `Batch ${rollbackId} puts ${counted(count, 'deployment')} back.`,
    rolling_back: rollbackId,
  }) as const;

/** The same of batches that had ended: the one that was named, and its retries. */
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
