import * as z from 'zod';
import type { AdoptedView } from '../../../lib/usecases/drift/adopt-target.ts';
import { count } from './status.ts';
import { exampleTarget, fieldDrifts, target } from './target.ts';
import { viewSchema } from './view-schema.ts';

export const adoption = viewSchema<AdoptedView>()(
  z.object({
    target,
    fields: fieldDrifts.describe('What was adopted: the first ten changed fields.'),
    count: count.describe('How many there are.'),
    message: z.string(),
    notes: z.array(z.string()).describe('What this means for the next deployment.'),
  }),
).meta({ id: 'Adoption', description: 'The adoption of what somebody changed at a target.' });

const { health: _, digest: __, ...standing } = exampleTarget;

export const exampleAdoption = {
  target: {
    ...standing,
    state: 'adopted',
    version: '1.4.1',
    adopted: { by: 'ada@example.com', reason: 'hotfix of the night' },
  },
  fields: [
    {
      object: 'deployment risk/cva',
      path: 'spec.template.spec.containers[name=app].image',
      from: 'registry.example/cva:1.4.0',
      to: 'registry.example/cva:1.4.1',
      manager: 'kubectl-set',
    },
  ],
  count: 1,
  message:
    'uat/eu-1/risk/cva: one difference was adopted, and version 1.4.1 runs there. Nothing was changed in the cluster.',
  notes: [
    'kubectl-set has these fields: a deployment with other values fails with FieldConflict, unless take_over of the environment names the owner.',
  ],
};
