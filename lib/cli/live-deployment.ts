import type { DeploymentView } from '../usecases/deployment/deployment-view.ts';
import type { DeploymentLine } from './tables.ts';

/** What the live view knows about a deployment: the API's answer, updated by events. */
export interface LiveDeployment
  extends DeploymentLine,
    Partial<Pick<DeploymentView, 'environment_id' | 'started_at' | 'ended_at' | 'root' | 'failure'>> {
  readonly runs?: readonly { readonly executor: string }[];
}
