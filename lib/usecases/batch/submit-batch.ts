import { createHash } from 'node:crypto';
import type { Batch } from '../../domain/batch/batch.ts';
import type { Catalogue } from '../../domain/catalogue/catalogue.ts';
import { warnOfRights } from '../../domain/catalogue/noted-rights.ts';
import { counted } from '../../domain/counted.ts';
import { FlotillaError, isFlotillaError } from '../../domain/errors.ts';
import type { ClusterNames } from '../../domain/plan/lock-names.ts';
import type { Plan } from '../../domain/plan/plan.ts';
import { planBatch } from '../../domain/plan/plan-batch.ts';
import type { Write } from '../../domain/ports.ts';
import { changeHeader } from '../../domain/record/change.ts';
import { documentPaths, keys } from '../../domain/record/keys.ts';
import { type HeaderRow, itemOf } from '../../domain/record/rows.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { checkAnyGrant, refuseBy } from '../grants/refuse.ts';
import { checkWholeBatch, keptReach } from '../grants/seen-batch.ts';
import { claimWrite } from '../plan/plan-batch.ts';
import { readNamesOfClusters } from '../schedule/known-clusters.ts';
import { earlierUse, type KeyedRequest, keyWrite } from './idempotency.ts';
import { checkUnused, type OrderedUpload } from './ordered-upload.ts';
import { readValidBatch } from './read-valid-batch.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'workflow' | 'clock' | 'ids' | 'catalogue'> & AskedBy;

export interface SubmitInput {
  readonly text: string;
  readonly actor: string;
  readonly formerly?: string | undefined;
  readonly idempotencyKey?: string | undefined;
  /** The upload that the text came by. */
  readonly upload?: OrderedUpload;
  /** The plan that was looked at: with any other nothing is started. */
  readonly planHash?: string | undefined;
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
  checkAnyGrant(deps.rights);
  const keyed = keyedRequest(input);
  const earlier = keyed === undefined ? {} : await earlierUse(deps, keyed);
  if (earlier.answer !== undefined) return answerAgain(deps, earlier.answer);
  if (input.upload !== undefined) checkUnused(input.upload);
  const names = await readNamesOfClusters(deps);
  const catalogue = await deps.catalogue();
  const { batch, warnings } = readValidBatch(input.text, catalogue, {
    sureNamesOf: names.sureNamesOf,
    refuse: refuseBy(deps.rights, 'deploy'),
  });
  const plan = input.planHash === undefined ? undefined : planAsSeen(batch, { catalogue, names, seen: input.planHash });
  const warned = [...warnings, ...warnOfRights(batch.deployments, catalogue, names.rightsOf)];
  const header = newHeader(deps, batch, { actor: input.actor, warnings: warned });
  await deps.documents.put(documentPaths.source(header.batch_id), input.text);
  await deps.documents.put(documentPaths.batch(header.batch_id), JSON.stringify(batch));
  const change = changeHeader(header, told(header.total), { at: header.created_at, actor: input.actor });
  const { batch_id } = header;
  const onceWrites = [
    ...(keyed === undefined ? [] : [keyWrite(keyed, change.row, earlier)]),
    ...(input.upload?.use?.(batch_id) ?? []),
    ...(plan === undefined ? [] : [claimWrite(batch_id, plan, names.namesOf)]),
  ];
  try {
    await deps.table.transact([...change.writes, ...indexWrites(change.row), ...onceWrites]);
  } catch (error) {
    // Only what may be used once can be so already, as the batch id is new: another call was faster.
    if (!isFlotillaError(error, 'ConditionFailed')) throw error;
    const { answer } = keyed === undefined ? {} : await earlierUse(deps, keyed);
    if (answer !== undefined) return answerAgain(deps, answer);
    if (input.upload !== undefined) throw usedMeanwhile();
    throw error;
  }
  await startExecution(deps, header.batch_id);
  return { header: change.row, created: true };
};

/** What was allowed when it was first sent may not be any more. */
const answerAgain = async (deps: Needs, header: HeaderRow): Promise<Submitted> => {
  await checkWholeBatch(deps, header, 'deploy');
  return { header, created: false };
};

const usedMeanwhile = (): FlotillaError =>
  new FlotillaError('StatusConflict', 'This upload was used or given up while this request was at work.');

interface Seen {
  readonly catalogue: Catalogue;
  readonly names: ClusterNames;
  readonly seen: string;
}

/** The plan that somebody has looked at. Throws PreconditionFailed when it would be another by now. */
const planAsSeen = (batch: Batch, { catalogue, names, seen }: Seen): Plan => {
  const plan = planBatch(batch, catalogue, names);
  if (plan.plan_hash === seen) return plan;
  const message =
    'The plan would be another than the one of If-Match: the batch or the configuration has changed. Look at it again: POST /batches/plan.';
  throw new FlotillaError('PreconditionFailed', message, { plan_hash: plan.plan_hash });
};

const told = (total: number) => ({
  status: 'PENDING' as const,
  reason: 'Submitted',
  message: `Accepted with ${counted(total, 'deployment')}.`,
});

const keyedRequest = ({ actor, formerly, idempotencyKey: key, text }: SubmitInput): KeyedRequest | undefined =>
  key === undefined
    ? undefined
    : { actor, formerly, key, body_sha256: createHash('sha256').update(text).digest('hex') };

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
