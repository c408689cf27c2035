import { type Answer, failure } from './envelopes.ts';
import type { RouteName } from './fault-rules.ts';

export interface Call {
  readonly method: string;
  readonly path: string;
  /** The named parts of the route's path. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

export interface Route {
  readonly method: string;
  /** For example `/a/:id/b`; `*` at the end takes the rest. */
  readonly path: string;
  /** For calls of the protocol: the name they are counted by. */
  readonly name?: RouteName;
  /** Takes effect completely before it returns, even if nobody waits for the answer. */
  readonly handle: (call: Call) => Answer;
}

/** Runs before every route. */
export interface Edge {
  /** An answer ends the call. */
  readonly refuse: (call: Call) => Answer | undefined;
  /** Gets every call of the protocol, with its answer. */
  readonly took: (call: Call, answer: Answer, route: RouteName | 'other') => void;
}

/** A request, whatever carried it. */
export interface Asked {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** The calls of Harness, as opposed to the simulator's own. */
export const isOfProtocol = (path: string): boolean => path.startsWith('/pipeline/api/');

export const noSuchRoute = ({ method, path }: Pick<Call, 'method' | 'path'>): Answer =>
  failure('ENTITY_NOT_FOUND', `HTTP 404 Not Found: ${method} ${path}`);

/** The named parts of a path that matches a pattern, both split; undefined if it does not match. */
const matchPath = (pattern: readonly string[], given: readonly string[]): Record<string, string> | undefined => {
  const isPrefix = pattern.at(-1) === '*';
  const wanted = isPrefix ? pattern.slice(0, -1) : pattern;
  if (isPrefix ? given.length < wanted.length : given.length !== wanted.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index]!;
    if (part.startsWith(':') && value !== '') params[part.slice(1)] = decodeURIComponent(value);
    else if (part !== value) return undefined;
  }
  return params;
};

/** Answers a request with the route that matches. */
export const routerOf = (routes: readonly Route[], edge: Edge): ((asked: Asked) => Answer) => {
  const patterns = routes.map((route) => ({ route, pattern: route.path.split('/') }));
  return ({ method, url, headers, body }) => {
    // Both forms of the address work: the plain one and the one below /gateway.
    const path = url.pathname.replace(/^\/gateway(?=\/)/, '');
    const given = path.split('/');
    let params: Record<string, string> | undefined;
    const found = patterns.find(({ route, pattern }) => {
      params = route.method === method ? matchPath(pattern, given) : undefined;
      return params !== undefined;
    })?.route;
    const call: Call = { method, path, params: params ?? {}, query: url.searchParams, headers, body };
    const answer = edge.refuse(call) ?? (found === undefined ? noSuchRoute(call) : handle(found, call));
    // No server learns of a refused connection.
    if (isOfProtocol(path) && answer.cut !== 'before') edge.took(call, answer, found?.name ?? 'other');
    return answer;
  };
};

const handle = (route: Route, call: Call): Answer => {
  try {
    return route.handle(call);
  } catch (error) {
    return failure('UNKNOWN_ERROR', `the simulator failed: ${String(error)}`);
  }
};
