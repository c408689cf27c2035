import type { ErrorName } from '../../../lib/domain/errors.ts';
import type { JsonObject } from '../../../lib/domain/json.ts';
import { type Answer, type Contract, errorsOf, typesOf } from '../contract.ts';
import { problems } from '../problem.ts';
import { isRevalidated } from '../revalidation.ts';
import type { Route } from '../router.ts';
import { problem } from '../schemas/problem.ts';
import type { Schemas } from './schemas.ts';

export type PromisedRoute = Pick<Route<unknown>, 'method' | 'path' | 'scope' | 'part'> & {
  readonly contract: Contract;
};

/** Parts that several operations share, by name. */
export interface Shared {
  readonly schemas: Schemas;
  readonly responses: Map<string, JsonObject>;
  /** The schema of a batch file. */
  readonly batch: JsonObject;
}

/** One route as an OpenAPI operation. */
export const operationOf = (route: PromisedRoute, shared: Shared): JsonObject => {
  const { contract, scope } = route;
  const parameters = [...inPath(route.path), ...inQuery(contract, shared), ...inHeaders(route)];
  return {
    operationId: operationIdOf(route),
    summary: contract.summary.replace(/\.$/, ''),
    tags: [tagOf(route)],
    security: [...(contract.forAnyone ? [{}] : []), { bearer: [`flotilla/${scope}`] }],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...bodyOf(contract, shared),
    responses: { ...answersOf(route, shared), ...problemsOf(route, shared) },
  };
};

/** The first word of its path: `batches`. */
export const tagOf = ({ path }: Pick<PromisedRoute, 'path'>): string => path.split('/')[1]!.replace(/\..*$/, '');

/** A key is `pillar/service_name`: two segments. */
export const openPath = (path: string): string => path.replace('{key+}', '{pillar}/{service}').replace('+}', '}');

const operationIdOf = ({ method, path }: PromisedRoute): string => {
  const words = openPath(path).match(/[A-Za-z0-9]+/g) ?? [];
  return [method.toLowerCase(), ...words.map((word) => word[0]!.toUpperCase() + word.slice(1))].join('');
};

const plainName = '^[A-Za-z0-9][A-Za-z0-9._-]*$';
const segments: Readonly<Record<string, JsonObject>> = {
  id: { description: 'Its id.', schema: { type: 'string', pattern: '^[0-9A-Za-z_-]{1,64}$' } },
  pillar: { schema: { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$' } },
  service: { schema: { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$' } },
  page: { description: 'Anything: there is only one page.', schema: { type: 'string' } },
};
const otherSegment: JsonObject = { schema: { type: 'string', pattern: plainName } };

const inPath = (path: string): readonly JsonObject[] =>
  [...openPath(path).matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    ...{ name: name!, in: 'path', required: true },
    ...(segments[name!] ?? otherSegment),
  }));

const inQuery = ({ query }: Contract, { schemas }: Shared): readonly JsonObject[] => {
  if (query === undefined) return [];
  const { properties = {}, required = [] } = schemas.of(query, 'sent') as {
    readonly properties?: Readonly<Record<string, JsonObject>>;
    readonly required?: readonly string[];
  };
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    ...{ name, in: 'query' },
    ...(required.includes(name) ? { required: true } : {}),
    ...(description === undefined ? {} : { description }),
    schema,
  }));
};

const headers: Readonly<Record<string, JsonObject>> = {
  'idempotency-key': {
    description: 'A repeated request with the same key gets the same answer, and nothing happens twice.',
    schema: { type: 'string', pattern: '^[!-~]{1,255}$' },
  },
  'if-match': {
    description: 'The plan that you looked at. If the plan differs, nothing starts.',
    schema: { type: 'string', pattern: '^(\\*|"[0-9A-Za-z]{1,128}"|[0-9A-Za-z]{1,128})$' },
  },
  'if-match#version': {
    description: 'The `resource_version` that you looked at. If it differs, nothing is requested.',
    schema: { type: 'string', pattern: '^(\\*|"[0-9]{1,9}"|[0-9]{1,9})$' },
  },
  'x-request-id': {
    description: 'A repeated request with the same key gets the same answer, and nothing happens twice.',
    schema: { type: 'string', pattern: '^[!-~]{1,255}$' },
  },
  'x-user-id': {
    description:
      'The user on whose behalf you ask. Another user than the token names needs `flotilla/impersonate`; on one machine, its owner may name any.',
    schema: { type: 'string', pattern: '^[!-~]{1,255}$' },
  },
  'flotilla-links': {
    description:
      'What triggered it: a JSON object of addresses by name, besides the links of the batch. They do not distinguish requests.',
    schema: { type: 'string', contentMediaType: 'application/json' },
  },
  'if-none-match': {
    description: 'The ETag of the previous answer: 304 means that nothing has changed.',
    schema: { type: 'string' },
  },
};

const inHeaders = (route: PromisedRoute): readonly JsonObject[] => {
  const all = [...(route.contract.headers ?? []), ...(isRevalidated(route) ? ['if-none-match'] : [])];
  return [...new Set(all)].map((read) => {
    const [name = ''] = read.split('#');
    return { name, in: 'header', ...(name === 'x-request-id' ? { required: true } : {}), ...headers[read] };
  });
};

const exampleOfBatch: JsonObject = {
  version: 'v1.0',
  defaults: { environment_id: 'staging', infrastructure_id: 'cluster-eu-1', docker_artifact_type: 'docker' },
  deployments: [{ pillar: 'shared', service_name: 'login-api', docker_image_version: '3.0.2' }],
};

const bodyOf = ({ body, bodyMayBeAbsent }: Contract, { schemas, batch }: Shared): JsonObject => {
  if (body === undefined) return {};
  const required = bodyMayBeAbsent !== true;
  const ofBatch = { schema: batch, example: exampleOfBatch };
  const content =
    body === 'batch'
      ? { 'application/yaml': ofBatch, 'application/json': ofBatch }
      : { 'application/json': { schema: schemas.of(body, 'sent') } };
  return { requestBody: { required, content } };
};

const etag: JsonObject = { description: 'The ETag of this answer.', schema: { type: 'string' } };
const planTag: JsonObject = { description: 'The hash of the plan, for `If-Match`.', schema: { type: 'string' } };
const location: JsonObject = {
  description: 'The path of the batch or other result.',
  schema: { type: 'string' },
};

const answersOf = (route: PromisedRoute, shared: Shared): JsonObject => {
  const answers = Object.entries(route.contract.answers).map(([status, answer]) => [
    status,
    answerOf(route, answer, shared),
  ]);
  const unchanged = { description: 'Nothing has changed.', headers: { ETag: etag } };
  return Object.fromEntries([...answers, ...(isRevalidated(route) ? [['304', unchanged]] : [])]);
};

const asText: JsonObject = { schema: { type: 'string' } };

const answerOf = (route: PromisedRoute, answer: Answer, { schemas }: Shared): JsonObject => {
  const { schema, example, description = 'Success.' } = answer;
  const media = schema === undefined ? undefined : { schema: schemas.of(schema, 'answered') };
  const content = Object.fromEntries(
    typesOf(answer).map((type) => [
      type,
      answer.texts?.includes(type) ? asText : { ...media, ...(example === undefined ? {} : { example }) },
    ]),
  );
  const told = {
    ...(answer.etag === 'plan' ? { ETag: planTag } : {}),
    ...(isRevalidated(route) ? { ETag: etag } : {}),
    ...(answer.location ? { Location: location } : {}),
  };
  return JSON.parse(
    JSON.stringify({
      description,
      ...(Object.keys(told).length === 0 ? {} : { headers: told }),
      ...(media === undefined ? {} : { content }),
    }),
  );
};

/** The errors with the same status, as one response named after them. */
const problemsOf = (route: PromisedRoute, shared: Shared): JsonObject => {
  const byStatus = Map.groupBy(errorsOf(route), (name) => problems[name]!.status);
  return Object.fromEntries(
    [...byStatus].map(([status, names]) => {
      const name = names.join('.');
      if (!shared.responses.has(name)) shared.responses.set(name, problemOf(status, names, shared));
      return [String(status), { $ref: `#/components/responses/${name}` }];
    }),
  );
};

const problemHeaders: Readonly<Record<number, JsonObject>> = {
  401: { 'WWW-Authenticate': { schema: { type: 'string' } } },
  429: { 'Retry-After': { description: 'Seconds.', schema: { type: 'string' } } },
  503: { 'Retry-After': { description: 'Seconds.', schema: { type: 'string' } } },
};

const problemOf = (status: number, names: readonly ErrorName[], { schemas }: Shared): JsonObject => {
  const [first] = names;
  const { title } = problems[first!]!;
  const example = {
    ...{ type: `urn:flotilla:error:${first}`, title, status },
    ...{ detail: 'The particular problem, in a sentence.', code: first!, instance: '/batches#request-1' },
  };
  const schema = {
    allOf: [schemas.of(problem, 'answered'), { type: 'object', properties: { code: { enum: [...names] } } }],
  };
  return {
    description: `${names.map((name) => `${name}: ${problems[name]!.title}`).join('. ')}.`,
    ...(problemHeaders[status] === undefined ? {} : { headers: problemHeaders[status] }),
    content: { 'application/problem+json': { schema, example } },
  };
};
