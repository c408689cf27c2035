import { isLeftAlone, isWorthAnotherTry } from '../../domain/deployment/rollout-failure.ts';
import { isFlotillaError } from '../../domain/errors.ts';
import { shownHealthAddress } from '../../domain/health/health-address.ts';
import {
  type HealthJudgement,
  healthRequestOf,
  nextHealthCheck,
  startHealthChecks,
} from '../../domain/health/health-schedule.ts';
import { actingOf, deploys, isDelete } from '../../domain/plan/action.ts';
import type { Cluster, HealthAnswer, HealthRequest, WorkloadView } from '../../domain/ports.ts';
import type { Evidence } from '../../domain/record/evidence.ts';
import { foreignLines } from '../../domain/record/foreign-text.ts';
import { clusterWatcher } from '../../domain/record/keys.ts';
import type { Failure, ItemRow, Restore } from '../../domain/record/rows.ts';
import type { RolloutWatchRow } from '../../domain/record/watch-rows.ts';
import { ttlOf } from '../../domain/rollout/baseline.ts';
import { podsToUnblock } from '../../domain/rollout/blocking-pod.ts';
import { isExpectedImage } from '../../domain/rollout/expected-image.ts';
import { type Finding, wantsLog } from '../../domain/rollout/judgement.ts';
import { remedyFor } from '../../domain/rollout/remedy.ts';
import { judgeRollout } from '../../domain/rollout/verdict.ts';
import { fittingText, settleFailure } from '../deployment/settle-failure.ts';
import { settleSuccess } from '../deployment/settle-success.ts';
import type { Deps } from '../deps.ts';
import { type PlaceOfWait, settleWait } from '../wait/settle-wait.ts';
import { progressOf } from './keep-progress.ts';
import { serviceSeen } from './known-container.ts';
import type { Observation, RolloutMemory } from './rollout-memory.ts';
import { runningVersion } from './running-version.ts';
import { unblock } from './unblock.ts';

type Needs = Pick<Deps, 'table' | 'workflow' | 'clock' | 'random' | 'ids'>;

const actor = 'observer';
const logLines = 20;

/**
 * Takes one look at one rollout: first the cluster's own state, then the health check, and the deadline above both.
 * Returns true when it is settled.
 */
export const judgeOnce = async (deps: Needs, observation: Observation): Promise<boolean> => {
  const { row, view, memory } = observation;
  const { deployment, expected, baseline } = row;
  const previous = progressOf(row, memory);
  const { progress, ...finding } = judgeRollout({
    workload: deployment.workload,
    expected,
    baseline,
    view,
    ...(previous === undefined ? {} : { previous }),
    now: deps.clock.now(),
    ...(deploys(deployment) ? {} : { acting: actingOf(deployment) }),
    ...(deployment.rollout && { settings: deployment.rollout }),
    ...(row.since === undefined ? {} : { since: row.since }),
  });
  memory.progress = progress;
  memory.seenAt = deps.clock.now();
  memory.last = finding;
  if (finding.verdict === 'healthy' && (await isHealthy(deps, observation, finding))) return true;
  if (finding.verdict === 'waiting' && deployment.rollout?.unblock && deploys(deployment))
    await unblockPods(deps, observation);
  if (finding.verdict === 'failing') await settleBad(deps, observation, finding);
  else if (finding.unknown) await settleUnknown(deps, observation, finding);
  else if (deps.clock.now() > row.deadline) await settleTimeout(deps, observation);
  else return false;
  return true;
};

/** Only once the requested image is in place; otherwise the cluster's state is about something else. */
const unblockPods = async (deps: Needs, { row, cluster, view, memory }: Observation): Promise<void> => {
  const { deployment, expected } = row;
  const { workload } = deployment;
  if (isExpectedImage({ workload, expected, view }) === false) return;
  memory.unblocked ??= new Map();
  await unblock(deps, { row, cluster, pods: podsToUnblock(workload, view), known: memory.unblocked });
};

const placeOf = ({ batch_id, index, wait, deployment }: RolloutWatchRow): PlaceOfWait => ({
  batch_id,
  index,
  wait,
  watcher: clusterWatcher(deployment.cluster),
});

/** True when the rollout is settled. Without a health check, the cluster's state is enough. */
const isHealthy = async (deps: Needs, observation: Observation, finding: Finding): Promise<boolean> => {
  const checked = await checkHealth(deps, observation);
  if (checked === 'off') await settleGood(deps, observation, finding, '');
  else if (checked === undefined || checked.verdict === 'waiting') return false;
  else if (checked.verdict === 'healthy') await settleGood(deps, observation, finding, ` Health: ${checked.message}.`);
  else await settleBad(deps, observation, checked);
  return true;
};

/** Nothing runs that could answer. */
const isStopped = (deployment: RolloutWatchRow['deployment']): boolean =>
  isDelete(deployment) || deployment.replicas === 0;

/** At most one request at a time per rollout, and none before it is due. Undefined: nothing new. */
const checkHealth = async (
  deps: Needs,
  { row, cluster, memory }: Observation,
): Promise<HealthJudgement | 'off' | undefined> => {
  const request = isStopped(row.deployment) ? undefined : healthRequestOf(row.deployment);
  if (request === undefined) return 'off';
  const now = deps.clock.now();
  if (now < (memory.healthDue ?? 0)) return undefined;
  memory.health ??= startHealthChecks(row.deployment.health_check, now, row.deadline);
  const answer = await probe(cluster, request);
  const address = shownHealthAddress(request, row.deployment.cluster);
  const keepsAnswer = row.deployment.health_check.keep_answer === true;
  const judged = nextHealthCheck(memory.health, answer, { now, random: deps.random.next(), address, keepsAnswer });
  memory.health = judged.state;
  memory.last = judged;
  if (judged.waitUntil !== undefined) memory.healthDue = judged.waitUntil;
  return judged;
};

const probe = async (cluster: Cluster, request: HealthRequest): Promise<HealthAnswer> => {
  try {
    return await cluster.probe(request);
  } catch (error) {
    if (isFlotillaError(error, 'ClusterUnavailable')) return { message: error.message };
    throw error;
  }
};

const settleGood = (
  deps: Needs,
  { row, view, memory }: Observation,
  finding: Finding,
  health: string,
): Promise<void> => {
  const { reason, warnings = [] } = finding;
  const message = fittingText(`${finding.message}${byDigest(finding)}.${health}`);
  if (row.wait === 'verify-restore') return settleRestored(deps, row, { reason, message });
  const seen = {
    verified: true,
    ...(deploys(row.deployment) ? {} : { verified_as: reason }),
    warnings: warnings.map(fittingText),
    ...serviceSeen(row, view),
    ...(finding.digest === undefined ? {} : { digest: finding.digest }),
    ...ttlSeen(row, view, memory),
  } as const;
  return settleSuccess(deps, { place: placeOf(row), row, reason, message, seen });
};

/** The time to live of a Job that is there, or was. */
const ttlSeen = (
  { deployment }: RolloutWatchRow,
  { workload }: WorkloadView,
  { progress }: RolloutMemory,
): Pick<ItemRow, 'ttl_seconds'> => {
  if (workload !== undefined) return ttlOf(deployment.workload, workload);
  const ttl_seconds = progress?.made?.ttl_seconds;
  return ttl_seconds === undefined ? {} : { ttl_seconds };
};

/** Skipped if the message already contains it. */
const byDigest = ({ digest, message }: Finding): string =>
  digest === undefined || message.includes(digest) ? '' : `, by digest ${digest}`;

const settleRestored = (
  deps: Needs,
  row: RolloutWatchRow,
  answer: { readonly reason: string; readonly message: string },
): Promise<void> =>
  settleWait(deps, placeOf(row), ({ runs }) => {
    const isRun = runs.some(({ attempt }) => attempt === 'restore');
    const how = isRun ? putBack(row, answer.reason) : foundInPlace(row);
    const restore: Restore = {
      ok: true,
      reason: 'RestoredPreviousRelease',
      message: `${how} verified: ${answer.message}`,
    };
    const health = { healthy: true, reason: answer.reason, at: deps.clock.now() };
    return { answer, patch: { restore, health }, actor };
  });

const putBack = ({ expected, deployment: { action, replicas } }: RolloutWatchRow, reason: string): string => {
  if (action === 'scale') return `${replicas} replicas were restored and`;
  return `Version ${expected.version} ${reason === 'AlreadyRunning' ? 'is in place' : 'was restored'} and`;
};

/** No restore was run. The pipeline may have rolled back by itself, or may have failed before it changed anything. */
const foundInPlace = ({ expected, untouched }: RolloutWatchRow): string =>
  `Nothing had to be restored. The previous release, version ${expected.version}, ${untouched ? 'still ran' : 'ran again'} and was`;

const leftAlone =
  'It was left unchanged. Find out who set it, or what the pipeline made of the version, then deploy again.';

type Bad = Pick<Finding, 'reason' | 'message' | 'evidence' | 'warnings'>;

const settleBad = async (deps: Needs, { row, cluster, view }: Observation, finding: Bad): Promise<void> => {
  const { reason } = finding;
  const isTheirs = isLeftAlone(reason);
  // A failed restore is reported with its reason in words, because no other field holds it.
  const told = row.wait === 'verify-restore' ? inWords(finding) : finding.message;
  const message = isTheirs ? `${finding.message}. ${leftAlone}` : told;
  const evidence = await withLogs(cluster, row, finding.evidence);
  const failure: Failure = {
    reason,
    message,
    evidence,
    retryable: isWorthAnotherTry(reason),
    touched: true,
    ...(isTheirs ? { superseded: true, ...runningVersion(row.deployment, view) } : {}),
  };
  await settleFailure(deps, { place: placeOf(row), deployment: row.deployment, failure, actor });
};

const withLogs = (
  cluster: Cluster,
  row: RolloutWatchRow,
  evidence: readonly Evidence[] = [],
): Promise<readonly Evidence[]> => Promise.all(evidence.map((one) => withLog(cluster, row, one)));

/** The last lines help a person. If they cannot be read, the verdict still stands. */
const withLog = async (cluster: Cluster, { deployment }: RolloutWatchRow, evidence: Evidence): Promise<Evidence> => {
  if (!wantsLog(evidence as Parameters<typeof wantsLog>[0]) || evidence.container === undefined) return evidence;
  try {
    const log = await cluster.logs(deployment.workload.namespace, evidence.name, evidence.container, logLines);
    return log.length === 0 ? evidence : { ...evidence, log: foreignLines(log, lineLength) };
  } catch (error) {
    if (isFlotillaError(error, 'ClusterUnavailable')) return evidence;
    throw error;
  }
};

/** A table item holds 400 KB, and a row keeps the evidence of five pods twice: in the failure and in the outcome. */
const lineLength = 300;

/** It ended unseen, so a person says how. */
const settleUnknown = async (deps: Needs, { row }: Observation, { reason, message }: Finding): Promise<void> => {
  const failure: Failure = { reason, message, unknown: true, touched: true };
  await settleFailure(deps, { place: placeOf(row), deployment: row.deployment, failure, actor });
};

const settleTimeout = async (deps: Needs, { row, cluster, memory }: Observation): Promise<void> => {
  const last = memory.last!; // there is a look before every end
  const failure: Failure = {
    reason: 'Timeout',
    message: `The rollout was not healthy when its timeout ended. Last seen: ${inWords(last)}`,
    evidence: await withLogs(cluster, row, last.evidence),
    retryable: true,
    touched: true,
  };
  await settleFailure(deps, { place: placeOf(row), deployment: row.deployment, failure, actor });
};

const inWords = ({ reason, message, warnings = [] }: Bad): string =>
  [`${reason}: ${message}`, ...warnings.map((warning) => `Besides: ${warning}`), remedyFor(reason)]
    .map((sentence) => `${sentence}.`)
    .join(' ');

/**
 * Nobody could look, so the outcome is unknown (batch-format section 11, item 18). Before the deadline the cluster may
 * still recover.
 */
export const noteUnreachable = async (
  deps: Needs,
  { row, memory, cause }: Pick<Observation, 'row' | 'memory'> & { readonly cause: string },
): Promise<boolean> => {
  memory.last = { reason: 'ClusterUnavailable', message: cause };
  if (deps.clock.now() <= row.deadline) return false;
  const message = `The executor is done, but the cluster did not answer until the timeout ended: ${cause}`;
  const failure: Failure = { reason: 'ClusterUnavailable', message, unknown: true, touched: true };
  await settleFailure(deps, { place: placeOf(row), deployment: row.deployment, failure, actor });
  return true;
};
