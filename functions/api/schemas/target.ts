import * as z from 'zod';
import { targetStates } from '../../../lib/domain/targets/target-row.ts';
import type { TargetList } from '../../../lib/usecases/targets/list-targets.ts';
import type { StandingView, TargetView } from '../../../lib/usecases/targets/target-view.ts';
import { count, time } from './status.ts';
import { viewSchema } from './view-schema.ts';

/** Whoever submitted the batch of a change. */
export const byWhom = {
  by: z.string().exactOptional().describe('Who submitted that batch: the subject of their token.'),
  by_name: z.string().exactOptional().describe('The name that they go by.'),
};

const standingFields = {
  state: z.enum(targetStates).describe('What has become of the target.'),
  action: z.enum(['delete', 'scale']).exactOptional().describe('While it is changing, where nothing is deployed.'),
  replicas: count.exactOptional().describe('With scale: how many are asked for.'),
  version: z.string().exactOptional().describe('Absent where nobody can say.'),
  image: z.string().exactOptional().describe('The image that was seen then, in full.'),
  digest: z.string().exactOptional().describe('By which it was seen to run, in all pods that told it.'),
  since: time,
  batch_id: z.string(),
  index: count.describe('Place in the plan of that batch.'),
  infrastructure_id: z.string().exactOptional(),
  ...byWhom,
  health: z
    .object({ healthy: z.boolean(), reason: z.string(), at: time })
    .exactOptional()
    .describe('As it was when it was last looked at.'),
  adopted: z
    .object({
      by: z.string().exactOptional().describe('The subject of their token.'),
      by_name: z.string().exactOptional(),
      reason: z.string().exactOptional(),
    })
    .exactOptional()
    .describe('Who has taken what somebody changed there as right.'),
};

export const standing = viewSchema<StandingView>()(z.object(standingFields)).meta({
  id: 'Standing',
  description: 'What runs at a target, and whose deployment that was.',
});

/** Which target it is. */
export const targetPlace = {
  key: z.string().describe('`pillar/service_name`'),
  environment: z.string(),
  cluster: z.string(),
};

export const fieldDrifts = z.array(
  z.object({
    object: z.string().describe('Kind, namespace and name.'),
    path: z.string().exactOptional().describe('Absent where the object itself is gone.'),
    from: z.string().exactOptional().describe('As it was deployed.'),
    to: z.string().exactOptional().describe('As it is now; absent where it is gone.'),
    manager: z.string().exactOptional().describe('The field manager who has it now.'),
  }),
);

const drift = z
  .object({
    since: time.describe('When a survey first saw it so.'),
    count: count.describe('How many fields are not as they were deployed.'),
    fields: fieldDrifts.describe('The first ten of them.'),
  })
  .describe('Somebody has changed it since it was deployed.');

export const target = viewSchema<TargetView>()(
  z.object({
    ...targetPlace,
    ...standingFields,
    in_work: z.string().exactOptional().describe('While it is changing: the batch that is at work there.'),
    held: z
      .array(z.string())
      .exactOptional()
      .describe('Ids of what would keep a deployment from its turn there, the oldest first, at most three.'),
    before: standing.exactOptional().describe('While it is changing: what was there before; absent where nothing was.'),
    drift: drift.exactOptional(),
  }),
).meta({ id: 'Target', description: 'What runs at a service on a cluster in an environment.' });

export const targetList = viewSchema<TargetList>()(
  z.object({
    targets: z.array(target).describe('Sorted by environment, cluster, pillar and service.'),
    limit: count.describe('What was applied.'),
    next_after: z.string().exactOptional().describe('Send it as `after` to read on.'),
  }),
);

export const exampleTarget = {
  key: 'risk/cva',
  environment: 'uat',
  cluster: 'eu-1',
  state: 'verified',
  version: '1.4.0',
  digest: `sha256:${'5e8b'.repeat(16)}`,
  since: '2026-11-21T14:03:11.512Z',
  batch_id: '01M7Z8HOLD00000000000000AA',
  index: 4,
  infrastructure_id: 'eu',
  by: 'ada@example.com',
  by_name: 'Ada Lovelace',
  health: { healthy: true, reason: 'RolloutComplete', at: '2026-11-21T14:03:11.512Z' },
};
