import * as z from 'zod';
import { hookTimes } from '../../../lib/domain/manifests/check-identity.ts';
import type { ManifestsPreview } from '../../../lib/domain/manifests/preview-manifests.ts';
import type { DeploymentPreview, PlanPreview } from '../../../lib/usecases/plan/preview-plan.ts';
import { strategy } from './batch.ts';
import { hold } from './hold.ts';
import { count, status, time } from './status.ts';
import { viewSchema } from './view-schema.ts';
import { lock } from './waiting.ts';

const recorded = z.object({
  version: z.string().exactOptional().describe('Absent if unknown.'),
  batch_id: z.string(),
  at: time,
  ended: z.object({ status, reason: z.string(), version: z.string() }).exactOptional(),
  last_verified: z.string().exactOptional(),
  target: z.string().exactOptional().describe('Set if another target leads to the same object.'),
});

const source = z.union([
  z.object({ s3: z.string() }),
  z.object({ git: z.string(), ref: z.string(), path: z.string().exactOptional() }),
]);

const object = z.object({
  api_version: z.string(),
  kind: z.string(),
  namespace: z.string().exactOptional().describe('Absent for kinds that have none.'),
  name: z.string(),
  hook: z.enum(hookTimes).exactOptional(),
});

const manifests = viewSchema<ManifestsPreview>()(
  z.object({
    sha256: z.string().exactOptional().describe('Of their text. Absent until they are fetched.'),
    from: source.exactOptional().describe('Absent if the batch or the configuration contains them.'),
    revision: z.string().exactOptional().describe('The commit, or the version of the object in S3.'),
    pause_seconds: count
      .exactOptional()
      .describe('Seconds for which their Argo Rollout pauses by itself. They extend the timeout of an attempt.'),
    not_resolved: z.literal(true).exactOptional().describe('They are fetched when the submitted batch is planned.'),
    objects: count.exactOptional(),
    applied: z
      .array(object)
      .exactOptional()
      .describe('The first hundred, in the order in which they would be applied.'),
  }),
).meta({ id: 'PlannedManifests' });

const planned = viewSchema<DeploymentPreview>()(
  z.object({
    index: count,
    key: z.string(),
    level: count,
    rank: count.describe('Among deployments that may start, the smallest goes first.'),
    priority: z.int(),
    docker_image_version: z.string().exactOptional().describe('Absent for a delete or scale.'),
    action: z.enum(['delete', 'scale']).exactOptional(),
    replicas: count.exactOptional().describe('For a scale: the requested number.'),
    recorded: recorded.exactOptional(),
    change: z.enum(['new', 'same', 'newer', 'older', 'other']).exactOptional(),
    held_by: z.array(lock).exactOptional(),
    holds: z.array(z.string()).exactOptional(),
    environment_id: z.string(),
    cluster: z.string(),
    place: z.string().exactOptional().describe('On AWS: the network whose functions ask it; absent: none.'),
    namespace: z.string(),
    executor: z.string(),
    manifests: manifests.exactOptional(),
    dependencies: z.array(z.string()),
    steps: z.array(z.string()),
  }),
).meta({ id: 'PlannedDeployment' });

const afterFailure = z
  .object({
    restored: count.describe('How many restore the last good release automatically.'),
    manual: count.describe('How many wait for the decision of a person.'),
    left: count.describe('How many leave what runs unchanged.'),
    manual_by_default: count
      .exactOptional()
      .describe('How many of the manual ones have no rollback_strategy of their own.'),
  })
  .describe('What happens when deployments fail.');

const worstCase = z
  .object({
    key: z.string().describe('The deployment that can take longest.'),
    others: count.describe('How many others can take as long.'),
    seconds: count,
    tries: count,
    try_seconds: count.describe('Of one attempt: its timeout and the steps of its strategy.'),
    restore_seconds: count.exactOptional().describe('To restore the last good release and verify it.'),
    chain: z
      .object({ seconds: count, deployments: count, last: z.string() })
      .exactOptional()
      .describe('The dependency chain that can take longest; with mode sequential, all deployments.'),
  })
  .describe('How long it takes at worst. Waiting for a turn or a person is not counted.');

export const plan = viewSchema<PlanPreview>()(
  z.object({
    plan_hash: z.string().describe('Send it as If-Match with the batch, so that exactly this plan runs or none.'),
    total: count,
    levels: count,
    strategy,
    limits: z.record(z.string(), z.number()),
    critical_path: z.array(z.string()),
    after_failure: afterFailure,
    worst_case: worstCase.exactOptional(),
    warnings: z.array(z.string()),
    simulated: z.object({ harness: z.boolean(), clusters: z.array(z.string()) }),
    recorded: z.object({ looked_up: count, left_out: count }).exactOptional(),
    holds: z.array(hold).exactOptional(),
    deployments: z.array(planned),
  }),
).meta({ id: 'Plan', description: 'What a batch would do.' });

export const examplePlan = {
  plan_hash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  total: 1,
  levels: 1,
  strategy: { mode: 'parallel', max_concurrency: 5, on_failure: 'continue' },
  limits: {},
  critical_path: ['shared/login-api'],
  after_failure: { restored: 1, manual: 0, left: 0 },
  worst_case: {
    ...{ key: 'shared/login-api', others: 0, seconds: 5400, tries: 2, try_seconds: 1800, restore_seconds: 1800 },
  },
  warnings: [],
  simulated: { harness: true, clusters: ['cluster-eu-1'] },
  recorded: { looked_up: 1, left_out: 0 },
  deployments: [
    {
      index: 0,
      key: 'shared/login-api',
      level: 0,
      rank: 0,
      priority: 5,
      docker_image_version: '3.0.2',
      recorded: { version: '3.0.1', batch_id: '01M7Z82VGHV3GT6X1EMB454VBS', at: '2026-11-20T09:00:00.000Z' },
      change: 'newer',
      environment_id: 'staging',
      cluster: 'cluster-eu-1',
      namespace: 'shared',
      executor: 'harness',
      dependencies: [],
      steps: ['runs harness pipeline deploy_shared with 3.0.2 in staging: up to 2 tries of 1800 s'],
    },
  ],
};
