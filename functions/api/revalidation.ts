import type { Route } from './router.ts';

/**
 * Whether the answers of a route are told apart by their ETag: those of all that is read and not waited for. What a cluster says now, and
 * what somebody has to be told again, is never the same.
 */
export const isRevalidated = ({ method, part }: Pick<Route<unknown>, 'method' | 'part'>): boolean =>
  method === 'GET' && part === 'reads';
