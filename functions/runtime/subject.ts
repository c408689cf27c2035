import type { About } from './observer.ts';

/** What a call is about, for every log line during it: ids only. */
export const subjectOf = (event: unknown): About => {
  if (typeof event !== 'object' || event === null) return {};
  if ('requestContext' in event) return requestOf(event as ApiCall);
  if ('Records' in event && Array.isArray(event.Records)) return { records: event.Records.length };
  const { batch_id, index, attempt, watcher, generation } = event as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    Object.entries({ batch_id, index, attempt, watcher, generation }).filter(
      (entry): entry is [string, string | number] => typeof entry[1] === 'string' || typeof entry[1] === 'number',
    ),
  );
};

interface ApiCall {
  readonly rawPath?: string;
  readonly requestContext?: { readonly requestId?: string; readonly http?: { readonly method?: string } };
}

/** Not the raw path: the path of the executor's callback contains a secret. */
const requestOf = ({ rawPath = '', requestContext: { requestId, http } = {} }: ApiCall): About => {
  const [, route, id, ...rest] = rawPath.split('/');
  if (route !== 'batches') return { request_id: requestId, method: http?.method, route: `/${route}` };
  return {
    request_id: requestId,
    method: http?.method,
    route: ['', route, ...(id === undefined ? [] : ['{id}']), ...rest.slice(0, 1)].join('/'),
    ...(id !== undefined && /^[0-9A-Z]{26}$/.test(id) ? { batch_id: id } : {}),
  };
};
