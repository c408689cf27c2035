import { FlotillaError } from '../../domain/errors.ts';
import { keys } from '../../domain/record/keys.ts';
import { type HeaderRow, type ItemRow, rowOf } from '../../domain/record/rows.ts';
import type { RequestedRow, RequestRow } from '../../domain/requests/request-row.ts';
import { type RequestStanding, requestStanding } from '../../domain/requests/request-status.ts';
import type { Deps } from '../deps.ts';

type Needs = Pick<Deps, 'table'>;

export const lookForRequest = async ({ table }: Needs, requestId: string): Promise<RequestRow | undefined> =>
  rowOf<RequestRow>(await table.get(keys.request(requestId)));

/** Finds this owner's request. Throws RequestNotFound, also for somebody else's. */
export const findRequest = async (deps: Needs, requestId: string, owner: string): Promise<RequestRow> => {
  const row = await lookForRequest(deps, requestId);
  if (row !== undefined && row.owner === owner) return row;
  throw new FlotillaError('RequestNotFound', `You have no deployment request ${requestId}.`, { request_id: requestId });
};

export const lookForRequested = async ({ table }: Needs, identifier: string): Promise<RequestedRow | undefined> =>
  rowOf<RequestedRow>(await table.get(keys.requested(identifier)));

/** Finds this owner's deployment. Throws DeploymentNotFound, also for somebody else's. */
export const findRequested = async (deps: Needs, identifier: string, owner: string): Promise<RequestedRow> => {
  const row = await lookForRequested(deps, identifier);
  if (row !== undefined && row.owner === owner) return row;
  throw new FlotillaError('DeploymentNotFound', `You have no deployment ${identifier}.`, { identifier });
};

/** The state of a request, from its batch of one. */
export const readStanding = async ({ table }: Needs, batchId: string): Promise<RequestStanding> => {
  const [header, item] = await Promise.all([table.get(keys.header(batchId)), table.get(keys.item(batchId, 0))]);
  return requestStanding(rowOf<HeaderRow>(header)!, rowOf<ItemRow>(item));
};

/** Whether a deployment is gone: its latest request deleted it, and that succeeded and was not undone. */
export const isGone = async (deps: Needs, { type, batch_id }: RequestedRow): Promise<boolean> =>
  type === 'DELETE' && (await readStanding(deps, batch_id)).status === 'SUCCESS';

/** A deployment's requests, latest first. */
export async function* requestsOf(deps: Needs, identifier: string): AsyncGenerator<RequestRow> {
  const { pk } = keys.requested(identifier);
  for (let after: string | undefined; ; ) {
    const from = after === undefined ? {} : { after };
    const page = await deps.table.query({ pk, prefix: 'REQUEST#', newestFirst: true, limit: 20, ...from });
    for (const { request_id } of page.items) yield (await lookForRequest(deps, String(request_id)))!;
    if (page.next === undefined) return;
    after = page.next;
  }
}
