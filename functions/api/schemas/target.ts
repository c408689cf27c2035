import * as z from 'zod';
import { targetStates } from '../../../lib/domain/targets/target-row.ts';
import type { TargetList } from '../../../lib/usecases/targets/list-targets.ts';
import type { StandingView, TargetView } from '../../../lib/usecases/targets/target-view.ts';
import { count, time } from './status.ts';
import { viewSchema } from './view-schema.ts';

/** Who submitted the batch of a change. */
export const byWhom = {
  by: z.string().exactOptional().describe('Who submitted that batch: the subject of their token.'),
  by_name: z.string().exactOptional().describe('Their name.'),
};

const standingFields = {
  state: z.enum(targetStates).describe('The state of the target.'),
  action: z.enum(['delete', 'scale']).exactOptional().describe('Present while a delete or scale is changing it.'),
  replicas: count.exactOptional().describe('For a scale: the requested number.'),
  version: z.string().exactOptional().describe('Absent if unknown.'),
  image: z.string().exactOptional().describe('The full image reference seen then.'),
  digest: z.string().exactOptional().describe('The digest seen to run, from all pods that report one.'),
  since: time,
  batch_id: z.string(),
  index: count.describe('Index in the plan of that batch.'),
  infrastructure_id: z.string().exactOptional(),
  ...byWhom,
  health: z
    .object({ healthy: z.boolean(), reason: z.string(), at: time })
    .exactOptional()
    .describe('The health when it was last checked.'),
  adopted: z
    .object({
      by: z.string().exactOptional().describe('The subject of their token.'),
      by_name: z.string().exactOptional(),
      reason: z.string().exactOptional(),
    })
    .exactOptional()
    .describe('Who adopted what somebody had changed there.'),
};

export const standing = viewSchema<StandingView>()(z.object(standingFields)).meta({
  id: 'Standing',
  description: 'What runs at a target, and who deployed it.',
});

/** The fields that identify a target. */
export const targetPlace = {
  key: z.string().describe('`pillar/service_name`'),
  environment: z.string(),
  cluster: z.string(),
};

export const fieldDrifts = z.array(
  z.object({
    object: z.string().describe('Kind, namespace and name.'),
    path: z.string().exactOptional().describe('Absent if the object itself is gone.'),
    from: z.string().exactOptional().describe('The value as deployed.'),
    to: z.string().exactOptional().describe('The value now; absent if it is gone.'),
    manager: z.string().exactOptional().describe('The field manager that has it now.'),
  }),
);

const drift = z
  .object({
    since: time.describe('When a survey first saw it.'),
    count: count.describe('How many fields differ from what was deployed.'),
    fields: fieldDrifts.describe('The first ten of them.'),
  })
  .describe('Somebody has changed it since it was deployed.');

export const target = viewSchema<TargetView>()(
  z.object({
    ...targetPlace,
    ...standingFields,
    in_work: z.string().exactOptional().describe('While it is changing: the batch at work there.'),
    held: z
      .array(z.string())
      .exactOptional()
      .describe('The ids of at most three holds, oldest first, that would keep a deployment from its turn there.'),
    before: standing.exactOptional().describe('While it is changing: what was there before; absent if nothing was.'),
    drift: drift.exactOptional(),
  }),
).meta({ id: 'Target', description: 'A service on a cluster in an environment, and what runs there.' });

export const targetList = viewSchema<TargetList>()(
  z.object({
    targets: z.array(target).describe('Sorted by environment, cluster, pillar and service.'),
    limit: count.describe('The limit that was applied.'),
    next_after: z.string().exactOptional().describe('Send it as `after` to continue.'),
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
