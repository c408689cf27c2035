import { createHash } from 'node:crypto';
import type { Batch } from '../../domain/batch/batch.ts';
import type { Origin } from '../../domain/batch/origin.ts';
import type { Catalogue } from '../../domain/catalogue/catalogue.ts';
import { warnOfRights } from '../../domain/catalogue/noted-rights.ts';
import { FlotillaError, isFlotillaError } from '../../domain/errors.ts';
import type { ClusterNames } from '../../domain/plan/lock-names.ts';
import type { Plan } from '../../domain/plan/plan.ts';
import { planBatch } from '../../domain/plan/plan-batch.ts';
import type { HeaderRow } from '../../domain/record/rows.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { checkAnyGrant, refuseBy } from '../grants/refuse.ts';
import { checkWholeBatch } from '../grants/seen-batch.ts';
import { claimWrite } from '../plan/plan-batch.ts';
import { readNamesOfClusters } from '../schedule/known-clusters.ts';
import { earlierUse, type KeyedRequest, keyWrite } from './idempotency.ts';
import { openBatch, startExecution } from './open-batch.ts';
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
  /** Why there is such a batch, where nobody sent it as a file. */
  readonly origin?: Origin | undefined;
}

export interface Submitted {
  readonly header: HeaderRow;
  /** False when this answers a request that the same sender has made before with the same Idempotency-Key. */
  readonly created: boolean;
}

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
  const { header, writes } = await openBatch(deps, {
    batch,
    text: input.text,
    actor: input.actor,
    warnings: warned,
    origin: input.origin,
  });
  const { batch_id } = header;
  const onceWrites = [
    ...(keyed === undefined ? [] : [keyWrite(keyed, header, earlier)]),
    ...(input.upload?.use?.(batch_id) ?? []),
    ...(plan === undefined ? [] : [claimWrite(batch_id, plan, names.namesOf)]),
  ];
  try {
    await deps.table.transact([...writes, ...onceWrites]);
  } catch (error) {
    // Only what may be used once can be so already, as the batch id is new: another call was faster.
    if (!isFlotillaError(error, 'ConditionFailed')) throw error;
    const { answer } = keyed === undefined ? {} : await earlierUse(deps, keyed);
    if (answer !== undefined) return answerAgain(deps, answer);
    if (input.upload !== undefined) throw usedMeanwhile();
    throw error;
  }
  await startExecution(deps, batch_id);
  return { header, created: true };
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

const keyedRequest = ({ actor, formerly, idempotencyKey: key, text }: SubmitInput): KeyedRequest | undefined =>
  key === undefined
    ? undefined
    : { actor, formerly, key, body_sha256: createHash('sha256').update(text).digest('hex') };
