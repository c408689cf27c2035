import { expect, test } from 'vitest';
import type { CancelResult, Executor, News, RunState } from '../../../lib/domain/ports.ts';
import { executorWatcher, keys } from '../../../lib/domain/record/keys.ts';
import { type AnswerRow, type ItemRow, itemOf, rowOf } from '../../../lib/domain/record/rows.ts';
import type { RunWatchRow, Stopping } from '../../../lib/domain/record/watch-rows.ts';
import { followRun, watchedOf } from '../../../lib/usecases/deployment/follow-run.ts';
import { cloudPace } from '../../../lib/usecases/deps.ts';
import { unaskedExecutor } from '../../unasked-executor.ts';
import { aboutToStart } from './about-to-start.ts';

const away: News = { kind: 'unread', trouble: { asked: 'the runs', answered: 'it is down' } };
const none: News = { kind: 'none' };
const late = 600_000;
const timeout = 900_000;
const { abortGrace, intentGrace } = cloudPace;

interface Case {
  readonly what: string;
  readonly row?: Partial<RunWatchRow>;
  /** Milliseconds since the intent. */
  readonly after?: number;
  readonly state?: RunState;
  readonly isCancelled?: true;
  /** What a look says of a run that is not known yet. */
  readonly unreadFor?: number;
  readonly news?: News;
  /** Its turn is at a later look. */
  readonly isNotDue?: true;
  readonly cancel?: CancelResult['kind'];
  /** What the executor was asked for. */
  readonly asked?: readonly string[];
  /** The wait afterwards: its phase and what else is new. Or how it was answered, and what is known of the failure. */
  readonly told: readonly string[];
}

const running: RunState = { phase: 'running', raw: 'Running' };
const waiting: RunState = { phase: 'waiting-for-human', raw: 'ApprovalWaiting' };
const day = 86_400_000;
const ended: RunState = { phase: 'terminal', outcome: 'succeeded', raw: 'Success' };
const run = { kind: 'found', ref: 'run-1', url: 'https://x/run-1' } as const;
const started = { phase: 'started', ref: 'run-1' } as const;
const stopping = (why: Stopping['why'], answer: Stopping['answer'], at: number) => ({
  row: { ...started, stopping: { why, at: start + at, ...(answer === undefined ? {} : { answer }) } },
});
const start = Date.UTC(2026, 8, 30, 6);
const touchedUnknown = 'touched, unknown';
const startUnknown = [
  'AttemptEnded StartUnknown: The executor may have started a run, but none with our key appeared in time. Known: key k; no reply to the start is known. Look at runs with the key k.',
  touchedUnknown,
];
const ofRun = 'Known: key k, run run-1; no reply to the start is known. Look at runs with the key k.';
const unconfirmed = (why: string, seen: string, status = '') => [
  `AttemptEnded AbortUnconfirmed: The run should have stopped (${why}), but its end was not seen: ${seen}. ${ofRun}`,
  `${touchedUnknown}${status}`,
];
const several: News = { kind: 'several', runs: [{ ref: 'run-1', url: 'https://x/run-1' }, { ref: 'run-2' }] };
const severalTold = [
  'AttemptEnded SeveralRuns: 2 active runs carry our key, so it is not known which one decides: run-1 (https://x/run-1), run-2. Known: key k; no reply to the start is known. Look at runs with the key k.',
  touchedUnknown,
];
const queuedFor = 'Not started: the start waited 6 hours and was not accepted. The last reason: ';
const noTime = [
  'AttemptEnded ExecutorUnavailable: Asked for the runs: it is down. Known: key k; no reply to the start is known. Look at runs with the key k.',
  touchedUnknown,
];
const noTimeOfRun = [`AttemptEnded ExecutorUnavailable: Asked for the runs: it is down. ${ofRun}`, touchedUnknown];

const cases: readonly Case[] = [
  { what: 'intended a moment ago, is left to the process that starts it', after: intentGrace, told: ['intended'] },
  { what: 'intended long ago, is looked up by its key', after: intentGrace + 1, asked: ['look'], told: ['intended'] },
  {
    ...{ what: 'intended long ago, is found', after: intentGrace + 1, news: run, asked: ['look'] },
    told: ['started run-1', 'RunStarted: Run run-1 started.'],
  },
  {
    what: 'whose start is unknown, is looked up at once',
    row: { phase: 'unknown' },
    asked: ['look'],
    told: ['unknown'],
  },
  {
    ...{
      what: 'whose start is unknown, does not appear for as long as it may',
      row: { phase: 'unknown' },
      after: late,
    },
    ...{ asked: ['look'], told: ['unknown'] },
  },
  {
    ...{ what: 'whose start is unknown, does not appear in time', row: { phase: 'unknown' }, after: late + 1 },
    ...{ asked: ['look'], told: startUnknown },
  },
  {
    ...{ what: 'whose start is unknown, appears twice', row: { phase: 'unknown' }, news: several },
    ...{ asked: ['look'], told: severalTold },
  },
  {
    what: 'with all details known, does not appear in time: the message has all of them',
    row: { phase: 'accepted', correlation: 'e7', answer: '200', trace: 't9' },
    ...{ news: none, after: late + 1, asked: ['look'] },
    told: [
      'AttemptEnded StartUnknown: The executor may have started a run, but none with our key appeared in time. Known: key k, event e7, trace t9; the reply to the start was: 200. Look at runs with the key k.',
      touchedUnknown,
    ],
  },
  {
    ...{ what: 'whose stop was answered, does not end', isCancelled: true, state: running, after: 6 + abortGrace },
    row: { ...started, answer: '200', stopping: { why: 'cancel', at: start + 5, answer: 'lost', said: 'reset' } },
    told: [
      'AttemptEnded AbortUnconfirmed: The run should have stopped (cancel; answered: reset), but its end was not seen: the executor (harness) says Running. Known: key k, run run-1; the reply to the start was: 200. Look at runs with the key k.',
      `${touchedUnknown}, run Running`,
    ],
  },
  {
    ...{ what: 'that was accepted, has appeared', row: { phase: 'accepted', correlation: 'c' }, news: run },
    ...{ asked: ['look'], told: ['started run-1', 'RunStarted: Run run-1 started.'] },
  },
  {
    ...{ what: 'that was accepted, has appeared twice', row: { phase: 'accepted' }, news: several },
    ...{ asked: ['look'], told: severalTold },
  },
  {
    ...{ what: 'that was accepted, will never appear', row: { phase: 'accepted' } },
    ...{ news: { kind: 'failed', reason: 'TriggerFailed', message: 'No input set.' }, asked: ['look'] },
    told: ['AttemptEnded TriggerFailed: No input set.', 'untouched, not worth another try'],
  },
  {
    ...{ what: 'that was accepted, has not appeared yet', row: { phase: 'accepted' }, news: none },
    ...{ after: late, asked: ['look'], told: ['accepted'] },
  },
  {
    ...{ what: 'that was accepted, and is late, is looked up', row: { phase: 'accepted' }, after: late + 1 },
    ...{ news: none, asked: ['look'], told: startUnknown },
  },
  {
    ...{ what: 'that is paused, is left to the process that paused it', after: 30_000, row: { phase: 'paused' } },
    told: ['paused'],
  },
  {
    ...{ what: 'that is paused for too long, fails', after: 30_001, row: { phase: 'paused' } },
    told: ['AttemptRetryable NotStarted: The executor rejected the start.', 'untouched, worth another try'],
  },
  {
    ...{ what: 'that is paused until a time, is left until then', after: 40_000 },
    row: { phase: 'paused', turned_away: { reason: 'ExecutorThrottled', message: '429', until: start + 10_000 } },
    told: ['paused'],
  },
  {
    ...{ what: 'that is paused long after its time, fails with the reason of the pause', after: 40_001 },
    row: { phase: 'paused', turned_away: { reason: 'ExecutorThrottled', message: '429', until: start + 10_000 } },
    told: ['AttemptRetryable ExecutorThrottled: 429', 'untouched, worth another try'],
  },
  {
    ...{ what: 'that is queued, is left to the queue', row: { phase: 'queued', deadline: start + 9 }, after: 9 },
    told: ['queued'],
  },
  {
    ...{ what: 'that is queued for too long, fails', row: { phase: 'queued', deadline: start + 9 }, after: 10 },
    told: [
      `AttemptEnded StartNotPossible: ${queuedFor}our own request budget for the executor had no room`,
      'untouched, not worth another try',
    ],
  },
  {
    ...{ what: 'that is queued for too long after it was turned away, fails', after: 10 },
    row: { phase: 'queued', deadline: start + 9, turned_away: { reason: 'Throttled', message: '429', until: 0 } },
    told: [`AttemptEnded StartNotPossible: ${queuedFor}429`, 'untouched, not worth another try'],
  },
  {
    ...{ what: 'that is queued, of a cancelled batch, is left while its turn is open', isCancelled: true },
    ...{ row: { phase: 'queued' }, told: ['queued'] },
  },
  {
    ...{ what: 'that was sent out of the queue, is left to the process that sends it', after: late + intentGrace },
    ...{ row: { sent_at: start + late }, told: ['intended'] },
  },
  {
    ...{ what: 'that was sent out of the queue long ago, is looked up', after: late + intentGrace + 1 },
    ...{ row: { sent_at: start + late }, asked: ['look'], told: ['intended'] },
  },
  {
    ...{ what: 'that was sent late, may appear that much later', row: { phase: 'unknown', sent_at: start + late } },
    ...{ after: 2 * late, asked: ['look'], told: ['unknown'] },
  },
  {
    ...{ what: 'that was sent late, does not appear in time', row: { phase: 'unknown', sent_at: start + late } },
    ...{ after: 2 * late + 1, asked: ['look'], told: startUnknown },
  },
  {
    ...{ what: 'that starts to wait for a person, is left alone', row: started, state: waiting, after: timeout },
    told: ['started run-1', 'waits for a person since 900000'],
  },
  {
    ...{ what: 'that waits for a person, keeps all its time', row: asking(5), state: waiting },
    ...{ after: timeout + 6, told: ['started run-1', 'waits for a person since 5'] },
  },
  {
    ...{ what: 'that waits for a person as long as it may, is left alone', row: asking(5), state: waiting },
    ...{ after: day + 5, told: ['started run-1', 'waits for a person since 5'] },
  },
  {
    ...{ what: 'that waits for a person for too long, is aborted', row: asking(5), state: waiting, after: day + 6 },
    ...{ cancel: 'accepted', asked: ['cancel run-1'] },
    told: ['started run-1', 'waits for a person since 5', 'stopping accepted for person at 86400006'],
  },
  {
    ...{
      what: 'that waits for a person again, has the rest of its time',
      row: asking(5, day - 9),
      state: waiting,
      after: 15,
    },
    ...{ cancel: 'accepted', asked: ['cancel run-1'] },
    told: ['started run-1', 'waits for a person since 5', 'stopping accepted for person at 15'],
  },
  {
    ...{ what: 'that waits for a person, of a cancelled batch, is aborted', row: asking(5), state: waiting, after: 9 },
    ...{ isCancelled: true, cancel: 'accepted', asked: ['cancel run-1'] },
    told: ['started run-1', 'waits for a person since 5', 'stopping accepted for cancel at 9'],
  },
  {
    ...{
      what: 'whose person has acted, has its time from then on',
      row: asking(5),
      state: running,
      after: timeout + 9,
    },
    told: ['started run-1', `waited for a person for ${timeout + 4}, deadline ${2 * timeout + 4}`],
  },
  {
    ...{ what: 'that is first seen waiting for a person after its deadline, is left alone', row: started },
    ...{ state: waiting, after: timeout + 60_000, told: ['started run-1', 'waits for a person since 960000'] },
  },
  {
    ...{ what: 'seen so, goes on waiting', row: asking(timeout + 60_000), state: waiting, after: day },
    told: ['started run-1', 'waits for a person since 960000'],
  },
  {
    ...{ what: 'seen so, has ten minutes once its person has acted', row: asking(timeout + 60_000), state: running },
    ...{ after: timeout + 90_000, told: ['started run-1', `waited for a person for 30000, deadline ${1_590_000}`] },
  },
  {
    ...{ what: 'of one minute, seen so, has its minute', row: { ...minute(asking(90_000)) }, state: running },
    ...{ after: 100_000, told: ['started run-1', 'waited for a person for 10000, deadline 160000'] },
  },
  {
    ...{ what: 'whose stop was never sent, and which waits for a person, is left alone', state: waiting },
    ...{ row: { ...stopping('timeout', 'unsent', timeout + 1).row, stops: 1 }, after: timeout + 60_000 },
    told: ['started run-1', 'waits for a person since 960000'],
  },
  {
    ...{ what: 'whose stop was received, and which waits for a person, keeps its wait', state: waiting },
    ...{ row: { ...stopping('timeout', 'accepted', timeout + 1).row, stops: 1 }, after: timeout + 60_000 },
    told: ['started run-1', 'waits for a person since 960000', 'stopping accepted for timeout at 900001'],
  },
  {
    ...{ what: 'that cannot be read at its deadline, may be waiting for a person', row: started, news: away },
    ...{ after: timeout + abortGrace / 2, told: ['started run-1'] },
  },
  {
    ...{ what: 'that cannot be read long after its deadline, is aborted', row: started, news: away },
    ...{ after: timeout + abortGrace / 2 + 1, cancel: 'accepted', asked: ['cancel run-1'] },
    told: ['started run-1', 'stopping accepted for timeout at 1050001'],
  },
  {
    ...{
      what: 'that is looked at later, may be waiting for a person',
      row: started,
      isNotDue: true,
      after: timeout + 1,
    },
    told: ['started run-1'],
  },
  {
    ...{ what: 'that waited for a person, and cannot be read, keeps its wait', row: asking(5), news: away },
    ...{ after: timeout + 5 + abortGrace, told: ['started run-1', 'waits for a person since 5'] },
  },
  {
    ...{
      what: 'that waited for nobody, and was aborted',
      row: { ...asking(5), ...stopping('person', 'accepted', 9).row },
    },
    state: { phase: 'terminal', outcome: 'aborted', raw: 'Aborted' },
    told: [
      'AttemptEnded HumanWaitExpired: The run waited for a person in the executor for longer than `human_wait`, and was aborted.',
      'touched, not worth another try, run Aborted',
    ],
  },
  { what: 'that runs, is left alone', row: started, state: running, after: timeout, told: ['started run-1'] },
  { what: 'that is not known, is left alone', row: started, told: ['started run-1'] },
  {
    ...{ what: 'that runs after its deadline, is aborted', row: started, state: running, after: timeout + 1 },
    ...{
      cancel: 'accepted',
      asked: ['cancel run-1'],
      told: ['started run-1', 'stopping accepted for timeout at 900001'],
    },
  },
  {
    ...{ what: 'of a cancelled batch, is aborted', row: started, state: running, after: 5, isCancelled: true },
    ...{ cancel: 'no', asked: ['cancel run-1'], told: ['started run-1', 'stopping no for cancel at 5'] },
  },
  {
    ...{
      what: 'of a cancelled batch, is aborted for its deadline when that has passed',
      row: started,
      after: timeout + 1,
    },
    ...{ isCancelled: true, cancel: 'over', asked: ['cancel run-1'] },
    told: ['started run-1', 'stopping over for timeout at 900001'],
  },
  {
    ...{ what: 'that cannot be stopped for a cancel, goes on', ...stopping('cancel', 'no', 5), state: running },
    ...{ after: timeout, isCancelled: true, told: ['started run-1', 'stopping no for cancel at 5'] },
  },
  {
    ...{
      what: 'that cannot be stopped for a cancel, is to be stopped at its deadline',
      ...stopping('cancel', 'no', 5),
    },
    ...{ state: running, after: timeout + 1, isCancelled: true, cancel: 'accepted', asked: ['cancel run-1'] },
    told: ['started run-1', 'stopping accepted for timeout at 900001'],
  },
  {
    ...{ what: 'that is being stopped, is given time', ...stopping('cancel', 'accepted', 5), state: running },
    ...{ after: 5 + abortGrace, isCancelled: true, told: ['started run-1', 'stopping accepted for cancel at 5'] },
  },
  {
    ...{ what: 'that is being stopped, does not end', ...stopping('cancel', 'accepted', 5), state: running },
    ...{ after: 6 + abortGrace, isCancelled: true },
    told: unconfirmed('cancel', 'the executor (harness) says Running', ', run Running'),
  },
  {
    ...{ what: 'that cannot be stopped at its deadline, does not end', ...stopping('timeout', 'no', timeout) },
    ...{ after: timeout + 1 + abortGrace, state: { ...running, raw: '' } },
    told: unconfirmed('timeout', 'the executor (harness) does not know this run or gives no state for it'),
  },
  {
    ...{ what: 'that is being stopped, is no longer known', ...stopping('timeout', 'accepted', timeout) },
    after: timeout + 1 + abortGrace,
    told: unconfirmed('timeout', 'the executor (harness) does not know this run or gives no state for it'),
  },
  {
    ...{ what: 'that is being stopped, does not end, and is looked at later', ...stopping('cancel', 'accepted', 5) },
    ...{ isNotDue: true, after: 6 + abortGrace, told: ['started run-1', 'stopping accepted for cancel at 5'] },
  },
  {
    ...{ what: 'that is being stopped, cannot be read for the first time', ...stopping('cancel', 'accepted', 5) },
    ...{ news: away, unreadFor: 29_999, after: 6 + abortGrace },
    told: ['started run-1', 'stopping accepted for cancel at 5'],
  },
  {
    ...{ what: 'that is being stopped, cannot be read', ...stopping('cancel', 'accepted', 5) },
    ...{ news: away, after: 6 + abortGrace },
    told: unconfirmed('cancel', 'the executor (harness) could not be asked for the runs: it is down'),
  },
  {
    ...{
      what: 'that succeeded, is handed to the cluster',
      row: started,
      state: { ...ended, url: 'https://x' },
      after: timeout + 1,
    },
    told: [
      'answered RunSucceeded: The run succeeded (Success). The cluster is checked next.',
      'step verify, run Success https://x',
    ],
  },
  {
    ...{ what: 'that succeeded although it was to be stopped', ...stopping('timeout', 'accepted', 5), state: ended },
    told: [
      'answered RunSucceeded: The run succeeded (Success). The cluster is checked next.',
      'step verify, run Success',
    ],
  },
  {
    ...{ what: 'of a restore that succeeded', row: { ...started, wait: 'restore' }, state: ended },
    told: [
      'answered RestoreRunSucceeded: The run succeeded (Success). The cluster is checked next.',
      'step verify-restore, run Success',
    ],
  },
  {
    ...{ what: 'of a restore, of a cancelled batch, goes on', row: { ...started, wait: 'restore' }, state: running },
    ...{ isCancelled: true, told: ['started run-1'] },
  },
  {
    ...{ what: 'that failed', row: started, state: { phase: 'terminal', outcome: 'failed', raw: 'Failed' } },
    told: ['AttemptRetryable PipelineFailed: The pipeline failed.', 'touched, worth another try, run Failed'],
  },
  {
    ...{ what: 'that was aborted as we had asked', ...stopping('timeout', 'accepted', 5) },
    state: { phase: 'terminal', outcome: 'aborted', raw: 'Aborted' },
    told: [
      'AttemptRetryable Timeout: The run was still going at its timeout and was aborted.',
      'touched, worth another try, run Aborted',
    ],
  },
  {
    ...{ what: 'whose executor is down, is given time', row: { phase: 'unknown' }, news: away, asked: ['look'] },
    ...{ after: timeout + abortGrace, told: ['unknown'] },
  },
  {
    ...{ what: 'whose executor stays down, is UNKNOWN', row: { phase: 'unknown' } },
    ...{ news: away, asked: ['look'], after: timeout + abortGrace + 1, told: noTime },
  },
  {
    ...{ what: 'whose executor stays down, gets a little longer from a process that has just started' },
    ...{ row: { phase: 'unknown' }, news: away, asked: ['look'], after: timeout + abortGrace + 1, unreadFor: 29_999 },
    told: ['unknown'],
  },
  {
    ...{ what: 'of one minute, whose executor is down, has a minute more', row: minute({ phase: 'unknown' }) },
    ...{ news: away, asked: ['look'], after: 120_000, told: ['unknown'] },
  },
  {
    ...{
      what: 'of one minute, whose executor is still down after that, is UNKNOWN',
      row: minute({ phase: 'accepted' }),
    },
    ...{ news: away, asked: ['look'], after: 120_001, told: noTime },
  },
  {
    ...{ what: 'that runs, whose executor is still down after that, is UNKNOWN', row: minute(started) },
    ...{ news: away, after: 120_001, told: noTimeOfRun },
  },
  {
    ...{ what: 'whose stop was never sent, is stopped again', state: running, after: 9 },
    ...{ ...stopping('cancel', 'unsent', 5), isCancelled: true, cancel: 'accepted', asked: ['cancel run-1'] },
    told: ['started run-1', 'stopping accepted for cancel at 5'],
  },
  {
    ...{ what: 'whose stop at its deadline cannot be sent, is stopped for some minutes', state: running },
    ...{ ...stopping('timeout', 'unsent', timeout), after: timeout + abortGrace, cancel: 'accepted' },
    ...{ asked: ['cancel run-1'], told: ['started run-1', `stopping accepted for timeout at ${timeout}`] },
  },
  {
    ...{ what: 'whose stop at its deadline could never be sent, is UNKNOWN', state: running },
    ...{ ...stopping('timeout', 'unsent', timeout), after: timeout + abortGrace + 1 },
    told: unconfirmed('timeout', 'the executor (harness) says Running', ', run Running'),
  },
  {
    ...{
      what: 'whose stop for a cancel cannot be sent, is stopped again and again',
      state: running,
      isCancelled: true,
    },
    ...{ ...stopping('cancel', 'unsent', 5), after: abortGrace + 6, cancel: 'accepted', asked: ['cancel run-1'] },
    told: ['started run-1', 'stopping accepted for cancel at 5'],
  },
  ...([undefined, 'lost', 'accepted', 'over'] as const).map(
    (answer): Case => ({
      ...{ what: `whose stop was answered by ${answer}, is not stopped again, even at its deadline`, state: running },
      ...{ ...stopping('cancel', answer, timeout), isCancelled: true, after: timeout + 1 },
      told: ['started run-1', `stopping ${answer} for cancel at ${timeout}`],
    }),
  ),
];

/** It has waited for a person since this many milliseconds after the intent, and for some time before that. */
function asking(since: number, before?: number): Partial<RunWatchRow> {
  return { ...started, human_since: start + since, ...(before === undefined ? {} : { human_ms: before }) };
}

/** An attempt that has one minute. */
function minute(row: Partial<RunWatchRow>): Partial<RunWatchRow> {
  return { ...row, deadline: start + 60_000, deployment: { timeout: 60 } as RunWatchRow['deployment'] };
}

test.each(cases.map((one) => [one.what, one] as const))('a run %s', async (_, one) => {
  const { world, batchId: batch_id, deployment, item } = await aboutToStart();
  const wait = one.row?.wait ?? 'deploy-1';
  const row: RunWatchRow = {
    ...{
      batch_id,
      index: 0,
      wait,
      deployment,
      version: '3.0.2',
      key: 'k',
      phase: 'intended',
      at: start,
      deadline: start + timeout,
    },
    ...one.row,
    deployment: { ...deployment, ...one.row?.deployment },
  };
  const watch = keys.watch(executorWatcher(deployment.executor.account), batch_id, 0, wait);
  const runs = [{ executor: deployment.executor.account, key: 'k', attempt: 1 }];
  await world.table.transact([
    { put: itemOf(watch, row) },
    { put: itemOf(keys.item(batch_id, 0), { ...item, step: wait === 'restore' ? 'restore' : 'deploy', runs }) },
  ]);
  world.clock.time = start + (one.after ?? 0);
  const deps = { ...world.deps, pace: cloudPace };
  const watchedRun = watchedOf(deps, row);
  const asked: string[] = watchedRun === undefined || row.phase === 'started' ? [] : ['look'];
  const executor: Executor = {
    ...unaskedExecutor,
    lateStartMilliseconds: late,
    cancel: async (_request, ref) => {
      asked.push(`cancel ${ref}`);
      return { kind: one.cancel!, answer: '200' };
    },
  };
  const seen: News = one.state === undefined ? none : { kind: 'found', ref: 'run-1', state: one.state };
  const news = watchedRun === undefined || one.isNotDue ? undefined : (one.news ?? seen);
  const cancelled = one.isCancelled === true;
  const { unreadFor = 30_000 } = one;
  await followRun(deps, { row, executor, news, unreadFor, cancelled, beside: (act) => act(), latest: 0 });
  const watched = rowOf<RunWatchRow>(await world.table.get(watch));
  const answer = rowOf<AnswerRow>(await world.table.get(keys.answer(batch_id, 0, wait)));
  const now = rowOf<ItemRow>(await world.table.get(keys.item(batch_id, 0)))!;
  expect({ asked, told: toldOf({ watched, answer, now }) }).toEqual({ asked: one.asked ?? [], told: one.told });
});

interface Seen {
  readonly watched: RunWatchRow | undefined;
  readonly answer: AnswerRow | undefined;
  readonly now: ItemRow;
}

const toldOf = ({ watched, answer, now }: Seen): readonly string[] => {
  const { failure, reason, message, step } = now;
  const run = now.runs.at(-1)!;
  const ending = `${run.status === undefined ? '' : `run ${run.status}`}${run.url === undefined ? '' : ` ${run.url}`}`;
  if (watched !== undefined) {
    const { phase, ref, stopping: stop, human_since, human_ms, deadline } = watched;
    return [
      ref === undefined ? phase : `${phase} ${ref}`,
      ...(human_since === undefined ? [] : [`waits for a person since ${human_since - start}`]),
      ...(human_ms === undefined || human_since !== undefined
        ? []
        : [`waited for a person for ${human_ms}, deadline ${deadline - start}`]),
      ...(stop === undefined ? [] : [`stopping ${stop.answer} for ${stop.why} at ${stop.at - start}`]),
      ...(reason === 'TurnGranted' ? [] : [`${reason}: ${message}`]),
    ];
  }
  expect([answer?.reason, answer?.message]).toEqual([reason, message]);
  if (failure === undefined) return [`answered ${reason}: ${message}`, `step ${step}, ${ending}`];
  const then = failure.unknown ? 'unknown' : `${failure.retryable ? '' : 'not '}worth another try`;
  const words = [failure.touched ? 'touched' : 'untouched', then, ...(ending === '' ? [] : [ending])];
  return [`${answer?.error} ${reason}: ${message}`, words.join(', ')];
};
