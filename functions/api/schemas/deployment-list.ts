import * as z from 'zod';
import type { DeploymentList } from '../../../lib/usecases/deployment/list-deployments.ts';
import { batchId } from './batch.ts';
import { deployment, exampleDeployment } from './deployment.ts';
import { count } from './status.ts';
import { viewSchema } from './view-schema.ts';

export const deploymentList = viewSchema<DeploymentList>()(
  z.object({
    batch_id: batchId,
    planned: z.boolean().describe('False: the order is the file order.'),
    total: count.describe('All that you may see, whether they match or not.'),
    deployments: z.array(deployment),
    limit: count.describe('The limit that was applied.'),
    next_after: z.string().exactOptional().describe('Send it as `after` to continue. A short page may have it, too.'),
  }),
);

export const exampleDeploymentList = {
  batch_id: '01M7Z82VGHV3GT6X1EMB454VBS',
  planned: true,
  total: 2,
  deployments: [exampleDeployment],
  limit: 100,
};
