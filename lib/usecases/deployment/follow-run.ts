import { clusterOfAccount } from '../../domain/catalogue/executor-accounts.ts';
import { failureOfRun, type Stopped } from '../../domain/deployment/run-failure.ts';
import type { Executor, News, RunAddress, RunState, Watched } from '../../domain/ports.ts';
import { foreignAddress, foreignName } from '../../domain/record/foreign-text.ts';
import type { Failure, Run } from '../../domain/record/rows.ts';
import type { RunWatchRow, StopCause } from '../../domain/record/watch-rows.ts';
import type { Deps } from '../deps.ts';
import { type PlaceOfWait, settleWait } from '../wait/settle-wait.ts';
import { deadlineAt, hasWaitedTooLong, noteHumanWait } from './human-wait.ts';
import { noteStarted } from './note-started.ts';
import { failureOfPause } from './pause-start.ts';
import { failureOfQueue } from './queue-start.ts';
import { giveUpQueued } from './queued-starts.ts';
import { searchWords, sentence } from './search-words.ts';
import { settleFailure, withRun } from './settle-failure.ts';
import { readStandingOfQueued } from './standing.ts';
import { goesOn, isStopGivenUp, mayStop, stopRun, takeBackStop } from './stop-run.ts';
import { knownOfStart, placeOf, requestOf, sentAt } from './watched-row.ts';

type Needs = Pick<Deps, 'table' | 'workflow' | 'clock' | 'random' | 'ids' | 'pace'>;

export interface Following {
  readonly row: RunWatchRow;
  readonly executor: Executor;
  /** What the look at the executor brought. Absent if this run was not looked up. */
  readonly news: News | undefined;
  /** For how long, in consecutive looks, it could not be read; in milliseconds. */
  readonly unreadFor: number;
  readonly cancelled: boolean;
  /** Runs slow work without holding up a look. */
  readonly beside: (act: () => Promise<void>) => Promise<void>;
  /**
   * Milliseconds since 1970. What is not sent by then is left to a later call, because this one may end with it unsent.
   */
  readonly latest: number;
}

const actor = 'executor';

/** What to ask the executor about a run; undefined while there is nothing to ask. */
export const watchedOf = (deps: Pick<Needs, 'clock' | 'pace'>, row: RunWatchRow): Watched | undefined => {
  const { phase, ref, correlation } = row;
  const sent_at = sentAt(row);
  if (phase === 'paused' || phase === 'queued') return undefined;
  if (phase === 'intended' && deps.clock.now() - sent_at <= deps.pace.intentGrace) return undefined;
  const known = { ...(ref === undefined ? {} : { ref }), ...(correlation === undefined ? {} : { correlation }) };
  return { request: requestOf(row), sent_at, ...known };
};

/** Acts on one look at one run. An executor that cannot be asked is no news. */
export const followRun = async (deps: Needs, following: Following): Promise<void> => {
  const { row, news } = following;
  if (news?.kind === 'unread' && isGivenUp(deps, following)) {
    const { asked, answered } = news.trouble;
    return settleUnknown(deps, following, 'ExecutorUnavailable', `Asked for ${asked}: ${sentence(answered)}`);
  }
  if (row.phase === 'paused') return followPaused(deps, row);
  if (row.phase === 'queued') return followQueued(deps, following);
  if (row.phase === 'started') return followStarted(deps, following);
  if (news !== undefined) await followSought(deps, { ...following, news });
};

/** Several looks in a row. One failed look may be chance, and a poller that was down has not looked before. */
const leastUnread = 30_000;

const isUnreadForLong = ({ pace }: Needs, { unreadFor }: Following): boolean =>
  unreadFor >= Math.min(leastUnread, pace.abortGrace);

const isGivenUp = (deps: Needs, following: Following): boolean =>
  deps.clock.now() > lastMoment(deps, following.row) && isUnreadForLong(deps, following);

/** For an executor that cannot be read, an attempt of a minute gets one more minute, not ten. */
const leastGrace = 60_000;

/** After this, news of an executor that cannot be read is no longer waited for. */
const lastMoment = (deps: Needs, row: RunWatchRow): number => deadlineAt(row, deps.clock.now()) + graceOf(deps, row);

const graceOf = ({ pace }: Pick<Needs, 'pace'>, { deployment }: RunWatchRow): number =>
  Math.min(pace.abortGrace, Math.max(leastGrace, deployment.timeout * 1_000));

/** A process that overruns its pause by this many milliseconds counts as dead. Being wrong about that is harmless. */
const pauseGrace = 30_000;

/** Nothing was started, and nothing will be, unless the paused process resumes before this is written. */
const followPaused = async (deps: Needs, row: RunWatchRow): Promise<void> => {
  if (deps.clock.now() <= (row.turned_away?.until ?? row.at) + pauseGrace) return;
  const { deployment } = row;
  const place: PlaceOfWait = { ...placeOf(row), only: 'paused' };
  await settleFailure(deps, { place, deployment, failure: failureOfPause(row), actor });
};

/** The poller sends queued starts. This ends those that must not start any more or have waited too long. */
const followQueued = async (deps: Needs, { row, cancelled }: Following): Promise<void> => {
  const isOver = deps.clock.now() > row.deadline && row.on_hold_since === undefined;
  if (isOver) return giveUpQueued(deps, row, failureOfQueue(row));
  if (!cancelled) return;
  const { refusal } = await readStandingOfQueued(deps, row);
  if (refusal !== undefined) await giveUpQueued(deps, row, refusal);
};

/**
 * Accepted isn't started, and the reply to a start may be lost. So the run is looked for until it can no longer appear.
 * It is never started again.
 */
const followSought = async (deps: Needs, following: Following & { readonly news: News }): Promise<void> => {
  const { row, news } = following;
  if (news.kind === 'found') return noteStarted(deps, placeOf(row), news);
  if (news.kind === 'several') return settleSeveral(deps, following, news.runs);
  if (news.kind === 'failed') {
    const { reason, message } = news;
    return fail(deps, row, { reason, message, retryable: false, touched: false });
  }
  if (news.kind === 'unread' || deps.clock.now() <= sentAt(row) + following.executor.lateStartMilliseconds) return;
  const message = 'The executor may have started a run, but none with our key appeared in time.';
  await settleUnknown(deps, following, 'StartUnknown', message);
};

/** Two runs at work may overwrite each other, and following one says nothing about the target. */
const settleSeveral = (deps: Needs, following: Following, runs: readonly RunAddress[]): Promise<void> => {
  const named = runs.map(({ ref, url }) => (url === undefined ? ref : `${ref} (${url})`)).join(', ');
  const message = `${runs.length} active runs carry our key, so it is not known which one decides: ${named}.`;
  return settleUnknown(deps, following, 'SeveralRuns', message);
};

const followStarted = async (deps: Needs, following: Following): Promise<void> => {
  const state = stateOf(following);
  if (state?.phase === 'terminal') return conclude(deps, following.row, state);
  const row = await noteHumanWait(deps, following.row, state);
  const now = deps.clock.now();
  const { stopping } = row;
  const why = reasonToStop(deps, { ...following, row });
  if (why !== undefined && mayStop(row, why) && !isStopGivenUp(row, now - deps.pace.abortGrace)) {
    const { executor, beside, latest } = following;
    return beside(() => stopRun(deps, { row, executor, why, state, latest }));
  }
  if (why === undefined && stopping?.answer === 'unsent') return takeBackStop(deps, row);
  if (stopping === undefined || goesOn(stopping) || now <= stopping.at + deps.pace.abortGrace) return;
  // Its fate is open if this look skipped it or failed for the first time.
  const { news } = following;
  if (news === undefined || (news.kind === 'unread' && !isUnreadForLong(deps, following))) return;
  if (news.kind === 'unread' && endsByLooks(row) && now <= lastMoment(deps, row)) return;
  const { why: because, said } = stopping;
  const asked = said === undefined ? because : `${because}; answered: ${said}`;
  const message = `The run should have stopped (${asked}), but its end was not seen: ${sentence(lastSeen(following))}`;
  await settleUnknown(deps, { ...following, row }, 'AbortUnconfirmed', message);
};

/** A cluster has no run elsewhere: the next look takes back what was begun there. */
const endsByLooks = ({ deployment }: RunWatchRow): boolean =>
  clusterOfAccount(deployment.executor.account) !== undefined;

const stateOf = ({ news }: Following): RunState | undefined => (news?.kind === 'found' ? news.state : undefined);

const lastSeen = (following: Following): string => {
  const { row, news } = following;
  const state = stateOf(following);
  const executor = `the executor (${row.deployment.executor.name})`;
  if (news?.kind === 'unread') {
    const { asked, answered } = news.trouble;
    return `${executor} could not be asked for ${asked}: ${answered}`;
  }
  const said = state?.raw ?? '';
  return said === '' ? `${executor} does not know this run or gives no state for it` : `${executor} says ${said}`;
};

/** A run that could not be stopped for a cancel still has its deadline. */
const reasonToStop = (deps: Needs, { row, news, cancelled }: Following): StopCause | undefined => {
  const now = deps.clock.now();
  if (hasWaitedTooLong(row, now)) return 'person';
  if (isOverdue(deps, row, news)) return 'timeout';
  return cancelled && row.wait !== 'restore' ? 'cancel' : undefined;
};

/**
 * A run that waits for a person ends when `human_wait` is over. A run that cannot be read may be waiting, too. It gets
 * half the grace period to become readable again.
 */
const isOverdue = (deps: Needs, row: RunWatchRow, news: News | undefined): boolean => {
  if (row.human_since !== undefined) return false;
  const isRead = news !== undefined && news.kind !== 'unread';
  return deps.clock.now() > row.deadline + (isRead ? 0 : graceOf(deps, row) / 2);
};

const stoppedOf = (row: RunWatchRow): Stopped | undefined =>
  row.stopping === undefined ? undefined : { ...row.stopping, after: row.stopping.at - sentAt(row) };

const conclude = async (deps: Needs, row: RunWatchRow, state: RunState): Promise<void> => {
  const status = foreignName(state.raw);
  const news = { status, ...(state.url === undefined ? {} : { url: foreignAddress(state.url) }) };
  const failure = failureOfRun(state, stoppedOf(row));
  if (failure !== undefined) return fail(deps, row, failure, news);
  const message = `The run succeeded (${status}). The cluster is checked next.`;
  await settleWait(deps, placeOf(row), (item) => ({
    answer: { reason: row.wait === 'restore' ? 'RestoreRunSucceeded' : 'RunSucceeded', message },
    patch: {
      runs: withRun(item.runs, news),
      deadline: row.deadline,
      ...(state.warnings === undefined ? {} : { warnings: [...(item.warnings ?? []), ...state.warnings] }),
      step: row.wait === 'restore' ? 'verify-restore' : 'verify',
    },
    actor,
  }));
};

const fail = (deps: Needs, row: RunWatchRow, failure: Failure, run: Partial<Run> = {}): Promise<void> =>
  settleFailure(deps, {
    place: placeOf(row),
    deployment: row.deployment,
    failure,
    actor,
    run: { ...knownOfStart(row), ...run },
  });

/** Only a person can find out, so the message says what to search for and where. */
const settleUnknown = (deps: Needs, following: Following, reason: string, message: string): Promise<void> => {
  const { row, executor } = following;
  const state = stateOf(following);
  const told = `${message} ${searchWords(row, executor)}`;
  const run = state === undefined || state.raw === '' ? {} : { status: foreignName(state.raw) };
  return fail(deps, row, { reason, message: told, unknown: true, touched: true }, run);
};
