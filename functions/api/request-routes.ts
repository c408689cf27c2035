import * as z from 'zod';
import type { RequestType } from '../../lib/domain/requests/request-row.ts';
import { changeRequest } from '../../lib/usecases/requests/change-request.ts';
import { createRequest } from '../../lib/usecases/requests/create-request.ts';
import { listRequests, readRequest } from '../../lib/usecases/requests/list-requests.ts';
import type { Placed } from '../../lib/usecases/requests/place-request.ts';
import { requestView } from '../../lib/usecases/requests/request-view.ts';
import { listRequested } from '../../lib/usecases/requests/requested-deployments.ts';
import { retryRequest } from '../../lib/usecases/requests/retry-request.ts';
import { waitForRequest } from '../../lib/usecases/requests/wait-for-request.ts';
import type { Contract } from './contract.ts';
import { queryOf } from './request.ts';
import { askedOf, fieldsOf, userOf, versionOf } from './requesting.ts';
import { type Handle, json, pageLimit, type RouteDeps, whole, withoutQuery } from './route.ts';
import type { Route } from './router.ts';
import {
  changedDeployment,
  enveloped,
  exampleRequest,
  exampleRequestedList,
  exampleRequestList,
  newDeployment,
  pong,
  requestedList,
  requestList,
  requestView as requestSchema,
} from './schemas/request.ts';

const requests = '/api/v1/deployments/requests';

const page = z.strictObject({ limit: pageLimit(200, 100), after: z.string().optional() });
const waiting = z.strictObject({ wait: whole(0, 30).default(0) });

const answer = {
  schema: enveloped(requestSchema),
  example: { message: 'Request 5f0c9a52-web is CREATED.', data: exampleRequest },
  location: true,
} as const;
const again = { ...answer, description: 'The same request was made before. This is its state.' } as const;

const writing = ['StatusConflict', 'RequestIdReused', 'RequestFieldsInvalid', 'WorkflowUnavailable'] as const;
const headers = ['x-request-id', 'x-user-id'] as const;

type Deps = RouteDeps;
type Request = Parameters<Handle>[1];

/** A request's state, after waiting at most this many seconds. */
const tell = async (
  deps: Deps,
  { event, signal }: Pick<Request, 'event' | 'signal'>,
  { row, good }: Pick<Placed, 'row'> & { readonly good: number },
) => {
  const { wait } = queryOf(event, waiting);
  if (wait > 0) await waitForRequest(deps, row, { seconds: wait, signal });
  const data = await requestView(deps, row);
  return json(good, { message: `Request ${data.request_id} is ${data.status}.`, data }, { location: data.links.self });
};

/** A route that requests a change of a deployment. */
const changing =
  (type: Exclude<RequestType, 'CREATE'>): Handle =>
  async (deps, { event, actor, parameters: { id }, signal }) => {
    queryOf(event, waiting);
    const asked = askedOf(event, actor);
    const values = type === 'UPDATE' ? fieldsOf(event, changedDeployment).metadata : {};
    const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
    const change = { type, identifier: id!, values: given, version: versionOf(event) };
    const { row } = await changeRequest(deps, asked, change);
    return tell(deps, { event, ...(signal === undefined ? {} : { signal }) }, { row, good: 200 });
  };

const changed = (summary: string): Omit<Contract, 'body'> => ({
  summary,
  query: waiting,
  headers: [...headers, 'if-match#version'],
  answers: { 200: answer },
  errors: [...writing, 'DeploymentNotFound'],
});

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** Single deployment requests: each becomes a batch of one. */
export const requestRoutes: readonly Route<Handle>[] = [
  {
    method: 'GET',
    path: '/api/v1/ping',
    scope: 'read',
    part: 'reads',
    contract: {
      summary: 'Confirms that the server is running',
      answers: { 200: { schema: pong, example: { message: 'pong' } } },
    },
    handle: withoutQuery(async () => json(200, { message: 'pong' })),
  },
  {
    method: 'POST',
    path: `${requests}/create`,
    scope: 'deploy',
    part: 'events',
    contract: {
      summary: 'Requests a deployment',
      query: waiting,
      body: newDeployment,
      headers,
      answers: { 200: again, 201: answer },
      errors: [...writing, 'NameTaken'],
    },
    handle: async (deps, { event, actor, signal }) => {
      queryOf(event, waiting);
      const asked = askedOf(event, actor);
      const { row, created } = await createRequest(deps, asked, fieldsOf(event, newDeployment));
      return tell(deps, { event, ...(signal === undefined ? {} : { signal }) }, { row, good: created ? 201 : 200 });
    },
  },
  {
    method: 'GET',
    path: requests,
    scope: 'read',
    part: 'reads',
    contract: {
      summary: 'Lists your requests, newest first',
      query: page,
      headers: ['x-user-id'],
      answers: { 200: { schema: requestList, example: exampleRequestList } },
    },
    handle: async (deps, { event, actor }) => {
      const user = userOf(event, actor);
      const { lines, ...next } = await listRequests(deps, user, queryOf(event, page));
      return json(200, { message: counted(lines.length, 'request'), data: lines, ...next });
    },
  },
  {
    method: 'GET',
    path: `${requests}/{id}`,
    scope: 'read',
    part: 'reads',
    contract: {
      summary: 'Shows one of your requests, by its X-Request-ID',
      headers: ['x-user-id'],
      answers: { 200: { schema: answer.schema, example: answer.example } },
      errors: ['RequestNotFound'],
    },
    handle: withoutQuery(async (deps, { event, actor, parameters: { id } }) => {
      const data = await readRequest(deps, userOf(event, actor), id!);
      return json(200, { message: `Request ${data.request_id} is ${data.status}.`, data });
    }),
  },
  {
    method: 'PATCH',
    path: `${requests}/{id}`,
    scope: 'deploy',
    part: 'events',
    contract: { ...changed('Requests a change of a deployment, by its identifier'), body: changedDeployment },
    handle: changing('UPDATE'),
  },
  {
    method: 'DELETE',
    path: `${requests}/{id}`,
    scope: 'deploy',
    part: 'events',
    contract: changed('Requests the deletion of a deployment, by its identifier'),
    handle: changing('DELETE'),
  },
  {
    method: 'POST',
    path: `${requests}/{id}/retry`,
    scope: 'deploy',
    part: 'events',
    contract: {
      summary: 'Retries a failed request, by its X-Request-ID',
      query: waiting,
      headers: ['x-user-id'],
      answers: { 200: answer },
      errors: ['RequestNotFound', 'DeploymentNotFound', 'StatusConflict', 'WorkflowUnavailable'],
    },
    handle: async (deps, { event, actor, parameters: { id }, signal }) => {
      queryOf(event, waiting);
      const user = userOf(event, actor);
      const row = await retryRequest(deps, user, id!);
      return tell(deps, { event, ...(signal === undefined ? {} : { signal }) }, { row, good: 200 });
    },
  },
  {
    method: 'POST',
    path: `${requests}/{id}/reconcile`,
    scope: 'deploy',
    part: 'events',
    contract: changed('Requests that a deployment is restored to its last requested state, by its identifier'),
    handle: changing('RECONCILE'),
  },
  {
    method: 'GET',
    path: '/api/v1/deployments',
    scope: 'read',
    part: 'reads',
    contract: {
      summary: 'Lists the deployments that you have requested, newest first',
      query: page,
      headers: ['x-user-id'],
      answers: { 200: { schema: requestedList, example: exampleRequestedList } },
    },
    handle: async (deps, { event, actor }) => {
      const user = userOf(event, actor);
      const { lines, ...next } = await listRequested(deps, user, queryOf(event, page));
      return json(200, { message: counted(lines.length, 'deployment'), data: lines, ...next });
    },
  },
];
