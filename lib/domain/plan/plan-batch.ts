import type { Batch, Deployment } from '../batch/batch.ts';
import { type Catalogue, entryOf } from '../catalogue/catalogue.ts';
import { resolveExecutor, resolveInfrastructure, resolveWorkload, serviceEntry } from '../catalogue/resolve.ts';
import { FlotillaError } from '../errors.ts';
import { longestChain, makeGraph } from './graph.ts';
import { decideOrder, type Order } from './order.ts';
import type { Plan, PlannedDeployment } from './plan.ts';
import { canonicalJson, planHash } from './plan-hash.ts';

/**
 * Freezes a valid batch: what runs where, in which order, under which limits. Pure: the same batch and catalogue give the
 * same plan. Throws ContractBroken when the batch did not come from `parseBatch` with this catalogue.
 */
export const planBatch = (batch: Batch, catalogue: Catalogue, warnings: readonly string[] = []): Plan => {
  const graph = makeGraph(dependencyPlaces(batch.deployments));
  const priorities = batch.deployments.map((deployment) => deployment.priority);
  const order = decideOrder(graph, priorities);
  if (order.sequence.length < batch.deployments.length) throw broken('a cycle of dependencies');
  const resolved = batch.deployments.map((deployment) => resolve(deployment, catalogue));
  const limits = limitsOf(resolved, catalogue);
  return {
    plan_hash: planHash([
      canonicalJson(batch.strategy),
      canonicalJson(limits),
      ...hashedLines(batch.deployments, resolved),
    ]),
    strategy: batch.strategy,
    deployments: inPlanOrder(resolved, graph.dependencies, order),
    limits,
    critical_path: longestChain(graph, order.criticalPathLengths).map((node) => resolved[node]!.key),
    warnings,
  };
};

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

type Resolved = Omit<PlannedDeployment, 'index' | 'dependencies' | 'level' | 'critical_path' | 'rank'>;

const resolve = (deployment: Deployment, catalogue: Catalogue): Resolved => {
  const { line: _, executor: __, dependencies: ___, health_check, ...item } = deployment;
  const cluster = resolveInfrastructure(catalogue, deployment.infrastructure_id)?.cluster;
  if (cluster === undefined) throw broken(`the unknown infrastructure ${deployment.infrastructure_id}`);
  const url = serviceEntry(catalogue, deployment.pillar, deployment.service_name)?.health_url;
  return {
    ...item,
    health_check: url === undefined ? health_check : { ...health_check, url },
    cluster,
    target: `${deployment.environment_id}/${cluster}/${deployment.key}`,
    workload: resolveWorkload(catalogue, deployment),
    executor: resolveExecutor(catalogue, deployment),
  };
};

/**
 * One line for each deployment: what decides about it, field by field in a fixed order, since sorting the keys of 10,000
 * objects takes longer than all the rest of planning. The items are in file order, because that order decides between equals;
 * dependencies by name and sorted, because their order decides nothing.
 */
const hashedLines = (deployments: readonly Deployment[], resolved: readonly Resolved[]): string[] => {
  const settingsText = new Map<object, string>();
  return resolved.map(({ health_check: check, workload, executor, ...item }, place) => {
    const settings = settingsText.get(executor.settings) ?? canonicalJson(executor.settings);
    settingsText.set(executor.settings, settings);
    return JSON.stringify([
      [item.target, item.infrastructure_id, item.docker_artifact_type, item.docker_image_version],
      [item.priority, item.timeout, item.retry_count, item.rollback_strategy, item.tags],
      deployments[place]!.dependencies.toSorted(),
      [check.enabled, check.path, check.port, check.timeout, check.url],
      [workload.kind, workload.name, workload.namespace, workload.container, workload.image],
      [executor.name, executor.account, settings],
    ]);
  });
};

const inPlanOrder = (
  resolved: readonly Resolved[],
  dependencies: readonly (readonly number[])[],
  order: Order,
): PlannedDeployment[] => {
  const indexes: number[] = new Array(resolved.length);
  order.sequence.forEach((node, index) => {
    indexes[node] = index;
  });
  return order.sequence.map((node, index) => ({
    index,
    ...resolved[node]!,
    dependencies: dependencies[node]!.map((dependency) => indexes[dependency]!).sort((a, b) => a - b),
    level: order.levels[node]!,
    critical_path: order.criticalPathLengths[node]!,
    rank: order.ranks[node]!,
  }));
};

/** Only of what the plan touches: the limits of other environments are no business of this plan. */
const limitsOf = (resolved: readonly Resolved[], catalogue: Catalogue): Record<string, number> => {
  const limits: Record<string, number> = {};
  const add = (name: string, limit: number | undefined): void => {
    if (limit !== undefined) limits[name] = limit;
  };
  for (const { environment_id, pillar, cluster, executor } of resolved) {
    add(`environment:${environment_id}`, entryOf(catalogue.environments, environment_id)?.max_concurrency);
    add(`pillar:${pillar}`, entryOf(catalogue.pillars, pillar)?.max_concurrency);
    add(`cluster:${cluster}`, entryOf(catalogue.clusters, cluster)?.max_concurrency);
    add(`executor:${executor.account}`, catalogue.harness.max_concurrency);
  }
  return limits;
};
