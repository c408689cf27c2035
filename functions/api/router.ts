import { FlotillaError } from '../../lib/domain/errors.ts';
import type { Scope } from '../../lib/domain/record/actor.ts';
import type { Contract } from './contract.ts';

/**
 * On AWS each part of the API is its own function with its own copies, so that one part under load leaves the others
 * free. Plans and texts take seconds of CPU, events are waited for, clusters may not answer, and decisions must get
 * through.
 */
export type ApiPart = 'reads' | 'batches' | 'events' | 'decisions' | 'looks' | 'logs';

/**
 * A route: method, path with `{names}`, what its token must allow, and what it does. `{name+}` takes the rest of the
 * path, including slashes.
 */
export interface Route<Handle> {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly scope: Scope;
  readonly part: ApiPart;
  readonly contract: Contract;
  readonly handle: Handle;
}

export interface Match<Handle> extends Pick<Route<Handle>, 'method' | 'part' | 'scope' | 'handle'> {
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * Finds a request's route. HEAD is answered like GET, and the server drops the body. Throws RouteNotFound, or
 * MethodNotAllowed with `details.allow` if the path exists.
 */
export const matchRoute = <Handle>(routes: readonly Route<Handle>[], method: string, path: string): Match<Handle> => {
  const found = routesAt(routes, path);
  const match = found.find(({ route }) => route.method === (method === 'HEAD' ? 'GET' : method));
  if (match !== undefined) {
    const { handle, method, scope, part } = match.route;
    return { handle, method, scope, part, parameters: decoded(match.groups) };
  }
  if (found.length === 0) throw routeNotFound(path);
  const allow = found.flatMap(({ route }) => (route.method === 'GET' ? ['GET', 'HEAD'] : [route.method]));
  throw new FlotillaError('MethodNotAllowed', `${path} takes ${allow.join(', ')}, not ${method}.`, { allow });
};

interface Found<One> {
  readonly route: One;
  readonly groups: Readonly<Record<string, string>>;
}

/** The routes at a path. The most specific one goes first, as in API Gateway. */
const routesAt = <One extends { readonly path: string }>(
  routes: readonly One[],
  path: string,
): readonly Found<One>[] => {
  const found = routes.flatMap((route): readonly Found<One>[] => {
    const groups = patternOf(route.path).exec(path)?.groups;
    return groups === undefined ? [] : [{ route, groups }];
  });
  const said = ({ route }: Found<One>): number => route.path.replaceAll(/\{\w+\+?\}/g, '').length;
  return found.toSorted((one, other) => said(other) - said(one));
};

/** The route for a request; undefined if there is none. */
export const routeOf = <One extends Pick<Route<never>, 'method' | 'path'>>(
  routes: readonly One[],
  { method, path }: { readonly method: string; readonly path: string },
): One | undefined =>
  routesAt(routes, path).find(({ route }) => route.method === (method === 'HEAD' ? 'GET' : method))?.route;

/**
 * The part of the API that answers a request: its route's part. Without a route, the part of another route at the same
 * path, which reports the allowed methods.
 */
export const partAt = (
  routes: readonly Pick<Route<never>, 'method' | 'path' | 'part'>[],
  method: string,
  path: string,
): ApiPart | undefined => (routeOf(routes, { method, path }) ?? routesAt(routes, path)[0]?.route)?.part;

export const routeNotFound = (path: string): FlotillaError =>
  new FlotillaError('RouteNotFound', `There is nothing at ${path}.`);

/** Whether any route has this path, with any method. */
export const hasPath = (routes: readonly Pick<Route<never>, 'path'>[], path: string): boolean =>
  routes.some((route) => patternOf(route.path).test(path));

/** The leading group is always there, so that a path without names has groups too. */
const patternOf = (path: string): RegExp => {
  const pattern = path
    .replaceAll('.', '\\.')
    .replaceAll(/\{(\w+)(\+?)\}/g, (_, name, rest) => `(?<${name}>${rest ? '.+' : '[^/]+'})`);
  return new RegExp(`^(?<whole>)${pattern}/?$`);
};

/** Service names contain no percent sign, so it is harmless if a gateway has already decoded the path. */
const decoded = (groups: Readonly<Record<string, string>>): Record<string, string> => {
  try {
    return Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value)]));
  } catch {
    throw new FlotillaError('RequestInvalid', 'The path has a percent sign that encodes nothing.');
  }
};
