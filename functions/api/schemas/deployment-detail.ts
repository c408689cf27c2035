import * as z from 'zod';
import type { DeploymentDetail } from '../../../lib/usecases/deployment/read-deployment.ts';
import type { UnnumberedEvent } from '../../../lib/usecases/record/follow-feed.ts';
import { deployment, exampleDeployment } from './deployment.ts';
import { event } from './feed.ts';
import { count, links } from './status.ts';
import { viewSchema } from './view-schema.ts';

const unnumbered = viewSchema<UnnumberedEvent>()(
  event.omit({ number: true, previous: true, hash: true }).extend({
    number: count.exactOptional().describe('Its number in the feed; absent for a moment after it was written.'),
  }),
);

export const deploymentDetail = viewSchema<DeploymentDetail>()(
  deployment.extend({
    batch_id: z.string(),
    events: z.array(unnumbered).describe('Its latest changes, in order.'),
    has_earlier_events: z.boolean().describe('There are earlier ones, found only in the feed of the batch.'),
    links,
  }),
).meta({ id: 'DeploymentDetail', description: 'One deployment with its history.' });

export const exampleDetail = {
  batch_id: '01M7Z82VGHV3GT6X1EMB454VBS',
  ...exampleDeployment,
  events: [
    {
      batch_id: '01M7Z82VGHV3GT6X1EMB454VBS',
      type: 'deployment',
      index: 0,
      key: exampleDeployment.key,
      seq: 1,
      number: 3,
      at: '2026-11-21T14:27:38.112Z',
      actor: 'dispatcher',
      from: 'PENDING',
      from_reason: 'AwaitingTurn',
      to: 'PROCESSING',
      reason: 'TurnGranted',
      message: 'It is its turn.',
    },
  ],
  has_earlier_events: false,
  links: {
    self: `/batches/01M7Z82VGHV3GT6X1EMB454VBS/deployments/${exampleDeployment.key}`,
    batch: '/batches/01M7Z82VGHV3GT6X1EMB454VBS',
    logs: `/batches/01M7Z82VGHV3GT6X1EMB454VBS/deployments/${exampleDeployment.key}/logs`,
  },
};
