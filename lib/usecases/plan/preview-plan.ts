import { describeDeployment } from '../../domain/plan/describe-deployment.ts';
import type { Plan, PlannedDeployment, Strategy } from '../../domain/plan/plan.ts';
import { planBatch } from '../../domain/plan/plan-batch.ts';
import { readValidBatch } from '../batch/read-valid-batch.ts';
import type { Deps } from '../deps.ts';

export interface PlanPreview {
  readonly plan_hash: string;
  readonly total: number;
  readonly levels: number;
  readonly strategy: Strategy;
  readonly limits: Readonly<Record<string, number>>;
  readonly critical_path: readonly string[];
  readonly warnings: readonly string[];
  /** What of it would only be simulated. */
  readonly simulated: { readonly harness: boolean; readonly clusters: readonly string[] };
  /** In plan order. */
  readonly deployments: readonly DeploymentPreview[];
}

interface DeploymentPreview {
  readonly index: number;
  readonly key: string;
  readonly level: number;
  /** Among deployments that may start, the smaller rank goes first. */
  readonly rank: number;
  readonly priority: number;
  readonly docker_image_version: string;
  readonly environment_id: string;
  readonly cluster: string;
  readonly namespace: string;
  readonly executor: string;
  readonly dependencies: readonly string[];
  readonly steps: readonly string[];
}

/** Shows what a batch would do. Nothing is written and nobody is asked. */
export const previewPlan = async (
  deps: Pick<Deps, 'catalogue'>,
  input: { readonly text: string },
): Promise<PlanPreview> => {
  const catalogue = await deps.catalogue();
  const { batch, warnings } = readValidBatch(input.text, catalogue);
  const plan = planBatch(batch, catalogue, warnings);
  const used = new Set(plan.deployments.map(({ cluster }) => cluster));
  const clusters = [...used].filter((name) => catalogue.clusters[name]?.simulated === true).sort();
  return {
    plan_hash: plan.plan_hash,
    total: plan.deployments.length,
    levels: plan.deployments.reduce((most, { level }) => Math.max(most, level + 1), 0),
    strategy: plan.strategy,
    limits: plan.limits,
    critical_path: plan.critical_path,
    warnings: plan.warnings,
    simulated: { harness: catalogue.harness.simulated, clusters },
    deployments: plan.deployments.map((deployment) => previewDeployment(plan, deployment)),
  };
};

const previewDeployment = (plan: Plan, deployment: PlannedDeployment): DeploymentPreview => {
  const dependencies = deployment.dependencies.map((index) => plan.deployments[index]!.key);
  return {
    index: deployment.index,
    key: deployment.key,
    level: deployment.level,
    rank: deployment.rank,
    priority: deployment.priority,
    docker_image_version: deployment.docker_image_version,
    environment_id: deployment.environment_id,
    cluster: deployment.cluster,
    namespace: deployment.workload.namespace,
    executor: deployment.executor.name,
    dependencies,
    steps: describeDeployment(deployment, dependencies),
  };
};
