import type { Catalogue } from '../../domain/catalogue/catalogue.ts';
import type { PlannedDeployment } from '../../domain/plan/plan.ts';
import { planBatch } from '../../domain/plan/plan-batch.ts';
import { readValidBatch } from '../../usecases/batch/read-valid-batch.ts';
import { posting } from '../posting.ts';
import { fetchWhole } from '../whole-answer.ts';

/**
 * Gives the simulated clusters an earlier version of every service of a batch, so that there is something to restore.
 */
export const seedEarlierVersions = async (
  text: string,
  catalogue: Catalogue,
  clusters: Readonly<Record<string, string>>,
): Promise<void> => {
  const { batch } = readValidBatch(text, catalogue);
  const byCluster = Map.groupBy(planBatch(batch, catalogue).deployments, ({ cluster }) => cluster);
  await Promise.all([...byCluster].map(([name, deployments]) => seed(clusters[name], deployments)));
};

const seed = async (cluster: string | undefined, deployments: readonly PlannedDeployment[]): Promise<void> => {
  const workloads = deployments.map(({ workload, docker_image_version }) => ({
    kind: workload.kind,
    name: workload.name,
    namespace: workload.namespace,
    image: `registry.example/${workload.name}:${earlierVersion(docker_image_version)}`,
  }));
  const { ok, text } = await fetchWhole(`${cluster}/simulator/seed`, {
    ...posting(workloads),
    credential: false,
  });
  if (!ok) throw new Error(`the simulated cluster was not seeded: ${text}`);
};

/** `3.0.1` precedes `3.0.2`, `4.1.0` precedes `4.2.0-missing`, and `5.0.0` precedes `6.0.0`. */
export const earlierVersion = (version: string): string => {
  const numbers = version
    .replace(/[^\d.].*$/, '')
    .split('.')
    .map(Number);
  const last = numbers.findLastIndex((number) => number > 0);
  return numbers.map((number, at) => (at === last ? number - 1 : number)).join('.');
};
