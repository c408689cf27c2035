import { isFlotillaError } from '../domain/errors.ts';
import type { Executor, RunRequest, StartResult } from '../domain/ports.ts';
import type { Failure } from '../domain/record/rows.ts';
import type { Deps } from './deps.ts';

/**
 * With the last request, which may take 30 s, this stays below the 90 s of the function. And nothing is started when the
 * poller may have given up looking for it, as it does at the end of the executor's late start.
 */
const patience = 45_000;
const firstPause = 2_000;
const longestPause = 15_000;

/**
 * Asks the executor for a run. What is certain not to have started is asked again: an executor that is throttled, or out of
 * reach, is so for longer than a moment, and that is no attempt at a deployment. Half of each pause is chance, so that
 * those of a batch do not come back together. Anything else is asked once. `whyNot` is asked before each repetition.
 */
export const startRun = async (
  { clock, random }: Pick<Deps, 'clock' | 'random'>,
  executor: Executor,
  request: RunRequest,
  whyNot: () => Promise<Failure | undefined>,
): Promise<StartResult | { readonly kind: 'refused'; readonly failure: Failure }> => {
  const end = clock.now() + Math.min(patience, executor.lateStartMilliseconds / 2);
  for (let pause = firstPause; ; pause = Math.min(longestPause, pause * 2)) {
    const answer = await startOnce(executor, request);
    if (answer.kind !== 'rejected' || !answer.retryable) return answer;
    const wait = pause * (0.5 + random.next() / 2);
    if (clock.now() + wait > end) return answer;
    await clock.sleep(wait);
    const failure = await whyNot();
    if (failure !== undefined) return { kind: 'refused', failure };
  }
};

/** What throws ExecutorUnavailable has certainly not left this place. */
const startOnce = async (executor: Executor, request: RunRequest): Promise<StartResult> => {
  try {
    return await executor.start(request);
  } catch (error) {
    if (!isFlotillaError(error, 'ExecutorUnavailable')) throw error;
    return { kind: 'rejected', retryable: true, reason: 'ExecutorUnavailable', message: error.message };
  }
};
