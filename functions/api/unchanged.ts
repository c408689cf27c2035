import { type ApiEvent, headerOf } from './request.ts';

/** Whether the sender has what has this tag already (If-None-Match, RFC 9110): 304 is enough. */
export const isUnchanged = (event: ApiEvent, tag: string): boolean => {
  const known = headerOf(event, 'if-none-match') ?? '';
  return known.split(',').some((one) => ['*', `"${tag}"`].includes(one.trim().replace(/^W\//, '')));
};
