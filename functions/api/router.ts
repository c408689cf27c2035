import { FlotillaError } from '../../lib/domain/errors.ts';
import type { Scope } from '../../lib/domain/record/actor.ts';
import type { Contract } from './contract.ts';

/**
 * On AWS each part of the API is a function of its own, with copies of its own: whatever fills one leaves the others free. Plans
 * and texts take seconds of a processor, events are waited for, clusters may not answer, and what somebody decides must get through.
 */
export type ApiPart = 'reads' | 'batches' | 'events' | 'decisions' | 'looks' | 'logs';

/** A route: method, path with `{names}`, what a token needs for it, and what it does. `{name+}` takes the rest of the path, slashes and all. */
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

/** Finds the route of a request; HEAD is answered as GET, whose body the server leaves out. Throws RouteNotFound, or MethodNotAllowed with `details.allow` when the path exists. */
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

/** The routes of an address. The one whose path says most of it goes first, as at a gateway. */
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

/** The route of these that a request is for; undefined where none is. */
export const routeOf = <One extends Pick<Route<never>, 'method' | 'path'>>(
  routes: readonly One[],
  { method, path }: { readonly method: string; readonly path: string },
): One | undefined =>
  routesAt(routes, path).find(({ route }) => route.method === (method === 'HEAD' ? 'GET' : method))?.route;

/** Which part of the API answers a request: that of its route, else that of one at its address, which says which methods it takes. */
export const partAt = (
  routes: readonly Pick<Route<never>, 'method' | 'path' | 'part'>[],
  method: string,
  path: string,
): ApiPart | undefined => (routeOf(routes, { method, path }) ?? routesAt(routes, path)[0]?.route)?.part;

export const routeNotFound = (path: string): FlotillaError =>
  new FlotillaError('RouteNotFound', `There is nothing at ${path}.`);

/** Whether a route has this address, by whatever method. */
export const hasPath = (routes: readonly Pick<Route<never>, 'path'>[], path: string): boolean =>
  routes.some((route) => patternOf(route.path).test(path));

/** The leading group is always there, so that a path without names has groups too. */
const patternOf = (path: string): RegExp => {
  const pattern = path
    .replaceAll('.', '\\.')
    .replaceAll(/\{(\w+)(\+?)\}/g, (_, name, rest) => `(?<${name}>${rest ? '.+' : '[^/]+'})`);
  return new RegExp(`^(?<whole>)${pattern}/?$`);
};

/** Names of services contain no percent sign, so that it does no harm when a gateway has decoded the path already. */
const decoded = (groups: Readonly<Record<string, string>>): Record<string, string> => {
  try {
    return Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value)]));
  } catch {
    throw new FlotillaError('RequestInvalid', 'The path has a percent sign that encodes nothing.');
  }
};
