import type { Batch } from '../../domain/batch/batch.ts';
import type { Origin } from '../../domain/batch/origin.ts';
import type { Catalogue } from '../../domain/catalogue/catalogue.ts';
import { warnOfRights } from '../../domain/catalogue/noted-rights.ts';
import { FlotillaError } from '../../domain/errors.ts';
import type { ClusterNames } from '../../domain/plan/lock-names.ts';
import type { Plan } from '../../domain/plan/plan.ts';
import { planBatch } from '../../domain/plan/plan-batch.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { checkAnyGrant, refuseBy } from '../grants/refuse.ts';
import { claimWrite } from '../plan/plan-batch.ts';
import { readNamesOfClusters } from '../schedule/known-clusters.ts';
import { acceptBatch, type ReadyBatch, type Sender, type Submitted } from './accept-batch.ts';
import { checkUnused, type OrderedUpload } from './ordered-upload.ts';
import { readValidBatch } from './read-valid-batch.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'workflow' | 'clock' | 'ids' | 'catalogue'> & AskedBy;

export interface SubmitInput extends Sender {
  readonly text: string;
  /** The request body, if the text was made from it. */
  readonly body?: string;
  /** The upload that brought the text. */
  readonly upload?: OrderedUpload;
  /** The plan that the caller looked at. With any other plan, nothing starts. */
  readonly planHash?: string | undefined;
  /** Why the batch exists, if nobody submitted it as a file. */
  readonly origin?: Origin | undefined;
}

/**
 * Accepts a batch: validates it, stores it and starts its execution. It is accepted with the one transaction; if the
 * execution cannot start now, the sweeper starts it.
 */
export const submitBatch = async (deps: Needs, input: SubmitInput): Promise<Submitted> => {
  checkAnyGrant(deps.rights);
  return acceptBatch(deps, { ...input, body: input.body ?? input.text }, () => readyBatch(deps, input));
};

const readyBatch = async (deps: Needs, { text, upload, planHash, origin }: SubmitInput): Promise<ReadyBatch> => {
  if (upload !== undefined) checkUnused(upload);
  const names = await readNamesOfClusters(deps);
  const catalogue = await deps.catalogue();
  const { batch, warnings, manifests } = readValidBatch(text, catalogue, {
    sureNamesOf: names.sureNamesOf,
    refuse: refuseBy(deps.rights, 'deploy'),
  });
  const plan = planHash === undefined ? undefined : planAsSeen(batch, { catalogue, names, seen: planHash });
  return {
    ...{ batch, text, manifests, origin },
    warnings: [...warnings, ...warnOfRights(batch.deployments, catalogue, names.rightsOf)],
    writes: (batchId) => [
      ...(upload?.use?.(batchId) ?? []),
      // Manifests kept elsewhere are fetched only by the real planning, so that plan isn't known yet.
      ...(plan === undefined || isOpen(batch) ? [] : [claimWrite(batchId, plan, names.namesOf)]),
    ],
    // The batch id is new, so only a single-use upload can conflict: another call was faster.
    ...(upload === undefined ? {} : { inVain: usedMeanwhile }),
  };
};

const isOpen = ({ deployments }: Batch): boolean =>
  deployments.some(({ manifests }) => manifests !== undefined && manifests.sha256 === undefined);

const usedMeanwhile = (): FlotillaError =>
  new FlotillaError('StatusConflict', 'This upload was used or deleted during this request.');

interface Seen {
  readonly catalogue: Catalogue;
  readonly names: ClusterNames;
  readonly seen: string;
}

/** Returns the plan that the caller looked at. Throws PreconditionFailed if the plan would differ now. */
const planAsSeen = (batch: Batch, { catalogue, names, seen }: Seen): Plan => {
  const plan = planBatch(batch, catalogue, names);
  if (plan.plan_hash === seen) return plan;
  const message =
    'The plan differs from the one in If-Match: the batch or the configuration has changed. Look at it again: POST /batches/plan.';
  throw new FlotillaError('PreconditionFailed', message, { plan_hash: plan.plan_hash });
};
