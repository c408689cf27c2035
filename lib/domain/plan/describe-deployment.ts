import { counted } from '../counted.ts';
import { withoutQuery } from '../health/health-address.ts';
import type { KubernetesSettings } from '../manifests/kubernetes-settings.ts';
import { nameOfSource } from '../manifests/source-name.ts';
import { describeStrategy } from '../strategy/describe-step.ts';
import { strategyOf } from '../strategy/steps-of.ts';
import { deploys, isDelete } from './action.ts';
import {
  type HealthCheck,
  kindNameOf,
  type PlannedDeployment,
  type RollbackStrategy,
  type WorkloadKind,
} from './plan.ts';

/** What would be done for a deployment, one sentence per step, in order. */
export const describeDeployment = (deployment: PlannedDeployment, waitsFor: readonly string[]): readonly string[] => [
  ...(waitsFor.length === 0
    ? []
    : [`waits until ${listed(waitsFor)} ${waitsFor.length === 1 ? 'has' : 'have'} succeeded`]),
  describeRun(deployment),
  ...describeSteps(deployment),
  describeVerification(deployment),
  ...(isDelete(deployment) ? [] : [...describeRollout(deployment), ...describeHealthCheck(deployment.health_check)]),
  deployment.workload.kind === 'job' && deployment.rollback_strategy === 'automatic'
    ? 'on failure: restores nothing, because the previous job would run again'
    : restoreSentence(deployment),
];

const describeRun = (deployment: PlannedDeployment) => {
  const { executor, docker_image_version, environment_id, timeout, retry_count } = deployment;
  const pipeline = executor.settings.pipeline;
  const what = typeof pipeline === 'string' ? `${executor.name} pipeline ${pipeline}` : executor.name;
  const tries = retry_count === 0 ? 'one try' : `up to ${retry_count + 1} tries`;
  const long = `${tries} of ${timeout} s`;
  if (isDelete(deployment)) return `${what} deletes ${describeObject(deployment)} and all else of its release: ${long}`;
  if (!deploys(deployment)) return `${what} scales ${describeObject(deployment)} to ${deployment.replicas}: ${long}`;
  if (executor.name === 'kubernetes') return `${describeApply(deployment)} in ${environment_id}: ${long}`;
  return `runs ${what} with ${docker_image_version} in ${environment_id}: ${long}`;
};

/** The steps in which a new version takes over; or that it skips them although its service has them. */
const describeSteps = (deployment: PlannedDeployment): readonly string[] => {
  const strategy = strategyOf(deployment);
  if (strategy !== undefined) return [describeStrategy(strategy)];
  const isAtOnce = (deployment.executor.settings as KubernetesSettings).at_once === true;
  return isAtOnce ? ['takes over at once, without the steps of its service'] : [];
};

const describeApply = (deployment: PlannedDeployment): string => {
  const { executor, docker_image_version } = deployment;
  const { manifests, prune } = executor.settings as KubernetesSettings;
  if (manifests === undefined) return `sets the image of ${describeObject(deployment)} to ${docker_image_version}`;
  const { from, revision } = manifests;
  const where = from === undefined ? 'its manifests' : `the manifests of ${nameOfSource(from)}`;
  const at = revision === undefined ? '' : ` at ${revision}`;
  const pruned = prune === true ? ', and deletes what the previous release had beyond them,' : '';
  return `applies ${where}${at} with ${docker_image_version}${pruned}`;
};

/** What it changes on its cluster. */
export const describeObject = ({ workload, cluster }: Pick<PlannedDeployment, 'workload' | 'cluster'>): string =>
  `${kindNameOf(workload)} ${workload.namespace}/${workload.name} on ${cluster}`;

const describeVerification = (deployment: PlannedDeployment): string => {
  const { image } = deployment.workload;
  const object = describeObject(deployment);
  if (isDelete(deployment)) return `verifies that ${object} is gone`;
  if (!deploys(deployment)) return `verifies that ${deployment.replicas} replicas of ${object} are ready`;
  return `verifies that ${object}${image === undefined ? ' rolls out' : ` runs ${image} and rolls out`}`;
};

const notLookedAt = 'its containers are not checked';

/** The kinds for which containers' exits and run times do not count. */
const unaffected: Readonly<
  Partial<Record<WorkloadKind, { readonly crash_tolerance: string; readonly steady_seconds: string }>>
> = {
  job: { crash_tolerance: 'its backoffLimit counts', steady_seconds: 'it has to complete' },
  cronjob: { crash_tolerance: notLookedAt, steady_seconds: notLookedAt },
  'knative-service': { crash_tolerance: notLookedAt, steady_seconds: notLookedAt },
  certificate: { crash_tolerance: notLookedAt, steady_seconds: notLookedAt },
  custom: { crash_tolerance: notLookedAt, steady_seconds: notLookedAt },
};

const describeRollout = ({ rollout = {}, workload }: PlannedDeployment): readonly string[] => {
  const { crash_tolerance: ends, steady_seconds, unblock } = rollout;
  const why = unaffected[workload.kind];
  const unless = (setting: string, reason: string | undefined, effect: string): string =>
    reason === undefined ? effect : `${setting} has no effect on a ${kindNameOf(workload)}: ${reason}`;
  const unblocks = 'deletes a broken pod of an earlier revision that blocks the rollout';
  return [
    ...(ends === undefined
      ? []
      : [
          unless(
            'crash_tolerance',
            why?.crash_tolerance,
            `fails when a container has ended more than ${counted(ends, 'time')}`,
          ),
        ]),
    ...(steady_seconds === undefined
      ? []
      : [
          unless(
            'steady_seconds',
            why?.steady_seconds,
            `expects containers without a readiness probe to have run for ${steady_seconds} s`,
          ),
        ]),
    ...(unblock === true
      ? [unless('unblock', workload.kind === 'statefulset' ? undefined : 'it is for a statefulset', unblocks)]
      : []),
  ];
};

const describeHealthCheck = ({ enabled, path, port, url }: HealthCheck): readonly string[] => {
  if (!enabled) return [];
  if (url !== undefined) return [`expects a good answer from ${url}`];
  if (path === undefined) return [];
  return [`expects a good answer from ${withoutQuery(path)}${port === undefined ? '' : ` on port ${port}`}`];
};

const restoreSentences: Readonly<Record<RollbackStrategy, string>> = {
  automatic: 'on failure: restores the last good release and verifies it',
  manual: 'on failure: leaves what runs as it is, for a person to decide',
  none: 'on failure: leaves what runs as it is',
};

const restoreSentence = (deployment: PlannedDeployment): string => {
  const { rollback_strategy: strategy } = deployment;
  if (deploys(deployment) || strategy !== 'automatic') return restoreSentences[strategy];
  return isDelete(deployment)
    ? restoreSentences.automatic
    : 'on failure: restores the previous number of replicas and verifies it';
};

const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
