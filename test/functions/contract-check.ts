import { gunzipSync } from 'node:zlib';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { APIGatewayProxyStructuredResultV2 as ApiAnswer } from 'aws-lambda';
import { type Contract, errorsOf, typesOf } from '../../functions/api/contract.ts';
import { logRoutes } from '../../functions/api/log-routes.ts';
import { lookRoutes } from '../../functions/api/look-routes.ts';
import { openApiDocument } from '../../functions/api/openapi/document.ts';
import { openPath, type PromisedRoute } from '../../functions/api/openapi/operation.ts';
import { problems } from '../../functions/api/problem.ts';
import { hasPath, routeOf } from '../../functions/api/router.ts';
import { routes } from '../../functions/api/routes.ts';
import type { ErrorName } from '../../lib/domain/errors.ts';
import type { JsonObject } from '../../lib/domain/json.ts';

/** Routes with functions of their own come first: an address may fit another route as well. */
export const allRoutes: readonly PromisedRoute[] = [...lookRoutes, ...logRoutes, ...routes];

/** In the tests' document, no answer has a field that no contract names. */
const closedDocument = openApiDocument(allRoutes, 'closed');

const ajv = new Ajv2020({ strict: false, validateSchema: false, validateFormats: false });
ajv.addSchema(closedDocument, 'openapi');

const pointer = (...parts: readonly string[]): string =>
  parts.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/');

const compiled = new Map<string, ReturnType<typeof ajv.compile>>();
const faultsOf = (ref: string, value: unknown): readonly string[] => {
  const validate = compiled.get(ref) ?? ajv.compile({ $ref: `openapi#/${ref}` });
  compiled.set(ref, validate);
  if (validate(value)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  );
};

/** What a body has that its contract does not allow, or lacks. */
export const bodyFaults = (
  { method, path }: Pick<PromisedRoute, 'method' | 'path'>,
  { status, type, body }: { readonly status: number; readonly type: string; readonly body: unknown },
): readonly string[] =>
  faultsOf(
    pointer('paths', openPath(path), method.toLowerCase(), 'responses', String(status), 'content', type, 'schema'),
    body,
  );

export interface SeenAnswer {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** As it leaves the API. */
export const seenAnswer = (
  { method, path }: { readonly method: string; readonly path: string },
  { statusCode = 200, headers = {}, body = '', isBase64Encoded = false }: ApiAnswer,
): SeenAnswer => {
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
  const text = headers['content-encoding'] === 'gzip' ? gunzipSync(bytes).toString() : bytes.toString();
  return { method, path, status: statusCode, type: String(headers['content-type'] ?? ''), text };
};

/** What an answer has that is not in the contract of its route. Empty where all is in it. */
export const contractFaults = (seen: SeenAnswer): readonly string[] => {
  const faults = faultsIn(seen);
  return faults.map((fault) => `${seen.method} ${seen.path} answered ${seen.status}: ${fault}`);
};

const faultsIn = (seen: SeenAnswer): readonly string[] => {
  const method = seen.method === 'HEAD' ? 'GET' : seen.method;
  const route = routeOf(allRoutes, { method, path: seen.path });
  if (seen.type === 'application/problem+json') return problemFaults(seen, route?.contract);
  if (route === undefined) return hasPath(allRoutes, seen.path) ? [] : ['no route has this path'];
  if (seen.status === 304) return seen.text === '' ? [] : ['304 has no body'];
  const answer = route.contract.answers[seen.status];
  if (answer === undefined) return [`the contract has ${Object.keys(route.contract.answers).join(', ')}`];
  const types = typesOf(answer);
  if (types.length === 0) return seen.text === '' ? [] : ['there should be no body'];
  if (!types.includes(seen.type)) return [`its type is ${seen.type}, not ${types.join(' or ')}`];
  if (seen.method === 'HEAD' && seen.text === '') return [];
  if (answer.texts?.includes(seen.type)) return [];
  const body = /json/.test(seen.type) && !types.includes('application/yaml') ? JSON.parse(seen.text) : seen.text;
  return bodyFaults(route, { status: seen.status, type: seen.type, body });
};

/** Where no route has the address, or the method. */
const withoutRoute: readonly ErrorName[] = [
  ...(['RouteNotFound', 'MethodNotAllowed', 'Unauthorized', 'Forbidden', 'RequestInvalid'] as const),
  ...(['TooManyRequests', 'InternalError', 'PayloadTooLarge'] as const),
];

const problemFaults = ({ status, text }: SeenAnswer, contract: Contract | undefined): readonly string[] => {
  const body = JSON.parse(text) as JsonObject & { readonly code: ErrorName };
  const known = contract === undefined ? withoutRoute : errorsOf({ contract });
  return [
    ...(known.includes(body.code) || body.code === 'RouteNotFound' ? [] : [`${body.code} is none of its errors`]),
    ...(problems[body.code]?.status === status ? [] : [`${body.code} has another status`]),
    ...faultsOf(pointer('components', 'schemas', 'Problem'), body),
  ];
};
