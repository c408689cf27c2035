import { observer } from './observer.ts';

/** `fetch` that counts what the executor's budget of requests is spent on, and how often it was refused as too many. */
export const countedFetch: typeof fetch = async (...request) => {
  observer().measure([{ name: 'ExecutorRequests', value: 1 }]);
  const response = await fetch(...request);
  if (response.status === 429) observer().measure([{ name: 'ExecutorThrottled', value: 1 }]);
  return response;
};
