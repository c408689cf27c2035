import { isFlotillaError } from '../../domain/errors.ts';
import type { Executor, RunRequest, StartResult } from '../../domain/ports.ts';
import type { Failure } from '../../domain/record/rows.ts';
import type { RunWatchRow } from '../../domain/record/watch-rows.ts';
import type { Deps } from '../deps.ts';
import type { Queued } from './queue-start.ts';
import type { Answer } from './take-answer.ts';

/**
 * Together with the last request, of up to 30 s, this stays below the function's 90 s. It also ends before the poller
 * may stop looking for the run, at the end of the executor's late start.
 */
const patience = 45_000;
const firstPause = 2_000;
const longestPause = 15_000;
const spread = 1_000;
/**
 * A function waits for a budget turn for this part of the time that the poller waits for a queued start. Otherwise a
 * steady stream of new starts could take every turn from the older, queued ones.
 */
const partForTurn = 0.8;

export interface Pauses {
  readonly begin: (paused: Required<Pick<RunWatchRow, 'asked' | 'turned_away'>>) => Promise<void>;
  /** Called before each repeated request, with the number of requests including it. Returns why it must not be sent. */
  readonly end: (asked: number) => Promise<Failure | undefined>;
}

type Started =
  | Answer
  | { readonly kind: 'refused'; readonly failure: Failure }
  | (Queued & { readonly kind: 'queued' });

/**
 * Asks the executor for a run. Each request waits until the row about it would survive a power cut; otherwise nobody
 * would know of the run, and the next look would start another. A start that certainly did not happen is retried: a
 * throttled or unreachable executor stays so for more than a moment, and that is not a failed attempt. Half of each
 * pause is random, so that a batch's starts don't return together. Anything else is asked once. If there is no room for
 * longer than this may wait, the start goes to the queue; for our own budget, after a few seconds.
 */
export const startRun = async (
  { table, clock, random, pace }: Pick<Deps, 'table' | 'clock' | 'random' | 'pace'>,
  executor: Executor,
  request: RunRequest,
  pauses: Pauses,
): Promise<Started> => {
  const end = clock.now() + Math.min(patience, executor.lateStartMilliseconds / 2);
  const turn = pace.pollExecutor * partForTurn;
  let pause = firstPause;
  for (let asked = 0; ; asked += 1) {
    await table.synced();
    const answer = await startOnce(executor, request, Math.min(end, clock.now() + turn));
    if (answer.kind === 'busy') return { kind: 'queued', asked, until: answer.until };
    if (answer.kind !== 'rejected' || !answer.retryable) return answer;
    const wait = waitOf(answer, { pause, chance: 0.5 + random.next() / 2 });
    const { reason, message } = answer;
    const until = clock.now() + wait;
    const turned_away = { reason, message, until };
    if (until > end) return isThrottled(answer) ? { kind: 'queued', asked, until, turned_away } : answer;
    await pauses.begin({ asked, turned_away });
    await clock.sleep(wait);
    const failure = await pauses.end(asked + 1);
    if (failure !== undefined) return { kind: 'refused', failure };
    pause = Math.min(longestPause, pause * 2);
  }
};

type Rejected = Extract<StartResult, { readonly kind: 'rejected' }>;

/**
 * There was no answer, so nothing says that there will be room later. Waiting hours for a host that is gone would not
 * help.
 */
export const isOutOfReach = ({ reason }: Rejected): boolean =>
  reason === 'ExecutorUnavailable' || reason === 'ExecutorUnreachable';

/**
 * A throttled executor says itself that there will be room. A cluster's webhook that does not answer may be gone for
 * good, so the attempt fails.
 */
const isThrottled = (answer: Rejected): boolean => !isOutOfReach(answer) && answer.reason !== 'WebhookUnavailable';

/** Not before the time that the executor named, and not at the same moment as everybody it told the same. */
const waitOf = (
  { retryAfter }: Rejected,
  { pause, chance }: { readonly pause: number; readonly chance: number },
): number => Math.max(pause * chance, retryAfter === undefined ? 0 : retryAfter + spread * chance);

/** ExecutorUnavailable means that the request certainly was not sent. */
export const startOnce = async (executor: Executor, request: RunRequest, latest: number): Promise<StartResult> => {
  try {
    return await executor.start(request, latest);
  } catch (error) {
    if (!isFlotillaError(error, 'ExecutorUnavailable')) throw error;
    return { kind: 'rejected', retryable: true, reason: 'ExecutorUnavailable', message: error.message };
  }
};
