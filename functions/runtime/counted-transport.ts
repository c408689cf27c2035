import { ownTransport, type Transport } from '../../lib/adapters/own-fetch.ts';
import { observer } from './observer.ts';

/** Counts what uses the executor's request budget, and how often it was refused as too many. */
export const countedTransport: Transport = async (...request) => {
  observer().measure([{ name: 'ExecutorRequests', value: 1 }]);
  const answer = await ownTransport(...request);
  if (answer.status === 429) observer().measure([{ name: 'ExecutorThrottled', value: 1 }]);
  return answer;
};
