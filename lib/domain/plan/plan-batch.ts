import type { Batch, Deployment } from '../batch/batch.ts';
import { type Catalogue, entryOf } from '../catalogue/catalogue.ts';
import { namesOfClusters } from '../catalogue/cluster-names.ts';
import { clusterOfAccount } from '../catalogue/executor-accounts.ts';
import {
  resolveExecutor,
  resolveInfrastructure,
  resolveRollout,
  resolveWorkload,
  serviceEntry,
} from '../catalogue/resolve.ts';
import { FlotillaError } from '../errors.ts';
import { actingOf } from './action.ts';
import { describeObject } from './describe-deployment.ts';
import { type Graph, longestChain, makeGraph } from './graph.ts';
import { type KeptDeployment, keptDeployment } from './kept-deployment.ts';
import { locksOfObject, type NamesOfClusters, targetOf } from './lock-names.ts';
import { decideOrder, type Order } from './order.ts';
import type { HealthCheck, Plan, PlannedDeployment, Replay } from './plan.ts';
import { canonicalJson, planHash } from './plan-hash.ts';

export interface PlanOptions {
  readonly warnings?: readonly string[];
  /** The clusters' names. Default: from the catalogue alone. */
  readonly namesOf?: NamesOfClusters;
  /** Only the names that are certain. Default: all of them. */
  readonly sureNamesOf?: NamesOfClusters;
}

/**
 * Freezes a valid batch: what runs where, in which order, under which limits. Pure: the same batch and catalogue give
 * the same plan. Throws ContractBroken if the batch did not come from `parseBatch` with this catalogue.
 */
export const planBatch = (
  batch: Batch,
  catalogue: Catalogue,
  { warnings = [], namesOf = namesOfClusters(catalogue, []), sureNamesOf = namesOf }: PlanOptions = {},
): Plan => {
  const graph = makeGraph(dependencyPlaces(batch.deployments));
  const priorities = batch.deployments.map((deployment) => deployment.priority);
  const order = decideOrder(graph, priorities);
  if (order.sequence.length < batch.deployments.length) throw broken('a cycle of dependencies');
  const inFileOrder = planDeployments(batch.deployments, graph, order, catalogue);
  const limits = limitsOf(inFileOrder, catalogue);
  const lines = hashedLines(batch.deployments, inFileOrder);
  const deployments = order.sequence.map((node) => inFileOrder[node]!);
  checkObjects(objectLocks(deployments, sureNamesOf), deployments);
  return {
    plan_hash: planHash([canonicalJson(batch.strategy), canonicalJson(limits), ...laneLines(batch), ...lines]),
    strategy: batch.strategy,
    ...laneOf(batch, inFileOrder),
    deployments,
    locks: objectLocks(deployments, namesOf),
    limits,
    critical_path: longestChain(graph, order.criticalPathLengths).map((node) => batch.deployments[node]!.key),
    warnings,
  };
};

/** Only a rollback has these. */
const laneOf = ({ lane, forced }: Batch, inFileOrder: readonly PlannedDeployment[]): Pick<Plan, 'lane' | 'forced'> => {
  if (lane === undefined) return {};
  if (forced === undefined || forced.length === 0) return { lane };
  const keys = new Set(forced);
  const indexes = inFileOrder.flatMap(({ key, index }) => (keys.has(key) ? [index] : []));
  return { lane, forced: indexes.sort((a, b) => a - b) };
};

const laneLines = ({ lane, forced = [] }: Batch): string[] =>
  lane === undefined ? [] : [canonicalJson({ lane, forced: forced.toSorted() })];

const broken = (what: string): FlotillaError =>
  new FlotillaError('ContractBroken', `A batch with ${what} cannot be planned.`);

const dependencyPlaces = (deployments: readonly Deployment[]): number[][] => {
  const places = new Map(deployments.map((deployment, place) => [deployment.key, place]));
  const placeOf = (key: string): number => {
    const place = places.get(key);
    if (place === undefined) throw broken(`the unknown dependency ${key}`);
    return place;
  };
  return deployments.map((deployment) => deployment.dependencies.map(placeOf));
};

type Placed = Pick<
  PlannedDeployment,
  'index' | 'key' | 'position' | 'dependencies' | 'level' | 'critical_path' | 'rank'
>;

/** As it was planned then. Only its place among the others, the place that asks its cluster, and its replay are new. */
const asPlannedThen = (
  { place: _, ...planned }: KeptDeployment,
  replay: Replay | undefined,
  placed: Placed & Pick<PlannedDeployment, 'place'>,
): PlannedDeployment => ({
  ...keptDeployment(planned),
  ...placed,
  ...(replay === undefined ? {} : { replay }),
});

const placedAt = ({ clusters }: Catalogue, cluster: string): Pick<PlannedDeployment, 'place'> => {
  const place = entryOf(clusters, cluster)?.place;
  return place === undefined ? {} : { place };
};

const planDeployments = (
  deployments: readonly Deployment[],
  graph: Graph,
  order: Order,
  catalogue: Catalogue,
): PlannedDeployment[] => {
  const indexes: number[] = new Array(deployments.length);
  order.sequence.forEach((node, index) => {
    indexes[node] = index;
  });
  // Field by field: spreading objects with this many fields would take half of the planning time.
  return deployments.map((item, node) => {
    const dependencies = graph.dependencies[node]!.map((dependency) => indexes[dependency]!).sort((a, b) => a - b);
    if (item.planned !== undefined) {
      return asPlannedThen(item.planned, item.replay, {
        ...placedAt(catalogue, item.planned.cluster),
        index: indexes[node]!,
        // In the batch of then it may have been alone, or on several infrastructures.
        key: item.key,
        position: item.position,
        dependencies,
        level: order.levels[node]!,
        critical_path: order.criticalPathLengths[node]!,
        rank: order.ranks[node]!,
      });
    }
    const cluster = clusterOf(item, catalogue);
    const rollout = resolveRollout(catalogue, item);
    return {
      index: indexes[node]!,
      key: item.key,
      position: item.position,
      pillar: item.pillar,
      service_name: item.service_name,
      ...(item.action === undefined ? {} : actingOf(item)),
      docker_artifact_type: item.docker_artifact_type,
      docker_image_version: item.docker_image_version,
      environment_id: item.environment_id,
      infrastructure_id: item.infrastructure_id,
      priority: item.priority,
      timeout: item.timeout,
      retry_count: item.retry_count,
      tags: item.tags,
      rollback_strategy: item.rollback_strategy,
      health_check: healthCheckOf(item, catalogue),
      dependencies,
      cluster,
      ...placedAt(catalogue, cluster),
      target: targetOf({
        environment_id: item.environment_id,
        cluster,
        pillar: item.pillar,
        service_name: item.service_name,
      }),
      workload: item.workload ?? resolveWorkload(catalogue, item),
      ...(rollout === undefined ? {} : { rollout }),
      executor: resolveExecutor(catalogue, item),
      level: order.levels[node]!,
      critical_path: order.criticalPathLengths[node]!,
      rank: order.ranks[node]!,
      ...(item.replay === undefined ? {} : { replay: item.replay }),
    };
  });
};

const objectLocks = (
  deployments: readonly PlannedDeployment[],
  namesOf: NamesOfClusters,
): readonly (readonly string[])[] => {
  const used = new Set(deployments.map(({ cluster }) => cluster));
  const names = new Map([...used].map((cluster) => [cluster, namesOf(cluster)]));
  return deployments.map(({ workload, cluster }) => locksOfObject(workload, names.get(cluster)!));
};

/**
 * If one batch changed an object twice, only the later change would last. `parseBatch` has refused what was known then.
 */
const checkObjects = (locks: readonly (readonly string[])[], deployments: readonly PlannedDeployment[]): void => {
  const owners = new Map<string, PlannedDeployment>();
  deployments.forEach((deployment, index) => {
    for (const lock of locks[index]!) {
      const other = owners.get(lock);
      if (other !== undefined) throw changedTwice(other, deployment);
      owners.set(lock, deployment);
    }
  });
};

const changedTwice = (one: PlannedDeployment, other: PlannedDeployment): FlotillaError => {
  const [first, second] = [one, other].map(({ key, infrastructure_id }) => `${key} on ${infrastructure_id}`);
  const message = `${first} and ${second} change the same object: ${describeObject(other)}.`;
  return new FlotillaError('BatchInvalid', message, { keys: [one.key, other.key] });
};

const clusterOf = ({ infrastructure_id }: Deployment, catalogue: Catalogue): string => {
  const cluster = resolveInfrastructure(catalogue, infrastructure_id)?.cluster;
  if (cluster === undefined) throw broken(`the unknown infrastructure ${infrastructure_id}`);
  return cluster;
};

const healthCheckOf = (
  { pillar, service_name, environment_id, health_check }: Deployment,
  catalogue: Catalogue,
): HealthCheck => {
  const { health_url: url, health } = serviceEntry(catalogue, pillar, service_name) ?? {};
  const [port] = health_check.port === undefined ? (health?.ports ?? []) : [];
  const keeps = entryOf(catalogue.environments, environment_id)?.keep_health_answers === true;
  return {
    ...health_check,
    ...(port === undefined ? {} : { port }),
    ...(url === undefined ? {} : { url }),
    ...(keeps ? { keep_answer: true as const } : {}),
  };
};

/**
 * One line per deployment, with everything that decides about it, in a fixed field order: sorting the keys of 10,000
 * objects takes longer than the rest of planning. Items are in file order, because it breaks ties. Dependencies are
 * sorted by name, because their order decides nothing.
 */
const hashedLines = (deployments: readonly Deployment[], planned: readonly PlannedDeployment[]): string[] => {
  const settingsText = new Map<object, string>();
  return planned.map((item, place) => {
    const { health_check: check, workload, executor } = item;
    const settings = settingsText.get(executor.settings) ?? canonicalJson(executor.settings);
    settingsText.set(executor.settings, settings);
    return JSON.stringify([
      ...[item.target, item.infrastructure_id, item.docker_artifact_type, item.docker_image_version],
      ...[item.priority, item.timeout, item.retry_count, item.rollback_strategy, item.tags],
      deployments[place]!.dependencies.toSorted(),
      ...[check.enabled, check.path, check.port, check.timeout, check.url],
      ...(check.keep_answer === true ? ['keep_answer'] : []),
      ...(item.rollout === undefined ? [] : [canonicalJson(item.rollout)]),
      ...[workload.kind, workload.name, workload.namespace, workload.container, workload.image],
      ...(workload.resource === undefined ? [] : [canonicalJson(workload.resource)]),
      ...[executor.name, executor.account, settings],
      ...(item.replay === undefined ? [] : [canonicalJson(item.replay)]),
      ...(item.action === undefined ? [] : [canonicalJson(actingOf(item))]),
    ]);
  });
};

/** Only what the plan touches: other environments' limits do not matter to it. */
const limitsOf = (planned: readonly PlannedDeployment[], catalogue: Catalogue): Record<string, number> => {
  const limits: Record<string, number> = {};
  const add = (
    prefix: string,
    nameOf: (item: PlannedDeployment) => string,
    limitOf: (name: string) => number | undefined,
  ): void => {
    for (const name of new Set(planned.map(nameOf))) {
      const limit = limitOf(name);
      if (limit !== undefined) limits[`${prefix}:${name}`] = limit;
    }
  };
  const { environments, pillars, clusters, harness } = catalogue;
  add(
    'environment',
    (item) => item.environment_id,
    (name) => entryOf(environments, name)?.max_concurrency,
  );
  add(
    'pillar',
    (item) => item.pillar,
    (name) => entryOf(pillars, name)?.max_concurrency,
  );
  add(
    'cluster',
    (item) => item.cluster,
    (name) => entryOf(clusters, name)?.max_concurrency,
  );
  add(
    'executor',
    (item) => item.executor.account,
    (account) => (clusterOfAccount(account) === undefined ? harness?.max_concurrency : undefined),
  );
  return limits;
};
