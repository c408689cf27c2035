import * as z from 'zod';
import { differences } from '../../../lib/domain/targets/compare-service.ts';
import type { ServiceDifference, TargetDiff } from '../../../lib/usecases/targets/diff-targets.ts';
import { count } from './status.ts';
import { exampleTarget, target } from './target.ts';
import { viewSchema } from './view-schema.ts';

const serviceDifference = viewSchema<ServiceDifference>()(
  z.object({
    key: z.string().describe('`pillar/service_name`'),
    differs: z
      .array(z.enum(differences))
      .describe(
        'It exists in only one; has another version; another digest of the same version; or is failed, unknown or changing in one.',
      ),
    from: z.array(target),
    to: z.array(target),
  }),
).meta({ id: 'ServiceDifference', description: 'A service that differs between two environments.' });

export const targetDiff = viewSchema<TargetDiff>()(
  z.object({
    from: z.string(),
    to: z.string(),
    differences: z.array(serviceDifference),
    compared: count.describe('How many services were compared for this page.'),
    limit: count.describe('The limit that was applied.'),
    next_after: z.string().exactOptional().describe('Send it as `after` to continue.'),
  }),
);

export const exampleDiff = {
  from: 'sit',
  to: 'uat',
  differences: [{ key: 'risk/cva', differs: ['only_to'], from: [], to: [exampleTarget] }],
  compared: 240,
  limit: 100,
};
