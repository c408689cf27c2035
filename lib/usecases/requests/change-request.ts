import { FlotillaError } from '../../domain/errors.ts';
import { htmlOf } from '../../domain/requests/request-manifests.ts';
import type { RequestedRow, RequestRow, RequestType, RequestValues } from '../../domain/requests/request-row.ts';
import { mustReadManifests } from '../record/read-document.ts';
import { retryConflict } from '../retry-conflict.ts';
import { findRequested, isGone, readStanding, requestsOf } from './find-request.ts';
import { checkKnownUser } from './known-user.ts';
import { contentOf, earlierRequest, type Placed, placeRequest } from './place-request.ts';
import type { Asked, RequestDeps } from './request-deps.ts';

export interface Change {
  readonly type: Exclude<RequestType, 'CREATE'>;
  readonly identifier: string;
  /** The values to change. All others stay as last requested. */
  readonly values?: Partial<RequestValues>;
  /** The deployment's version that the caller looked at. If it has another one now, nothing is requested. */
  readonly version?: string | undefined;
}

/**
 * Requests a change of a deployment, or its deletion. The request states everything the deployment shall be, including
 * what earlier requests still in progress asked for. Failed requests don't count.
 */
export const changeRequest = async (deps: RequestDeps, asked: Asked, change: Change): Promise<Placed> => {
  await checkKnownUser(deps, asked);
  const { type, identifier, values = {} } = change;
  const content = contentOf(asked, type, [identifier, values]);
  return retryConflict(deps, async () => {
    const earlier = await earlierRequest(deps, asked, content);
    if (earlier !== undefined) return { row: earlier, created: false };
    const before = await findRequested(deps, identifier, asked.owner);
    checkVersion(before, change.version);
    await checkThere(deps, before);
    const base = await valuesOf(deps, await baseOf(deps, identifier));
    return placeRequest(deps, { asked, type, content, values: { ...base, ...values }, requested: before, before });
  });
};

/** The version is a number that each accepted request raises. */
const checkVersion = ({ identifier, number }: RequestedRow, version: string | undefined): void => {
  if (version === undefined || version === String(number)) return;
  const message = `Deployment ${identifier} is now at version ${number}, not ${version}. Look at it again: GET /api/v1/deployments/${identifier}.`;
  throw new FlotillaError('StatusConflict', message, { identifier });
};

const checkThere = async (deps: RequestDeps, before: RequestedRow): Promise<void> => {
  if (before.type !== 'DELETE') return;
  const { status } = await readStanding(deps, before.batch_id);
  if (status === 'FAILURE') return;
  const is = (await isGone(deps, before)) ? 'was deleted' : 'is being deleted';
  throw new FlotillaError('StatusConflict', `Deployment ${before.identifier} ${is}, by request ${before.request_id}.`);
};

/** The latest request that did not delete the deployment and has not failed. If all failed, the latest. */
const baseOf = async (deps: RequestDeps, identifier: string): Promise<RequestRow> => {
  let latest: RequestRow | undefined;
  for await (const row of requestsOf(deps, identifier)) {
    if (row.type === 'DELETE') continue;
    latest ??= row;
    if ((await readStanding(deps, row.batch_id)).status !== 'FAILURE') return row;
  }
  return latest!;
};

/** All values that a request asked for. */
export const valuesOf = async (
  { documents }: Pick<RequestDeps, 'documents'>,
  { replica_count, resource_limit, manifests }: RequestRow,
): Promise<RequestValues> => {
  const text = await mustReadManifests(documents, manifests);
  return { replica_count, resource_limit, doc_html: htmlOf(text) };
};
