import type { DeploymentView } from '../usecases/deployment/deployment-view.ts';
import type { DeploymentList } from '../usecases/deployment/list-deployments.ts';
import type { ApiClient } from './api-client.ts';
import { readPages } from './read-pages.ts';

export interface DeploymentsAsked {
  /** The filters, as a query; none for all. */
  readonly query?: string;
  readonly signal?: AbortSignal;
}

/** All matching deployments of a batch, page by page. */
export const readDeployments = async (
  client: ApiClient,
  batchId: string,
  { query = '', signal }: DeploymentsAsked = {},
): Promise<readonly DeploymentView[]> => {
  const asked = `/batches/${encodeURIComponent(batchId)}/deployments?${query === '' ? '' : `${query}&`}limit=1000`;
  const pages = await readPages<DeploymentList>({ client }, asked, { signal });
  return pages.flatMap((page) => page.deployments);
};
