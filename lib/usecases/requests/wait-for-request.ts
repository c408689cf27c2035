import { isFlotillaError } from '../../domain/errors.ts';
import type { RequestRow } from '../../domain/requests/request-row.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { readEvents } from '../record/read-events.ts';
import { readStanding } from './find-request.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'clock' | 'waitingRoom'> & AskedBy;

/** Seconds. An API Gateway call may take 30, and needs some time before and after. */
const longest = 26;
const longestAtOnce = 20;

/**
 * Waits up to the given number of seconds for the end of a request. The request is already accepted, so a failed wait
 * is no error.
 */
export const waitForRequest = async (
  deps: Needs,
  { batch_id: batchId }: RequestRow,
  { seconds, signal }: { readonly seconds: number; readonly signal?: AbortSignal | undefined },
): Promise<void> => {
  const until = deps.clock.now() + Math.min(seconds, longest) * 1_000;
  let after = 0;
  while ((await readStanding(deps, batchId)).status === 'CREATED') {
    const left = Math.ceil((until - deps.clock.now()) / 1_000);
    if (left <= 0 || signal?.aborted === true) return;
    try {
      const wait = Math.min(left, longestAtOnce);
      const { next_after, ended } = await readEvents(deps, { batchId, after, wait, limit: 1_000, signal });
      if (ended) return;
      after = next_after;
    } catch (error) {
      if (!isFlotillaError(error, 'TooManyRequests')) throw error;
      return;
    }
  }
};
