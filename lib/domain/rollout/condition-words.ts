/** The meaning of conditions and phases, by the conventions of the Kubernetes API and by what controllers write. */

/** One of these says that the object as a whole works. Nothing is healthy before one of them is there and True. */
export const summaries: readonly string[] = ['Ready', 'Available', 'Healthy', 'Succeeded', 'Complete', 'Completed'];

/**
 * True is good. In a healthy object, none of these may be anything else. The name may be prefixed with a part of the
 * object.
 */
const good =
  /(^|[a-z.-])(Ready|Available|Healthy|Succeeded|Accepted|Programmed|Synced|Established|Reconciled|Valid|Validated|Configured|Deployed|Installed|Provisioned|Created|Applied|Enforced|Bound|UpToDate|Refs|Released|Connected|Initialized)$/;

/** True says explicitly that it failed for good (`Stalled` is from kstatus). */
const failed: ReadonlySet<string> = new Set(['Stalled', 'Failed', 'Degraded', 'ErrorOccurred', 'InvalidSpec']);

/** True is somehow bad: not enough to fail, but too much to be healthy. */
const bad =
  /Fail|Error|Degraded|Invalid|Unhealthy|Terminal$|Recoverable|Conflict|Violation|NonStructural|Missing|Unavailable|NotReady|Pressure|Blocked|Denied|Rejected|Inconclusive|Fallback$|Stopped$/;

/** Says nothing about whether the object works: a scaler without work, a machine that cannot be moved. */
const neutral = /(^|[a-z])(Active|Migratable|Idle|Enabled|Deprecated|Outdated|ScalingLimited)$/;

/** True says that the controller is at work (`Reconciling` is from kstatus). */
const busy: ReadonlySet<string> = new Set([
  ...['Reconciling', 'Progressing', 'Issuing', 'Updating', 'Upgrading', 'Installing', 'Creating', 'Provisioning'],
  ...['Initializing', 'Deploying', 'Syncing', 'Migrating', 'Promoting', 'Pending', 'Terminating', 'Deleting'],
  ...['RollingUpdate', 'RolloutProgressing', 'Scaling', 'Restoring', 'Rebalancing', 'Restarting'],
]);

const inProgress = /(InProgress|Progressing)$/;

const suspended = /(^|[a-z])(Paused|Suspended)$|hibernation/i;

/**
 * `other`: the meaning is unknown, so it must not be False either, because most conditions are named for what is good.
 */
export type ConditionMeaning = 'good' | 'failed' | 'bad' | 'busy' | 'suspended' | 'neutral' | 'other';

/** The meaning of a True condition of this type. */
export function meaningOfCondition(type: string): ConditionMeaning {
  if (failed.has(type)) return 'failed';
  if (busy.has(type) || inProgress.test(type)) return 'busy';
  if (suspended.test(type)) return 'suspended';
  if (bad.test(type)) return 'bad';
  if (neutral.test(type)) return 'neutral';
  return good.test(type) ? 'good' : 'other';
}

/** Whether a reason names a failure, whatever the condition says. */
export const tellsOfFailure = (text: string): boolean =>
  /fail|error|invalid|not ?found|denied|reject|refused/i.test(text);

const endedBadly: ReadonlySet<string> = new Set(['failed', 'failure', 'error', 'errored', 'aborted', 'lost']);

const isDone: ReadonlySet<string> = new Set([
  ...['running', 'ready', 'active', 'bound', 'healthy', 'succeeded', 'successful', 'success', 'completed', 'complete'],
  ...['available', 'provisioned', 'deployed', 'established', 'created', 'synced', 'ok', 'online', 'normal', 'enabled'],
  ...['serving', 'initialized', 'stable', 'green', 'installed', 'connected', 'reconciled', 'accepted', 'applied'],
  ...['finished', 'done', 'valid', 'uptodate', 'cluster in healthy state'],
]);

const isUnderWay =
  /pending|progress|waiting|creating|updating|upgrading|initializing|unknown|paused|fail|degraded|unhealthy|error|_err$|_warn$/i;

/** For a part of an object: only unambiguous words. */
export const isUnfinished = (phase: string): boolean => endedBadly.has(phase.toLowerCase()) || isUnderWay.test(phase);

/** An unknown phase blocks success, because its meaning is unknown. */
export function meaningOfPhase(phase: string): 'done' | 'failed' | 'unknown' {
  const word = phase.toLowerCase();
  if (endedBadly.has(word)) return 'failed';
  return isDone.has(word) ? 'done' : 'unknown';
}
