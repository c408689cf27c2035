import * as z from 'zod';
import type { Evidence } from '../../../lib/domain/record/evidence.ts';
import type { Restore, Run } from '../../../lib/domain/record/rows.ts';
import type { DeploymentView } from '../../../lib/usecases/deployment/deployment-view.ts';
import { count, status, time } from './status.ts';
import { viewSchema } from './view-schema.ts';
import { rootCause, waiting } from './waiting.ts';

export const evidence = viewSchema<Evidence>()(
  z.object({
    kind: z.string(),
    name: z.string(),
    container: z.string().exactOptional(),
    reason: z.string(),
    message: z.string(),
    log: z.array(z.string()).exactOptional().describe('The last lines, for tokens with the scope `logs`.'),
    log_lines: z.int().exactOptional().describe('How many lines are kept, if they are not shown.'),
  }),
).meta({ id: 'Evidence', description: 'Something seen that explains a verdict.' });

export const run = viewSchema<Run>()(
  z.object({
    executor: z.string(),
    key: z.string().describe('Our key for the attempt, as given to the executor.'),
    attempt: z.union([z.int(), z.literal('restore')]),
    ref: z.string().exactOptional().describe("The executor's own id."),
    url: z.string().exactOptional(),
    status: z.string().exactOptional(),
    event: z.string().exactOptional(),
    trace: z.string().exactOptional(),
    answer: z.string().exactOptional(),
  }),
).meta({ id: 'Run', description: "The executor's run for an attempt." });

const restore = viewSchema<Restore>()(
  z.object({
    ok: z.boolean(),
    reason: z.string(),
    message: z.string(),
    unknown: z.boolean().exactOptional(),
    running: z.string().exactOptional(),
  }),
);

export const deployment = viewSchema<DeploymentView>()(
  z.object({
    index: count.exactOptional().describe('Index in the plan; absent before the batch is planned.'),
    key: z.string().describe('`pillar/service_name`, with `@infrastructure` if its service has several.'),
    pillar: z.string(),
    service_name: z.string(),
    docker_artifact_type: z.string(),
    docker_image_version: z.string().exactOptional().describe('Absent for a delete or scale.'),
    action: z.enum(['delete', 'scale']).exactOptional(),
    replicas: count.exactOptional().describe('For a scale: the requested number.'),
    environment_id: z.string(),
    infrastructure_id: z.string(),
    cluster: z.string().exactOptional(),
    priority: z.int(),
    status,
    reason: z.string().describe('A word for programs, in PascalCase.'),
    message: z.string().describe('A sentence for people.'),
    step: z.enum(['turn', 'capture', 'deploy', 'verify', 'restore', 'verify-restore', 'recorded']),
    waiting_for: z.array(waiting).exactOptional(),
    root: rootCause.exactOptional(),
    holds_back: count
      .exactOptional()
      .describe('How many deployments do not start because of it alone, not because of an earlier one.'),
    attempts: count,
    runs: z.array(run),
    evidence: z.array(evidence),
    failure: z.object({ reason: z.string(), message: z.string() }).exactOptional(),
    warnings: z.array(z.string()),
    restore: restore.exactOptional(),
    release_before: z.string().exactOptional(),
    release_after: z.string().exactOptional(),
    digest: z.string().exactOptional(),
    resolved_by: z.string().exactOptional(),
    rolled_back_by: z.string().exactOptional(),
    execution_arn: z.string().exactOptional(),
    console: z.string().exactOptional(),
    started_at: time.exactOptional(),
    updated_at: time.exactOptional(),
    ended_at: time.exactOptional(),
  }),
).meta({ id: 'Deployment', description: 'What was requested, and its progress.' });

export const exampleDeployment = {
  index: 0,
  key: 'risk/limit-check',
  pillar: 'risk',
  service_name: 'limit-check',
  docker_artifact_type: 'docker',
  docker_image_version: '2.4.0',
  environment_id: 'staging',
  infrastructure_id: 'cluster-eu-1',
  cluster: 'cluster-eu-1',
  priority: 8,
  status: 'FAILED',
  reason: 'StartUnknown',
  message: 'Resolved as FAILED by ada: it does not run.',
  step: 'recorded',
  attempts: 1,
  runs: [{ executor: 'harness', key: '01M7Z82VGHV3GT6X1EMB454VBS-1-1', attempt: 1 }],
  evidence: [],
  warnings: [],
  resolved_by: 'ada',
  started_at: '2026-11-21T14:27:38.112Z',
  updated_at: '2026-11-21T14:40:01.020Z',
  ended_at: '2026-11-21T14:29:38.500Z',
};
