import type { DeploymentView } from '../usecases/deployment/deployment-view.ts';
import type { DeploymentList } from '../usecases/deployment/list-deployments.ts';
import type { ApiClient } from './api-client.ts';

/** All deployments of a batch, page by page. */
export const readDeployments = async (
  client: ApiClient,
  batchId: string,
  signal?: AbortSignal,
): Promise<readonly DeploymentView[]> => {
  const deployments: DeploymentView[] = [];
  let after: number | undefined = -1;
  while (after !== undefined) {
    const path = `/batches/${encodeURIComponent(batchId)}/deployments?limit=1000&after=${after}`;
    const page: DeploymentList = await client.ask<DeploymentList>(path, signal === undefined ? {} : { signal });
    deployments.push(...page.deployments);
    after = page.next_after;
  }
  return deployments;
};
