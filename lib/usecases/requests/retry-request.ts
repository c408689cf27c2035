import type { Origin } from '../../domain/batch/origin.ts';
import { FlotillaError } from '../../domain/errors.ts';
import { keys } from '../../domain/record/keys.ts';
import { itemOf } from '../../domain/record/rows.ts';
import { requestBatch } from '../../domain/requests/request-batch.ts';
import type { RequestRow } from '../../domain/requests/request-row.ts';
import { acceptBatch } from '../batch/accept-batch.ts';
import { retryConflict } from '../retry-conflict.ts';
import { findRequest, findRequested, readStanding } from './find-request.ts';
import { checkKnownUser } from './known-user.ts';
import { asRead } from './place-request.ts';
import type { RequestDeps, RequestUser } from './request-deps.ts';

/**
 * Runs a failed request again, as a retry of its batch. Only a deployment's latest request can be run again, so that
 * nothing later is undone.
 */
export const retryRequest = async (deps: RequestDeps, user: RequestUser, requestId: string): Promise<RequestRow> => {
  await checkKnownUser(deps, user);
  return retryConflict(deps, async () => {
    const row = await findRequest(deps, requestId, user.owner);
    const head = await findRequested(deps, row.identifier, user.owner);
    if (!deps.rights.may('deploy', head)) {
      throw new FlotillaError('Forbidden', `No grant lets you deploy ${head.pillar} in ${head.environment}.`);
    }
    const { status } = await readStanding(deps, row.batch_id);
    if (status !== 'FAILURE') throw conflict(row, `is ${status}: only a failed request can be run again`);
    if (head.number !== row.number) throw conflict(row, `was followed by ${head.request_id}: run that one again`);
    return runAgain(deps, { row, head, user });
  });
};

const conflict = ({ request_id }: RequestRow, why: string): FlotillaError =>
  new FlotillaError('StatusConflict', `Request ${request_id} ${why}.`, { request_id });

interface Again {
  readonly row: RequestRow;
  readonly head: Awaited<ReturnType<typeof findRequested>>;
  readonly user: RequestUser;
}

const runAgain = async (deps: RequestDeps, { row, head, user }: Again): Promise<RequestRow> => {
  const { request_id: request, identifier, number, tries } = row;
  const { sentBy } = user;
  const sent = sentBy === undefined ? {} : { sent_by: sentBy };
  const origin: Origin = { kind: 'request', request, identifier, number, after: row.batch_id, ...sent };
  let again: RequestRow | undefined;
  await acceptBatch(deps, { actor: user.owner, body: '' }, async () => ({
    batch: requestBatch(row, head),
    text: `${JSON.stringify({ request_id: request, identifier, again: tries })}\n`,
    warnings: [],
    origin,
    writes: (batchId) => {
      again = { ...row, batch_id: batchId, tries: tries + 1 };
      const next = { ...head, batch_id: batchId, tries: tries + 1, updated_at: deps.clock.now() };
      return [
        { put: itemOf(keys.request(request), again), when: { equals: { batch_id: row.batch_id, tries } } },
        { put: itemOf(keys.requested(identifier), next), when: asRead(head) },
      ];
    },
  }));
  return again!;
};
