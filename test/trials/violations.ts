import { isTerminal } from '../../lib/domain/deployment/status.ts';
import type { ItemRow } from '../../lib/domain/record/rows.ts';
import { type FaultName, type RouteName, ruleOf } from '../../lib/simulators/harness/fault-rules.ts';
import type { FaultOrder } from '../../lib/simulators/harness/fault-schema.ts';
import type { RunReport } from '../../lib/simulators/harness/simulator-routes.ts';
import type { Trial } from './draw-trial.ts';

/** How a trial ended: what Flotilla reports, and what really happened. */
export interface Ended {
  /** Whether the batch was sealed, and no work was left, within two days. */
  readonly isOver: boolean;
  readonly batchId: string;
  readonly items: readonly ItemRow[];
  readonly runs: readonly RunReport[];
  /** Version on the cluster, by service. */
  readonly running: Readonly<Record<string, string | undefined>>;
  readonly hours: number;
}

/** What must hold in every trial; each violation in a sentence. */
export const violationsOf = (trial: Trial, ended: Ended): readonly string[] => {
  if (!ended.isOver) return ['the batch did not end'];
  return [...startedTwice(ended), ...ended.items.flatMap((item) => wrongIn(trial, ended, item))];
};

const startedTwice = ({ runs }: Ended): readonly string[] => {
  const counts = new Map<string, number>();
  for (const { key = '' } of runs) counts.set(key, (counts.get(key) ?? 0) + 1);
  return [...counts].flatMap(([key, count]) => (count > 1 ? [`${key} was started ${count} times`] : []));
};

const wrongIn = (trial: Trial, ended: Ended, item: ItemRow): readonly string[] => {
  const { status, outcome } = item;
  const told = `${item.key} ended ${status} / ${outcome?.reason}`;
  if (outcome === undefined || !isTerminal(status)) return [`${told}, which is not final`];
  const runs = ended.runs.filter(({ key = '' }) => key.startsWith(`${ended.batchId}-${item.index}-`));
  if (status === 'UNKNOWN')
    return excusesOf(trial, item, runs).length > 0
      ? []
      : [`${told}, although everything could be known: ${outcome.message}`];
  return [
    ...runs.flatMap((run) => (isOverBefore(run, outcome.ended_at) ? [] : [`${told} while ${run.key} was at work`])),
    ...wrongEnd(ended, item, runs).map((what) => `${told}, and ${what}`),
  ];
};

const isOverBefore = ({ ended_at: at }: RunReport, end: number): boolean => at !== undefined && at <= end;

/** Reasons that say that the last attempt started no run. */
const neverStarted: ReadonlySet<string> = new Set([
  'ExecutorRejected',
  'ExecutorThrottled',
  'ExecutorUnreachable',
  'ExecutorUnavailable',
  'TriggerFailed',
  'NotStarted',
  'StartNotPossible',
]);

/** What Harness must say of a run for which this reason is given. */
const trueEnds: Readonly<Record<string, string>> = {
  PipelineFailed: 'Failed, Errored',
  PipelineAborted: 'Aborted',
  PipelineExpired: 'Expired',
  PipelineApprovalRejected: 'ApprovalRejected',
  PipelineFrozen: 'AbortedByFreeze',
  PipelineSkipped: 'Skipped, Suspended',
  Timeout: 'Aborted, Expired',
  HumanWaitExpired: 'Aborted',
};

const wrongEnd = ({ running }: Ended, item: ItemRow, runs: readonly RunReport[]): readonly string[] => {
  const { status, outcome, attempt, restore } = item;
  const stands = running[item.key.split('/')[1]!];
  const ofAttempt = runs.filter(({ key = '' }) => key.endsWith(`-${attempt}`));
  const ends = ofAttempt.map((run) => run.status).join();
  if (status === 'SUCCESS')
    return stands === '2.0.0' && ends === 'Success' ? [] : [`its run was ${ends}, and ${stands} runs`];
  if (restore?.ok === true && stands !== '1.0.0') return [`${stands} runs`];
  const reason = outcome?.failure?.reason ?? outcome?.reason ?? '';
  const expected = trueEnds[reason];
  if (expected !== undefined && !expected.split(', ').includes(ends))
    return [`${reason} is given for a run that was ${ends}`];
  if (neverStarted.has(reason) && ofAttempt.length > 0) return [`its attempt ${attempt} has a run: ${ends}`];
  if (status === 'FAILED' && ends === 'Success' && stands === '2.0.0')
    return ['its run succeeded, and the requested version runs'];
  return [];
};

/** Reads that always fail tell nothing. An occasional fault is no excuse. */
const isBlind = ({ faults }: Trial): boolean =>
  faults.some(
    (order) => isOfRequest(order) && isAlways(order) && routesOf(order).some((route) => !notReads.has(route)),
  );

const notReads: ReadonlySet<RouteName> = new Set<RouteName>(['webhook', 'execute', 'abort']);
const isOfRequest = ({ fault }: FaultOrder): boolean => ruleOf(fault).strikes === 'request';
const isAlways = ({ times, every, share }: FaultOrder): boolean =>
  times === undefined && every === undefined && share === undefined;
const routesOf = ({ fault, on }: FaultOrder): readonly RouteName[] => on ?? ruleOf(fault).on ?? [];

/** The answer of a start, or its event, may have been lost: then the key alone leads to the run, if there is one. */
const mayBeLost = ({ faults, kills }: Trial): boolean =>
  kills.some(({ name }) => starters.has(name)) ||
  faults.some((order) => order.fault === 'lose-event' || (losing.has(order.fault) && routesOf(order).some(isStart)));

/**
 * After these it is unknown whether a request was carried out. A start that is refused, or never sent, certainly was
 * not.
 */
const losing: ReadonlySet<FaultName> = new Set<FaultName>(['drop-reply', 'server-error', 'html-error', 'slow-answer']);
/** Functions that send starts, and may die between sending one and writing down the answer. */
const starters: ReadonlySet<string> = new Set(['start-deployment', 'start-restore', 'watch-executor']);
const isStart = (route: RouteName): boolean => route === 'webhook' || route === 'execute';

const isKeyHidden = ({ mode, installation, faults }: Trial): boolean =>
  mode === 'execute'
    ? installation.notes === 'hidden' || hasFault(faults, 'hide-notes')
    : installation.payload === 'hidden' || hasFault(faults, 'hide-payload', 'lose-event');

const hasFault = (faults: readonly FaultOrder[], ...names: readonly FaultName[]): boolean =>
  faults.some(({ fault }) => names.includes(fault));

/** Why the outcome could not be known; empty when it could. */
const excusesOf = (trial: Trial, item: ItemRow, runs: readonly RunReport[]): readonly string[] => {
  const { faults } = trial;
  const end = item.outcome?.ended_at ?? 0;
  const last = runs.filter(({ key = '' }) => key.endsWith(`-${item.step === 'restore' ? 'restore' : item.attempt}`));
  const isAtWork = runs.some((run) => !isOverBefore(run, end));
  const told: Readonly<Record<string, boolean>> = {
    'reads always fail': isBlind(trial),
    'its run was forgotten': hasFault(faults, 'forget-run'),
    'its start was lost, and no run came': mayBeLost(trial) && last.length === 0,
    'its start was lost, and its key is shown nowhere': mayBeLost(trial) && isKeyHidden(trial),
    'its run appeared late': hasFault(faults, 'late-run', 'late-event'),
    'its run could not be stopped': isAtWork && hasFault(faults, 'refuse-abort', 'ignore-abort', 'slow-abort'),
    'its abort was lost': isAtWork && faults.some((order) => isOfRequest(order) && routesOf(order).includes('abort')),
  };
  return Object.keys(told).filter((why) => told[why]);
};
