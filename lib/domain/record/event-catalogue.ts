import * as z from 'zod';
import { statuses } from '../deployment/status.ts';
import type { JsonObject } from '../json.ts';
import type { Item } from '../ports.ts';
import { parts } from './actor.ts';
import { detailTypes, eventVersion } from './bus-event.ts';
import type { EventRow } from './rows.ts';

/** Every event on the bus, as a consumer finds it in `detail`. What is written here is in `docs/event-catalogue.md` and at `/schemas/events.json`. */

const text = z.string();
const ms = z.int().min(0);
const status = z.enum(statuses);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const evidence = z.array(
  z.strictObject({
    kind: text,
    name: text,
    container: text.optional(),
    reason: text,
    message: text,
    log_lines: z.int().min(0).optional().describe('lines of the log of the container that are kept'),
    log: z.array(text).optional().describe('those lines; only in events from before `log_lines`'),
  }),
);
const attempt = z.union([z.int().min(1), z.literal('restore')]);
const run = z.strictObject({
  executor: text,
  key: text,
  attempt,
  ref: text.optional().describe('the id that the executor gave the run'),
  url: text.optional(),
  status: text.optional(),
  event: text.optional().describe('the id of the event that set the run off, where the executor stores one first'),
  trace: text.optional().describe('by which the executor finds the start in its own logs'),
  answer: text.optional().describe('what it answered to the start, or what the network did'),
});

const written = {
  batch_id: z.string().min(1),
  seq: z.int().min(1).describe('of this batch or deployment: a lower one is stale'),
  at: ms.describe('milliseconds since 1970'),
  after_ms: ms.optional().describe('milliseconds since the change before; absent for the first'),
  actor: text.describe(`who changed it: a part of Flotilla (${parts.join(', ')}), or a user`),
  from: status.nullable().describe('what the API showed before; null for a batch that is new'),
  from_reason: text.optional().describe('the reason that the API showed with it'),
  to: status,
  reason: text.describe('a word for programs, in PascalCase'),
  message: text.describe('a sentence for people'),
};

const placed = {
  version: z.literal(eventVersion),
  event_id: text.describe('the same however often the event is sent'),
  number: z.int().min(1).describe('place in the feed of the batch, without gaps: one that was seen is repeated'),
  previous: sha256.optional().describe('hash of the event with the number before; absent for the first'),
  hash: sha256.describe('SHA-256 over everything but version, event_id and this, as JSON with sorted keys'),
};

const batchDetail = z.strictObject({
  plan_hash: text.optional().describe('of the plan as it was frozen'),
  resolved: text.optional().describe('the deployment that was resolved'),
  rolled_back_by: text.optional().describe('the batch that rolls it back, or has'),
  request_id: text.optional().describe('the deployment request that it came of'),
  identifier: text.optional().describe('the deployment that the request is of'),
  ...Object.fromEntries(
    statuses.map((name) => [name, z.int().min(0).optional().describe('deployments that ended so')]),
  ),
});

const deploymentDetail = z.strictObject({
  attempt: attempt.optional(),
  key: text.optional().describe('our key of the attempt'),
  version: text.optional().describe('the version that is deployed'),
  fence: z.int().optional().describe('number of its locks: each turn has a larger one'),
  ref: text.optional().describe('the id that the executor gave the run'),
  url: text.optional().describe('the page of that run'),
  next: text.optional().describe('what follows a failure: AttemptRetryable, AttemptFailed or AttemptEnded'),
  evidence: evidence
    .optional()
    .describe('without logs, which `GET /batches/{batch_id}/deployments` has for tokens with the scope `logs`'),
  started_at: ms.optional().describe('when its turn came'),
  attempts: z.int().min(0).optional(),
  runs: z.array(run).optional(),
  release_before: text.optional(),
  release_after: text.optional(),
  digest: text.optional().describe('by which a verified deployment runs'),
  failure: z.strictObject({ reason: text, message: text }).optional(),
  execution_arn: text.optional().describe('the execution on AWS that runs the deployment'),
  console: text.optional().describe('the page of that execution'),
  replaces: text.optional().describe('the reason of the outcome that was replaced'),
  rolled_back_by: text.optional().describe('the batch that has put the release before back'),
});

const scope = z
  .strictObject(
    Object.fromEntries(
      ['environment', 'pillar', 'service', 'cluster', 'executor', 'batch'].map((name) => [name, text.optional()]),
    ),
  )
  .describe('all that it names must fit; an empty one is on everything');
const holdDetail = z.strictObject({ scope: scope.optional(), until: ms.optional().describe('when it ends by itself') });

const writtenBatch = { ...written, type: z.literal('batch'), detail: batchDetail.optional() };
const writtenDeployment = {
  ...written,
  type: z.literal('deployment'),
  index: z.int().min(0).describe('place in the plan, from 0'),
  key: text.describe('pillar and service'),
  detail: deploymentDetail.optional(),
};

const writtenHold = {
  ...written,
  type: z.literal('hold'),
  hold: z.string().min(1).describe('its id'),
  detail: holdDetail.optional(),
};

const field = z.strictObject({
  object: text.describe('kind, namespace and name'),
  path: text.optional().describe('absent where the object itself is gone'),
  from: text.optional().describe('as it was deployed'),
  to: text.optional().describe('as it is now'),
  manager: text.optional().describe('the field manager who has it now'),
});
const driftDetail = z.strictObject({
  since: ms.describe('when it was first seen so'),
  count: z.int().min(1).describe('how many fields are not as they were deployed'),
  fields: z.array(field).describe('the first of them'),
  release_before: text.optional().describe('of an adoption: the version that was recorded'),
  release_after: text.optional().describe('of an adoption: the version that runs; absent where nobody can say'),
});

const writtenDrift = {
  ...written,
  type: z.literal('drift'),
  target: z.string().min(1).describe('environment/cluster/pillar/service'),
  detail: driftDetail.optional(),
};

/** By `detail-type`. */
export const eventCatalogue = {
  [detailTypes.batch]: {
    means: 'A batch was accepted, planned, asked to stop, rolled back, or has ended.',
    detail: z.strictObject({ ...writtenBatch, ...placed }),
  },
  [detailTypes.deployment]: {
    means: 'A deployment moved on: its turn, its attempts, the verdict, a restore, its outcome.',
    detail: z.strictObject({ ...writtenDeployment, ...placed }),
  },
  [detailTypes.hold]: {
    means:
      'A hold began (PROCESSING), is over by itself (SUCCESS) or was lifted (CANCELLED); a circuit opened, was tried, closed.',
    detail: z.strictObject({ ...writtenHold, ...placed }),
  },
  [detailTypes.drift]: {
    means:
      'Somebody has changed what Flotilla deployed (PROCESSING), or it is as it was deployed again, or was taken as right (SUCCESS).',
    detail: z.strictObject({ ...writtenDrift, ...placed }),
  },
} as const;

/** Looser than what goes out: an event with more in it is written down and told all the same. */
const stored = z.discriminatedUnion('type', [
  z.looseObject(writtenBatch),
  z.looseObject(writtenDeployment),
  z.looseObject(writtenHold),
  z.looseObject(writtenDrift),
]);

/** The event in an item of the table; undefined when it is none. */
export const eventIn = (item: Item): (Item & EventRow) | undefined =>
  stored.safeParse({ ...item, detail: undefined }).success ? (item as Item & EventRow) : undefined;

const eventSchemaId = '/schemas/events.json';

/** All events as one JSON Schema. */
export const eventJsonSchema = (): JsonObject => ({
  $id: eventSchemaId,
  title: `Flotilla events, version ${eventVersion}`,
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  oneOf: Object.entries(eventCatalogue).map(([title, { means, detail }]): JsonObject => {
    const { $schema: _, ...schema } = z.toJSONSchema(detail, { target: 'draft-2020-12' }) as unknown as JsonObject;
    return { title, description: means, ...schema };
  }),
});
