import type { DeploymentView } from '../usecases/deployment/deployment-view.ts';
import type { ApiClient } from './api-client.ts';
import { posting } from './posting.ts';

export interface Resolution {
  /** The batch's id. */
  readonly id: string;
  readonly key: string;
  readonly status: string;
  readonly reason: string;
}

/** Tells the server the outcome of one deployment. */
export const sendResolution = (client: ApiClient, { id, key, status, reason }: Resolution): Promise<DeploymentView> =>
  client.ask(
    `/batches/${encodeURIComponent(id)}/deployments/${key.split('/').map(encodeURIComponent).join('/')}/resolve`,
    posting({ status, reason }),
  );
