import { createHash } from 'node:crypto';
import type { Batch } from '../../domain/batch/batch.ts';
import { counted } from '../../domain/counted.ts';
import { isFlotillaError } from '../../domain/errors.ts';
import type { Write } from '../../domain/ports.ts';
import { changeHeader } from '../../domain/record/change.ts';
import { documentPaths, keys } from '../../domain/record/keys.ts';
import { type HeaderRow, itemOf } from '../../domain/record/rows.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { refuseBy } from '../grants/refuse.ts';
import { checkWholeBatch, keptReach } from '../grants/seen-batch.ts';
import { readNamesOfClusters } from '../schedule/known-clusters.ts';
import { earlierUse, type KeyedRequest, keyWrite } from './idempotency.ts';
import { readValidBatch } from './read-valid-batch.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'workflow' | 'clock' | 'ids' | 'catalogue'> & AskedBy;

export interface SubmitInput {
  readonly text: string;
  readonly actor: string;
  readonly idempotencyKey?: string | undefined;
}

export interface Submitted {
  readonly header: HeaderRow;
  /** False when this answers a request that the same sender has made before with the same Idempotency-Key. */
  readonly created: boolean;
}

/** An item of the table holds 400 KB; whoever wants more than this many warnings asks for the plan. */
const MAX_STORED_WARNINGS = 50;

/**
 * Takes a batch in: validates it, stores it, and starts its execution. From the one transaction on it is accepted: an
 * execution that cannot be started now is started by the sweeper.
 */
export const submitBatch = async (deps: Needs, input: SubmitInput): Promise<Submitted> => {
  const keyed = keyedRequest(input);
  const earlier = keyed === undefined ? {} : await earlierUse(deps, keyed);
  if (earlier.answer !== undefined) return answerAgain(deps, earlier.answer);
  const { sureNamesOf } = await readNamesOfClusters(deps);
  const { batch, warnings } = readValidBatch(input.text, await deps.catalogue(), {
    sureNamesOf,
    refuse: refuseBy(deps.rights, 'deploy'),
  });
  const header = newHeader(deps, batch, { actor: input.actor, warnings });
  await deps.documents.put(documentPaths.source(header.batch_id), input.text);
  await deps.documents.put(documentPaths.batch(header.batch_id), JSON.stringify(batch));
  const change = changeHeader(header, told(header.total), { at: header.created_at, actor: input.actor });
  const keyWrites = keyed === undefined ? [] : [keyWrite(keyed, change.row, earlier)];
  try {
    await deps.table.transact([...change.writes, ...indexWrites(change.row), ...keyWrites]);
  } catch (error) {
    // Only the key's row can be there already: the batch id is new. Another call with the same key was faster.
    if (keyed === undefined || !isFlotillaError(error, 'ConditionFailed')) throw error;
    const { answer } = await earlierUse(deps, keyed);
    if (answer === undefined) throw error;
    return answerAgain(deps, answer);
  }
  await startExecution(deps, header.batch_id);
  return { header: change.row, created: true };
};

/** What was allowed when it was first sent may not be any more. */
const answerAgain = async (deps: Needs, header: HeaderRow): Promise<Submitted> => {
  await checkWholeBatch(deps, header, 'deploy');
  return { header, created: false };
};

const told = (total: number) => ({
  status: 'PENDING' as const,
  reason: 'Submitted',
  message: `Accepted with ${counted(total, 'deployment')}.`,
});

const keyedRequest = ({ actor, idempotencyKey: key, text }: SubmitInput): KeyedRequest | undefined =>
  key === undefined ? undefined : { actor, key, body_sha256: createHash('sha256').update(text).digest('hex') };

const newHeader = (
  deps: Needs,
  batch: Batch,
  { actor, warnings }: { readonly actor: string; readonly warnings: readonly string[] },
): HeaderRow => {
  const at = deps.clock.now();
  const { name = 'Unnamed batch', ...metadata } = batch.metadata;
  return {
    ...told(batch.deployments.length),
    batch_id: deps.ids.next(),
    name,
    seq: 0,
    total: batch.deployments.length,
    submitted_by: actor,
    warnings: storedWarnings(warnings),
    metadata,
    strategy: batch.strategy,
    ...keptReach(batch.deployments),
    created_at: at,
    updated_at: at,
  };
};

/** The first of them, and how many more there are. */
export const storedWarnings = (warnings: readonly string[]): readonly string[] =>
  warnings.length <= MAX_STORED_WARNINGS
    ? warnings
    : [
        ...warnings.slice(0, MAX_STORED_WARNINGS),
        `and ${counted(warnings.length - MAX_STORED_WARNINGS, 'more warning')}`,
      ];

const indexWrites = ({ batch_id, submitted_by, created_at }: HeaderRow): Write[] => [
  { put: itemOf(keys.listed(batch_id), { batch_id, created_at }) },
  { put: itemOf(keys.submitted(submitted_by, batch_id), { batch_id, created_at }) },
  { put: itemOf(keys.open(batch_id), { batch_id, created_at }) },
];

/** Whatever the workflow says now, the batch is accepted and its caller must not send it again. */
const startExecution = async ({ workflow }: Needs, batchId: string): Promise<void> => {
  try {
    await workflow.start('batch', batchId, { batch_id: batchId });
  } catch (error) {
    if (!isFlotillaError(error, 'WorkflowUnavailable') && !isFlotillaError(error, 'ExecutionExists')) throw error;
  }
};
