import * as z from 'zod';
import type { ShownCatalogue } from '../../../lib/domain/catalogue/show-catalogue.ts';
import { artifactTypes } from '../../../lib/domain/plan/plan.ts';
import { type WaitKind, waitKinds } from '../../../lib/domain/schedule/count-waits.ts';
import type { ExecutorView } from '../../../lib/usecases/deployment/read-executors.ts';
import type { ClusterView } from '../../../lib/usecases/rollout/read-clusters.ts';
import type { QueueView } from '../../../lib/usecases/schedule/read-queue.ts';
import { budget, missingRights, trouble } from './health.ts';
import { hold } from './hold.ts';
import { count, time } from './status.ts';
import { viewSchema } from './view-schema.ts';

const name = z.string();
const limit = z.int().min(1).exactOptional().describe('How many deployments may be in flight; absent: no limit.');

const defaults = z
  .object({
    environment_id: name.exactOptional(),
    infrastructure_id: name.exactOptional(),
    docker_artifact_type: z.enum(artifactTypes).exactOptional(),
    executor: name.exactOptional(),
    timeout: z.number().exactOptional(),
    retry_count: z.number().exactOptional(),
    priority: z.number().exactOptional(),
    rollback_strategy: z.enum(['automatic', 'manual', 'none']).exactOptional(),
    health_check: z
      .object({
        enabled: z.boolean().exactOptional(),
        path: z.string().exactOptional(),
        port: z.number().exactOptional(),
        timeout: z.number().exactOptional(),
      })
      .exactOptional(),
  })
  .exactOptional()
  .describe('Defaults of its deployments, if neither they nor their batch say otherwise.');

export const catalogue = viewSchema<ShownCatalogue>()(
  z.object({
    defaults,
    pillars: z.array(
      z.object({
        name,
        limit,
        services: z.array(name).exactOptional().describe('Absent: any name is accepted.'),
        defaults,
      }),
    ),
    environments: z
      .array(
        z.object({
          name,
          limit,
          infrastructures: z.array(name).exactOptional().describe('Absent: it accepts all.'),
          second_person: z.boolean().describe('A person other than the submitter must resolve.'),
          defaults,
        }),
      )
      .exactOptional()
      .describe('Absent: any name is accepted.'),
    infrastructures: z.array(z.object({ name, cluster: name })),
    clusters: z.array(z.object({ name, limit, simulated: z.boolean() })),
    executors: z.array(
      z.object({
        name,
        limit,
        account: z.string(),
        simulated: z.boolean(),
        requests_per_minute: z.number().exactOptional(),
      }),
    ),
  }),
).meta({ id: 'Catalogue', description: 'What can be deployed, and where.' });

export const exampleCatalogue = {
  defaults: { rollback_strategy: 'automatic' },
  pillars: [{ name: 'risk', limit: 4, services: ['cva', 'limit-check'] }],
  environments: [
    { name: 'uat', infrastructures: ['cluster-eu-1'], second_person: false, defaults: { retry_count: 1 } },
  ],
  infrastructures: [{ name: 'cluster-eu-1', cluster: 'cluster-eu-1' }],
  clusters: [{ name: 'cluster-eu-1', limit: 20, simulated: false }],
  executors: [{ name: 'harness', account: 'harness:acme', simulated: false, requests_per_minute: 300 }],
};

const watching = {
  watching: z.boolean().describe('True while something is in flight there, so that it is watched.'),
  last_look: time.exactOptional().describe('When a series of looks, of up to four minutes, last began.'),
};
const in_flight = count;
const circuit = hold.exactOptional().describe('Set if it does not answer. Deployments to it wait.');

export const executors = viewSchema<{ readonly executors: readonly ExecutorView[] }>()(
  z.object({
    executors: z.array(
      z.object({
        name,
        account: z.string(),
        simulated: z.boolean(),
        in_flight,
        limit,
        ...watching,
        budget: budget.exactOptional(),
        trouble: trouble.exactOptional().describe('Set if it cannot be read now.'),
        circuit,
        throttled_until: time.exactOptional().describe('Until then nothing is sent to it.'),
      }),
    ),
  }),
).meta({ id: 'Executors' });

export const exampleExecutors = {
  executors: [
    {
      name: 'harness',
      account: 'harness:acme',
      simulated: false,
      in_flight: 3,
      limit: 20,
      watching: true,
      last_look: '2026-11-21T14:27:00.000Z',
    },
  ],
};

export const clusters = viewSchema<{ readonly clusters: readonly ClusterView[] }>()(
  z.object({
    clusters: z.array(
      z.object({
        name,
        simulated: z.boolean(),
        unverified: z.literal(true).exactOptional().describe('Its certificate is not checked.'),
        place: name.exactOptional().describe('On AWS: the network whose functions ask it; absent: none.'),
        in_flight,
        limit,
        ...watching,
        identity_known_since: time.exactOptional().describe('Absent before anything was deployed there.'),
        rights: missingRights.exactOptional().describe('The rights that it does not grant us.'),
        circuit,
      }),
    ),
  }),
).meta({ id: 'Clusters' });

export const exampleClusters = {
  clusters: [
    {
      name: 'cluster-eu-1',
      simulated: false,
      in_flight: 2,
      watching: true,
      last_look: '2026-11-21T14:27:00.000Z',
      identity_known_since: '2026-10-01T06:00:00.000Z',
    },
  ],
};

const counted = z.object({ count, at_least: z.literal(true).exactOptional() });
const waits = viewSchema<Readonly<Partial<Record<WaitKind, number>>>>()(z.partialRecord(z.enum(waitKinds), count));

export const queue = viewSchema<QueueView>()(
  z.object({
    batches: count,
    in_flight,
    waiting: count,
    at_least: z.literal(true).exactOptional().describe('So much waits that not all of it was counted.'),
    oldest_wait: z
      .object({ batch_id: z.string(), since: time })
      .exactOptional()
      .describe('The waiting batch that was planned first, and when it was accepted.'),
    waits: waits.describe('How many wait for what, by the first obstacle; `turn`: they are next.'),
    limits: z.array(
      z.object({ kind: z.enum(['environment', 'pillar', 'cluster', 'executor']), name, limit, in_flight }),
    ),
    throttled: z.array(z.object({ account: z.string(), until: time })),
    holds: z.array(hold),
    messages: z
      .object({ unread: counted, rejected: counted })
      .describe('Messages to the dispatcher: not read yet, and not readable.'),
  }),
).meta({ id: 'Queue', description: 'What is under way and what waits, of what you may see.' });

export const exampleQueue = {
  batches: 2,
  in_flight: 3,
  waiting: 40,
  oldest_wait: { batch_id: '01M7Z82VGHV3GT6X1EMB454VBS', since: '2026-11-21T14:20:00.000Z' },
  waits: { dependency: 30, limit: 9, turn: 1 },
  limits: [{ kind: 'environment', name: 'uat', limit: 3, in_flight: 3 }],
  throttled: [],
  holds: [],
  messages: { unread: { count: 0 }, rejected: { count: 0 } },
};
