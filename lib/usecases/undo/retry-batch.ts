import type { Origin } from '../../domain/batch/origin.ts';
import { warnOfRights } from '../../domain/catalogue/noted-rights.ts';
import type { Write } from '../../domain/ports.ts';
import { keys } from '../../domain/record/keys.ts';
import type { HeaderRow } from '../../domain/record/rows.ts';
import type { LeftOut } from '../../domain/undo/plan-retry.ts';
import { acceptBatch, type ReadyBatch, type Sender, type Submitted } from '../batch/accept-batch.ts';
import { readValidBatch } from '../batch/read-valid-batch.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { refuseBy } from '../grants/refuse.ts';
import { retryConflict } from '../retry-conflict.ts';
import { readNamesOfClusters } from '../schedule/known-clusters.ts';
import { retryWrite } from './descendants.ts';
import { invalidToday } from './invalid-today.ts';
import { type PreparedRetry, prepareRetry, type RetryRequest } from './prepare-retry.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'workflow' | 'clock' | 'random' | 'ids' | 'catalogue'> & AskedBy;

export interface Retried extends Submitted {
  /** What is not retried. Absent when an earlier request is answered again. */
  readonly left?: readonly LeftOut[];
}

/**
 * Retries what a batch has left, as a new batch planned by today's configuration. The transaction that accepts it also
 * adds it to the first batch's list of retries. So there is only one at a time, even after a crash.
 */
export const retryBatch = async (deps: Needs, input: RetryRequest & Sender): Promise<Retried> =>
  retryConflict(deps, async () => {
    let left: readonly LeftOut[] | undefined;
    const submitted = await acceptBatch(deps, { ...input, body: bodyOf(input) }, async () => {
      const prepared = await prepareRetry(deps, input);
      left = prepared.plan.left;
      return readyRetry(deps, input, prepared);
    });
    return submitted.created && left !== undefined ? { ...submitted, left } : submitted;
  });

/** What identifies a repeated request. */
const bodyOf = ({ batchId, only, versions, reason }: RetryRequest): string =>
  JSON.stringify(['retry', batchId, only?.toSorted(), versions && Object.entries(versions).sort(), reason]);

const readyRetry = async (
  deps: Needs,
  { actor, reason }: RetryRequest & Sender,
  { header, family, batch, text, changed, warnings }: PreparedRetry,
): Promise<ReadyBatch> => {
  const [catalogue, names] = [await deps.catalogue(), await readNamesOfClusters(deps)];
  const refuse = refuseBy(deps.rights, 'deploy');
  const read = await invalidToday(header, () =>
    readValidBatch(text, catalogue, { sureNamesOf: names.sureNamesOf, refuse, isRepeated: true }),
  );
  const lacking = warnOfRights(read.batch.deployments, catalogue, names.rightsOf);
  const { batch_id: of } = header;
  const origin: Origin = { kind: 'retry', of, root: family.root, ...(reason === undefined ? {} : { reason }) };
  const at = deps.clock.now();
  return {
    ...{ batch: changed(read.batch), text, origin },
    warnings: [...warnings, ...read.warnings, ...lacking],
    writes: (batchId) => [
      retryWrite(family, { batch_id: batchId, of, by: actor, at }),
      ...batch.headers.slice(-mostChecked).map(asRead),
    ],
  };
};

/** Of very many retries, the ones that somebody may have changed since. */
const mostChecked = 20;

/** Nobody has resolved any of it meanwhile, or begun to roll it back. */
const asRead = ({ batch_id, seq }: HeaderRow): Write => ({ check: keys.header(batch_id), when: { equals: { seq } } });
