import { isFlotillaError } from '../../domain/errors.ts';
import type { Executor, RunRequest, StartResult } from '../../domain/ports.ts';
import type { Failure } from '../../domain/record/rows.ts';
import type { RunWatchRow } from '../../domain/record/watch-rows.ts';
import type { Deps } from '../deps.ts';
import type { Queued } from './queue-start.ts';
import type { Answer } from './take-answer.ts';

/**
 * With the last request, which may take 30 s, this stays below the 90 s of the function. And nothing is started when the
 * poller may have given up looking for it, as it does at the end of the executor's late start.
 */
const patience = 45_000;
const firstPause = 2_000;
const longestPause = 15_000;
const spread = 1_000;
/**
 * A function waits for its turn for this part of the time that the poller waits for the turn of a queued start. Otherwise a steady
 * stream of new starts could take all the turns from those in the queue, which are older.
 */
const partForTurn = 0.8;

export interface Pauses {
  readonly begin: (paused: Required<Pick<RunWatchRow, 'asked' | 'turned_away'>>) => Promise<void>;
  /** Before it is asked for so many times and once more. Gives why it must not be. */
  readonly end: (asked: number) => Promise<Failure | undefined>;
}

type Started =
  | Answer
  | { readonly kind: 'refused'; readonly failure: Failure }
  | (Queued & { readonly kind: 'queued' });

/**
 * Asks the executor for a run, and each time only when the row that says so would outlive a power cut: without it nobody would
 * know of the run, and the next one who looks would start another. What is certain not to have started is asked again: an
 * executor that is throttled, or out of reach, is so for longer than a moment, and that is no attempt at a deployment. Half of
 * each pause is chance, so that those of a batch do not come back together. Anything else is asked once. Where there is no room
 * for longer than this may wait, the start is left to the queue: in our own budget already after some seconds.
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

/** Nobody was there to say that it is too much: who waits for hours for a host that is gone waits in vain. */
export const isOutOfReach = ({ reason }: Rejected): boolean =>
  reason === 'ExecutorUnavailable' || reason === 'ExecutorUnreachable';

/** It says itself that there will be room. A webhook of the cluster that does not answer may be gone for good: the attempt has failed. */
const isThrottled = (answer: Rejected): boolean => !isOutOfReach(answer) && answer.reason !== 'WebhookUnavailable';

/** No sooner than the executor wants to be asked, and not at the moment at which it has told all others to come. */
const waitOf = (
  { retryAfter }: Rejected,
  { pause, chance }: { readonly pause: number; readonly chance: number },
): number => Math.max(pause * chance, retryAfter === undefined ? 0 : retryAfter + spread * chance);

/** What throws ExecutorUnavailable has certainly not left this place. */
export const startOnce = async (executor: Executor, request: RunRequest, latest: number): Promise<StartResult> => {
  try {
    return await executor.start(request, latest);
  } catch (error) {
    if (!isFlotillaError(error, 'ExecutorUnavailable')) throw error;
    return { kind: 'rejected', retryable: true, reason: 'ExecutorUnavailable', message: error.message };
  }
};
