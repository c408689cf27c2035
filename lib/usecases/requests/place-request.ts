import type { Origin } from '../../domain/batch/origin.ts';
import { entryOf } from '../../domain/catalogue/catalogue.ts';
import { configuredDefaults } from '../../domain/catalogue/configured-defaults.ts';
import { defined } from '../../domain/catalogue/defined.ts';
import { resolveInfrastructure } from '../../domain/catalogue/resolve.ts';
import { sentenceOf } from '../../domain/complaint.ts';
import { FlotillaError } from '../../domain/errors.ts';
import { canonicalJson } from '../../domain/plan/plan-hash.ts';
import type { Write } from '../../domain/ports.ts';
import { documentPaths, keys } from '../../domain/record/keys.ts';
import { itemOf } from '../../domain/record/rows.ts';
import { assessRequest } from '../../domain/requests/assess-request.ts';
import { requestBatch } from '../../domain/requests/request-batch.ts';
import { requestManifests } from '../../domain/requests/request-manifests.ts';
import type {
  RequestedRow,
  RequestRow,
  RequestSettings,
  RequestType,
  RequestValues,
} from '../../domain/requests/request-row.ts';
import { sha256Of } from '../../domain/sha256.ts';
import { acceptBatch } from '../batch/accept-batch.ts';
import { lookForRequest } from './find-request.ts';
import { userWrites } from './known-user.ts';
import type { Asked, RequestDeps } from './request-deps.ts';

/** An accepted request, and whether it was accepted now or earlier. */
export interface Placed {
  readonly row: RequestRow;
  readonly created: boolean;
}

/** What two requests with the same id must have in common. */
export const contentOf = (asked: Asked, type: RequestType, said: unknown): string =>
  sha256Of(canonicalJson([asked.owner, type, said]));

/** The earlier request with this id, if there is one. Throws RequestIdReused if it was a different request. */
export const earlierRequest = async (
  deps: Pick<RequestDeps, 'table'>,
  { requestId }: Asked,
  content: string,
): Promise<RequestRow | undefined> => {
  const row = await lookForRequest(deps, requestId);
  if (row === undefined || row.content === content) return row;
  const message = `The X-Request-ID ${requestId} was used for another request. Send a new id with a new request.`;
  throw new FlotillaError('RequestIdReused', message, { request_id: requestId });
};

export interface Placing {
  readonly asked: Asked;
  readonly type: RequestType;
  readonly content: string;
  readonly values: RequestValues;
  /** The wanted deployment, without the fields that each request changes. */
  readonly requested: Omit<RequestedRow, 'number' | 'request_id' | 'type' | 'batch_id' | 'tries' | 'updated_at'>;
  /** The row as it was read; absent for a deployment's first request. */
  readonly before?: RequestedRow | undefined;
  /** Further writes for the same transaction. */
  readonly writes?: readonly Write[];
}

/**
 * Accepts a request as a batch of one. The transaction that accepts the batch writes everything about the request.
 * Throws ConditionFailed if somebody else has changed any of it since it was read; then read and decide again.
 */
export const placeRequest = async (deps: RequestDeps, placing: Placing): Promise<Placed> => {
  const { asked, requested, before, values } = placing;
  await checkPlace(deps, requested);
  const row = rowOfRequest(deps, placing);
  const text = requestManifests({ ...row, ...values });
  const warnings = await warningsOf(deps, placing, text);
  const manifests = sha256Of(text);
  await deps.documents.put(documentPaths.manifests(manifests), text);
  const users = await userWrites(deps, asked);
  const origin: Origin = {
    kind: 'request',
    request: asked.requestId,
    identifier: row.identifier,
    number: row.number,
    ...(before === undefined ? {} : { after: before.batch_id }),
    ...(asked.sentBy === undefined ? {} : { sent_by: asked.sentBy }),
  };
  const settings = await settingsOf(deps, requested);
  const said = { ...row, manifests, ...(settings === undefined ? {} : { settings }) };
  let placed: RequestRow | undefined;
  await acceptBatch(deps, { actor: asked.owner, body: '' }, async () => ({
    batch: requestBatch(said, requested),
    text: sourceOf(said, values),
    warnings,
    origin,
    writes: (batchId) => {
      placed = { ...said, batch_id: batchId };
      return [...rowWrites(placed, placing), ...users, ...(placing.writes ?? [])];
    },
  }));
  return { row: placed!, created: true };
};

/** Checked again, because the configuration may have changed since the deployment was first requested. */
const checkPlace = async (deps: RequestDeps, { environment, infrastructure, pillar }: Placing['requested']) => {
  if (!deps.rights.may('deploy', { pillar, environment })) {
    throw new FlotillaError('Forbidden', `No grant lets you deploy ${pillar} in ${environment}.`);
  }
  if (resolveInfrastructure(await deps.catalogue(), infrastructure) !== undefined) return;
  throw new FlotillaError('StatusConflict', `The configuration no longer has infrastructure ${infrastructure}.`);
};

const settingsOf = async (
  deps: RequestDeps,
  { pillar, environment }: Placing['requested'],
): Promise<RequestSettings | undefined> => {
  const given = configuredDefaults(await deps.catalogue(), { pillar, environment });
  const { timeout, retry_count, priority, rollback_strategy } = given;
  const settings: RequestSettings = defined({ timeout, retry_count, priority, rollback_strategy });
  return Object.keys(settings).length === 0 ? undefined : settings;
};

/**
 * The warnings of the environment's rules. Throws RequestFieldsInvalid if they refuse the request. A deletion is not
 * checked.
 */
const warningsOf = async (
  deps: RequestDeps,
  { type, requested }: Placing,
  text: string,
): Promise<readonly string[]> => {
  if (type === 'DELETE') return [];
  const { environment } = requested;
  const policy = entryOf((await deps.catalogue()).environments, environment)?.kubernetes ?? {};
  const { issues, warnings } = assessRequest(text, { environment, policy });
  if (issues.length === 0) return warnings;
  throw new FlotillaError('RequestFieldsInvalid', issues.map(sentenceOf).join('; '), { issues });
};

const rowOfRequest = (
  { clock }: RequestDeps,
  { asked, type, content, values, requested, before }: Placing,
): Omit<RequestRow, 'batch_id' | 'manifests'> => {
  const { identifier, name, namespace, image } = requested;
  const { replica_count, resource_limit } = values;
  return {
    request_id: asked.requestId,
    ...{ identifier, number: (before?.number ?? 0) + 1, type, owner: asked.owner },
    ...(asked.sentBy === undefined ? {} : { sent_by: asked.sentBy }),
    ...{ name, namespace, image, replica_count, resource_limit, content },
    ...{ tries: 1, created_at: clock.now() },
  };
};

/** The text that `source` returns: the request in words. */
const sourceOf = (
  { request_id, type, identifier, name, namespace, image }: Omit<RequestRow, 'batch_id'>,
  metadata: RequestValues,
): string => `${JSON.stringify({ request_id, type, identifier, name, namespace, image, metadata }, undefined, 2)}\n`;

const rowWrites = (row: RequestRow, { requested, before }: Placing): readonly Write[] => {
  const { request_id, identifier, number, type, batch_id, tries, owner, created_at: at } = row;
  const head: RequestedRow = { ...requested, number, request_id, type, batch_id, tries, updated_at: at };
  const isFirst = before === undefined;
  return [
    { put: itemOf(keys.request(request_id), row), when: { exists: false } },
    { put: itemOf(keys.requestOfOwner(owner, { at, id: request_id }), { request_id }) },
    { put: itemOf(keys.requestOf(identifier, number), { request_id }), when: { exists: false } },
    { put: itemOf(keys.requested(identifier), head), when: asRead(before) },
    ...(isFirst ? [{ put: itemOf(keys.requestedOfOwner(owner, { at, id: identifier }), { identifier }) }] : []),
  ];
};

/** Nobody has requested anything for it meanwhile, or retried it. */
export const asRead = (before: RequestedRow | undefined) =>
  before === undefined
    ? { exists: false }
    : { equals: { number: before.number, batch_id: before.batch_id, tries: before.tries } };
