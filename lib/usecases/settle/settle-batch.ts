import { type ExecutionEnd, errorOfEnd, whyEnded, withTold } from '../../domain/deployment/execution-end.ts';
import { isFlotillaError } from '../../domain/errors.ts';
import { changeHeader } from '../../domain/record/change.ts';
import { keys } from '../../domain/record/keys.ts';
import { type HeaderRow, isSealed, rowOf } from '../../domain/record/rows.ts';
import { concludeBatch } from '../batch/conclude-batch.ts';
import { finishBatch } from '../batch/finish-batch.ts';
import type { Deps } from '../deps.ts';
import { retryConflict } from '../retry-conflict.ts';
import { endOf } from './execution-status.ts';
import { freeWaits } from './free-waits.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'workflow' | 'clock' | 'random' | 'ids' | 'catalogue'>;

/**
 * Concludes a batch whose execution ended without sealing it: records why, gives open deployments an outcome, and
 * answers waiting children. Leaves an execution alone that runs, perhaps again. `told` is what an event said about its
 * end.
 */
export const settleBatch = async (
  deps: Needs,
  batchId: string,
  told: Omit<ExecutionEnd, 'status'> = {},
): Promise<void> => {
  const header = rowOf<HeaderRow>(await deps.table.get(keys.header(batchId)));
  if (header === undefined || isSealed(header)) return;
  const end = await endOf(deps, batchId);
  if (end === 'RUNNING') return;
  const error = errorOfEnd(withTold(end, told));
  await noteEnd(deps, batchId, error);
  const { why } = await concludeBatch(deps, { batch_id: batchId, round: 2, error }, (index) =>
    freeWaits(deps, { batch_id: batchId, index }),
  );
  await finishBatch(deps, { batch_id: batchId, why });
};

type Told = ReturnType<typeof errorOfEnd>;

/** Recorded once; a repeated call finds it there. */
const noteEnd = async (deps: Needs, batchId: string, error: Told): Promise<void> => {
  try {
    await retryConflict(deps, async () => {
      const header = rowOf<HeaderRow>(await deps.table.get(keys.header(batchId)));
      if (header === undefined || isSealed(header) || header.reason === error.Error) return;
      const change = changeHeader(
        header,
        { status: header.status, reason: error.Error, message: messageOf(batchId, error) },
        { at: deps.clock.now(), actor: 'record' },
      );
      await deps.table.transact([...change.writes]);
    });
  } catch (thrown) {
    // The batch is concluded even if this cannot be recorded.
    if (!isFlotillaError(thrown, 'ConditionFailed')) throw thrown;
  }
};

/** Tells followers of the batch why it ends now, what goes on, and what to do. */
const messageOf = (batchId: string, error: Told): string => {
  const why = whyEnded(error)!.replace('its execution', 'the execution of this batch');
  return `${why[0]!.toUpperCase()}${why.slice(1)}. Nothing more starts; runs that have started go on. \`flotilla retry ${batchId}\` deploys what is missing.`;
};
