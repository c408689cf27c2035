import { clusterOfAccount } from '../../domain/catalogue/executor-accounts.ts';
import { actingOf, doesWhat } from '../../domain/plan/action.ts';
import { type KeptDeployment, type WatchedDeployment, watchedDeployment } from '../../domain/plan/kept-deployment.ts';
import type { Replay } from '../../domain/plan/plan.ts';
import type { RunRequest, Write } from '../../domain/ports.ts';
import { changeItem } from '../../domain/record/change.ts';
import { executorWatcher, keys } from '../../domain/record/keys.ts';
import {
  type CaptureRow,
  type Failure,
  type ItemRow,
  itemOf,
  type LockRow,
  type Run,
  rowOf,
  type TurnRow,
} from '../../domain/record/rows.ts';
import type { RunWatchRow } from '../../domain/record/watch-rows.ts';
import { attemptSeconds } from '../../domain/strategy/steps-of.ts';
import { endedStanding } from '../../domain/targets/ended-standing.ts';
import { supersededSince } from '../../domain/targets/superseded.ts';
import type { TargetRow } from '../../domain/targets/target-row.ts';
import type { Deps } from '../deps.ts';
import { executionTold } from '../execution-told.ts';
import { retryConflict } from '../retry-conflict.ts';
import { noteAnswer, noteOutage } from '../schedule/outages.ts';
import { intentNowWrites } from '../targets/now-writes.ts';
import { type NowRead, readTarget } from '../targets/read-now.ts';
import { readSubmitter } from '../targets/read-submitter.ts';
import type { PlaceOfWait } from '../wait/settle-wait.ts';
import { ensureWatcher } from '../wait/watchers.ts';
import { endInHold, giveBackForExecutor, tellOthers } from './give-back.ts';
import { pauseStart, resumeStart } from './pause-start.ts';
import { queueStart } from './queue-start.ts';
import { hasReturned, ofThisTurn, turnReturned } from './return-turn.ts';
import { settleFailure } from './settle-failure.ts';
import { isHeld, noTurn, readStanding } from './standing.ts';
import { isOutOfReach, type Pauses, startRun } from './start-run.ts';
import { takeAnswer } from './take-answer.ts';

type Needs = Pick<Deps, 'table' | 'workflow' | 'clock' | 'random' | 'ids' | 'pace' | 'executor'>;

export interface Launch {
  readonly place: PlaceOfWait;
  /** The deployment as planned; a restore has the earlier release's. */
  readonly deployment: WatchedDeployment;
  readonly version: string;
  readonly attempt: number | 'restore';
  /** For a rollback or retry: the first intent is valid only while nobody else has changed the target since. */
  readonly replay?: Replay | undefined;
  /** The execution that requests it. */
  readonly executionArn?: string;
}

/**
 * Starts a run at most once. First writes the intent, and only under an open grant. A caller that finds an intent
 * leaves the run to the poller, because the executor may or may not have been called. Returns false when this call
 * started nothing.
 */
export const launchRun = async (deps: Needs, launch: Launch): Promise<boolean> => {
  // Before the intent: an executor that is not configured must not leave one behind.
  const executor = await deps.executor(launch.deployment.executor.account);
  // The sweeper only knows watchers that were requested once. It must know this one in case this process dies with the
  // intent.
  await ensureWatcher(deps, launch.place.watcher, functionsOf(launch));
  const intended = await writeIntent(deps, launch);
  if (intended === undefined) return false;
  // Again, now that there is something to watch: the watcher may have left meanwhile.
  await ensureWatcher(deps, launch.place.watcher, functionsOf(launch));
  const started = await startRun(deps, executor, intended.request, pausesOf(deps, launch));
  await noteReached(deps, launch, { tries: intended.tries, started });
  if (isAway(started) && launch.attempt !== 'restore') await giveBackForExecutor(deps, launch.place, started);
  if (started.kind === 'refused') await giveUp(deps, launch, started.failure);
  else if (started.kind === 'queued') await queueStart(deps, launch.place, started);
  else await takeAnswer(deps, launch, started);
  return started.kind !== 'refused';
};

/** Functions outside any place call executors that are APIs. */
const functionsOf = ({ deployment: { executor, place } }: Launch): string | undefined =>
  clusterOfAccount(executor.account) === undefined ? undefined : place;

type Started = Awaited<ReturnType<typeof startRun>>;

const isAway = (started: Started): started is Extract<Started, { readonly kind: 'rejected' }> =>
  started.kind === 'rejected' && started.retryable && isOutOfReach(started);

/** A lost reply, or a start that our own budget had no room for, says nothing about the executor. */
const hasAnswered = (started: Started): boolean =>
  started.kind === 'queued' ? started.turned_away !== undefined : !['refused', 'unknown'].includes(started.kind);

interface Reached {
  readonly tries: TurnRow['tries'];
  readonly started: Started;
}

const noteReached = async (deps: Needs, { deployment }: Launch, { tries, started }: Reached): Promise<void> => {
  const asked = { scope: { executor: deployment.executor.account }, tries };
  if (isAway(started)) await noteOutage(deps, asked, started.message);
  else if (hasAnswered(started)) await noteAnswer(deps, asked);
};

const pausesOf = (deps: Needs, launch: Launch): Pauses => ({
  begin: (paused) => pauseStart(deps, launch.place, paused),
  end: async (asked) => {
    const refusal = await retryConflict(deps, () => refusalAfterPause(deps, launch));
    if (refusal !== undefined) return refusal;
    return (await resumeStart(deps, launch, asked)) ? undefined : noTurn;
  },
});

/** Nothing was started during the pause. If a hold has come meanwhile, the turn is given back. */
const refusalAfterPause = async (deps: Needs, { place }: Launch): Promise<Failure | undefined> => {
  const { item, turn, refusal } = await readStanding(deps, place);
  if (refusal !== undefined || item === undefined || turn === undefined || !isHeld(place, turn)) return refusal;
  if (await isAnswered(deps, place)) return noTurn;
  const withdrawn = { place, phase: 'paused' } as const;
  return tellOthers(deps, place, () => endInHold(deps, { item, turn, withdrawn }));
};

interface IntentRow {
  readonly key: string;
  readonly at: number;
  /** Identifies the call that wrote it. */
  readonly mark: string;
}

interface Intended {
  readonly request: RunRequest;
  /** From its turn. */
  readonly tries: TurnRow['tries'];
}

/** Undefined if somebody else has written an intent, or there is no turn to act under. */
const writeIntent = async (deps: Needs, launch: Launch): Promise<Intended | undefined> => {
  const { batch_id, index, wait } = launch.place;
  // A table may fail and still have taken the write. The mark lets this call recognise its own intent.
  const mark = deps.ids.next();
  let tries: TurnRow['tries'];
  return retryConflict(deps, async () => {
    const intent = rowOf<IntentRow>(await deps.table.get(keys.attempt(batch_id, index, wait)));
    if (intent?.mark === mark) {
      const { now } = await readTarget(deps, launch.deployment.target);
      return { request: requestAt(launch, { at: intent.at, now }), tries };
    }
    if (intent !== undefined || (await isRestored(deps, launch))) return undefined;
    const { item, turn, refusal } = await readStanding(deps, launch.place);
    if (item !== undefined) await refuseReturned(deps, launch, { item, turn });
    if (item === undefined || turn?.fence === undefined || refusal !== undefined) {
      await giveUp(deps, launch, refusal ?? noTurn);
      return undefined;
    }
    if (isHeld(launch.place, turn)) {
      await giveUp(deps, launch, await endInHold(deps, { item, turn }));
      return undefined;
    }
    tries = turn.tries;
    const now = await readTarget(deps, launch.deployment.target);
    const superseded = isBegun(item) ? undefined : supersededAt(launch, now);
    if (superseded !== undefined) {
      await giveUp(deps, launch, superseded);
      return undefined;
    }
    const who = await readSubmitter(deps, now.now, launch.place);
    const request = requestAt(launch, { at: deps.clock.now(), now: now.now });
    const lock: Pick<LockRow, 'batch_id' | 'index' | 'fence'> = { batch_id, index, fence: turn.fence };
    await deps.table.transact([
      ...intentWrites(launch, { item, request, mark }),
      ...intentNowWrites(now, { ...launch, who, at: request.at }),
      ...onlyUnanswered(launch),
      // A restore finishes what was begun, so it is allowed even if the batch was cancelled since.
      { check: keys.turn(batch_id, index), when: { equals: { fence: turn.fence, state: turn.state } } },
      ...locksOfTurn(turn).map((name): Write => ({ check: keys.lock(name), when: { equals: { ...lock } } })),
    ]);
    return { request, tries };
  });
};

/** After a turn was given back, perhaps for days, the deployment starts from scratch. */
const isBegun = ({ runs, returns }: ItemRow): boolean => runs.length > 0 && returns === undefined;

const supersededAt = ({ place, deployment, replay }: Launch, { now }: NowRead): Failure | undefined =>
  replay === undefined ? undefined : supersededSince(now, { place, deployment, replay });

/**
 * Giving a turn back deletes what Capture kept. A late invocation must not start under the next turn, perhaps days
 * later. It returns to AwaitTurn.
 */
const refuseReturned = async (
  { table }: Needs,
  { attempt, place: { batch_id, index } }: Launch,
  { item, turn }: { readonly item: ItemRow; readonly turn: TurnRow | undefined },
): Promise<void> => {
  if (attempt === 'restore' || item.returns === undefined || item.outcome !== undefined) return;
  const isCaptured = async () =>
    ofThisTurn(turn, rowOf<CaptureRow>(await table.get(keys.capture(batch_id, index)))) !== undefined;
  if (hasReturned(item) || !(await isCaptured())) throw turnReturned('It gave its turn back.');
};

/** Turns from when only targets were locked name just their target. */
const locksOfTurn = ({ locks, target }: TurnRow): readonly string[] => locks ?? [target];

const requestAt = (
  { place: { batch_id, index }, deployment, version, attempt }: Launch,
  { at, now }: { readonly at: number; readonly now: TargetRow | undefined },
): RunRequest => {
  const key = `${batch_id}-${index}-${attempt}`;
  return { key, batch_id, deployment, version, at, ...adoptedBefore(now) };
};

/** Holds for later attempts too: NOW keeps what was there before the first one. */
const adoptedBefore = (now: TargetRow | undefined): Pick<RunRequest, 'adopted'> => {
  const objects = endedStanding(now)?.adopted?.objects;
  return objects === undefined ? {} : { adopted: objects };
};

/** A restore with nothing to run is answered without an intent. */
const isRestored = async (deps: Needs, { attempt, place }: Launch): Promise<boolean> =>
  attempt === 'restore' && (await isAnswered(deps, place));

const isAnswered = async ({ table }: Needs, { batch_id, index, wait }: PlaceOfWait): Promise<boolean> =>
  (await table.get(keys.answer(batch_id, index, wait))) !== undefined;

const onlyUnanswered = ({ attempt, place: { batch_id, index, wait } }: Launch): Write[] =>
  attempt === 'restore' ? [{ check: keys.answer(batch_id, index, wait), when: { exists: false } }] : [];

const intentWrites = (
  { place, deployment, version, attempt, executionArn }: Launch,
  { item, request, mark }: { readonly item: ItemRow; readonly request: RunRequest; readonly mark: string },
): Write[] => {
  const { batch_id, index, wait, watcher } = place;
  const { at, key, adopted } = request;
  const deadline = at + attemptSeconds(deployment, { isRestore: attempt === 'restore' }) * 1_000;
  const run: Run = { executor: deployment.executor.account, key, attempt };
  const watch: RunWatchRow = {
    batch_id,
    index,
    wait,
    deployment: watchedDeployment(deployment),
    version,
    key,
    ...(adopted === undefined ? {} : { adopted }),
    phase: 'intended',
    asked: 0,
    at,
    deadline,
  };
  const { failure: earlier, health: _, ...clean } = item;
  const restoring = attempt === 'restore';
  const change = changeItem(
    restoring && earlier !== undefined ? { ...clean, failure: earlier } : clean,
    {
      status: 'PROCESSING',
      reason: restoring ? 'Restoring' : 'Deploying',
      message: restoring
        ? restores(deployment, version)
        : `Attempt ${attempt}: ${doesWhat(deployment, version)}${isAtOnce(deployment) ? ' at once' : ''}.`,
      step: restoring ? 'restore' : 'deploy',
      runs: [...item.runs, run],
      deadline,
      ...(executionArn === undefined ? {} : { execution_arn: executionArn }),
    },
    {
      at,
      actor: 'executor',
      detail: {
        attempt,
        key,
        ...(version === '' ? {} : { version }),
        ...actingOf(deployment),
        ...executionTold(executionArn),
      },
    },
  );
  return [
    {
      put: itemOf(keys.attempt(batch_id, index, wait), { key, at, mark } satisfies IntentRow),
      when: { exists: false },
    },
    ...change.writes,
    { put: itemOf(keys.watch(watcher, batch_id, index, wait), watch) },
  ];
};

/** Whether it skips the steps that its service takes. */
const isAtOnce = ({ executor }: WatchedDeployment): boolean => executor.settings.at_once === true;

const restores = ({ action, replicas }: WatchedDeployment, version: string): string =>
  action === 'scale' ? `Restores ${replicas} replicas.` : `Restores version ${version}.`;

const giveUp = (deps: Needs, { place, deployment }: Launch, failure: Failure): Promise<void> =>
  settleFailure(deps, { place, deployment, failure, actor: 'executor' });

/** The wait for a run, as followed by the poller of the executor's account. */
export const runPlace = (
  { batch_id, index }: { readonly batch_id: string; readonly index: number },
  wait: PlaceOfWait['wait'],
  { executor }: KeptDeployment,
): PlaceOfWait => ({ batch_id, index, wait, watcher: executorWatcher(executor.account) });
