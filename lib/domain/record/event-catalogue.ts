import * as z from 'zod';
import { statuses } from '../deployment/status.ts';
import type { JsonObject } from '../json.ts';
import type { Item } from '../ports.ts';
import { parts } from './actor.ts';
import { detailTypes, eventVersion } from './bus-event.ts';
import type { EventRow } from './rows.ts';

/**
 * Every event on the bus, as a consumer finds it in `detail`. `docs/events.md` and `/schemas/events.json` show these
 * texts.
 */

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
    log_lines: z.int().min(0).optional().describe('lines of the container log that are kept'),
    log: z.array(text).optional().describe('those lines; only in events that predate `log_lines`'),
  }),
);
const attempt = z.union([z.int().min(1), z.literal('restore')]);
const run = z.strictObject({
  executor: text,
  key: text,
  attempt,
  ref: text.optional().describe('the id of the run at the executor'),
  url: text.optional(),
  status: text.optional(),
  event: text.optional().describe('the id of the event that triggered the run, if the executor stores one first'),
  trace: text.optional().describe('identifies the start in the logs of the executor'),
  answer: text.optional().describe('its answer to the start, or the network error'),
});

const written = {
  batch_id: z.string().min(1),
  seq: z.int().min(1).describe('of this batch or deployment; a lower one is stale'),
  at: ms.describe('milliseconds since 1970'),
  after_ms: ms.optional().describe('milliseconds since the previous change; absent for the first'),
  actor: text.describe(`who changed it: a part of Flotilla (${parts.join(', ')}) or a user`),
  from: status.nullable().describe('the previous status in the API; null for a new batch'),
  from_reason: text.optional().describe('the previous reason in the API'),
  to: status,
  reason: text.describe('for programs, in PascalCase'),
  message: text.describe('a sentence for people'),
};

const placed = {
  version: z.literal(eventVersion),
  event_id: text.describe('the same each time the event is sent'),
  number: z.int().min(1).describe('place in the feed of the batch, without gaps; a number already seen is a repeat'),
  previous: sha256.optional().describe('hash of the previous event; absent for the first'),
  hash: sha256.describe('SHA-256 over everything except version, event_id and this, as JSON with sorted keys'),
};

const batchDetail = z.strictObject({
  plan_hash: text.optional().describe('of the frozen plan'),
  resolved: text.optional().describe('the deployment that was resolved'),
  rolled_back_by: text.optional().describe('the batch that rolls or rolled it back'),
  request_id: text.optional().describe('the deployment request that created it'),
  identifier: text.optional().describe('the deployment that the request is for'),
  ...Object.fromEntries(
    statuses.map((name) => [name, z.int().min(0).optional().describe('deployments that ended with this status')]),
  ),
});

const deploymentDetail = z.strictObject({
  attempt: attempt.optional(),
  key: text.optional().describe('our key of the attempt'),
  version: text.optional().describe('the version that is deployed'),
  fence: z.int().optional().describe('number of its locks; grows with each turn'),
  ref: text.optional().describe('the id of the run at the executor'),
  url: text.optional().describe('the page of that run'),
  next: text.optional().describe('what follows a failure: AttemptRetryable, AttemptFailed or AttemptEnded'),
  evidence: evidence
    .optional()
    .describe('without logs; `GET /batches/{batch_id}/deployments` has them for tokens with the scope `logs`'),
  started_at: ms.optional().describe('when its turn came'),
  attempts: z.int().min(0).optional(),
  runs: z.array(run).optional(),
  release_before: text.optional(),
  release_after: text.optional(),
  digest: text.optional().describe('the digest that a verified deployment runs'),
  failure: z.strictObject({ reason: text, message: text }).optional(),
  execution_arn: text.optional().describe('the execution on AWS that runs the deployment'),
  console: text.optional().describe('the page of that execution'),
  replaces: text.optional().describe('the reason of the replaced outcome'),
  rolled_back_by: text.optional().describe('the batch that restored the previous release'),
});

const scope = z
  .strictObject(
    Object.fromEntries(
      ['environment', 'pillar', 'service', 'cluster', 'executor', 'batch'].map((name) => [name, text.optional()]),
    ),
  )
  .describe('all named parts must match; an empty scope covers everything');
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
  path: text.optional().describe('absent if the object itself is gone'),
  from: text.optional().describe('the deployed value'),
  to: text.optional().describe('the current value'),
  manager: text.optional().describe('the field manager that owns it now'),
});
const driftDetail = z.strictObject({
  since: ms.describe('when it was first seen'),
  count: z.int().min(1).describe('how many fields differ from what was deployed'),
  fields: z.array(field).describe('the first of them'),
  release_before: text.optional().describe('for an adoption: the recorded version'),
  release_after: text.optional().describe('for an adoption: the running version; absent if unknown'),
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
    means: 'A batch was accepted, planned, asked to stop or rolled back, or it ended.',
    detail: z.strictObject({ ...writtenBatch, ...placed }),
  },
  [detailTypes.deployment]: {
    means: 'A deployment moved on: its turn, its attempts, the verdict, a restore, its outcome.',
    detail: z.strictObject({ ...writtenDeployment, ...placed }),
  },
  [detailTypes.hold]: {
    means:
      'A hold began (PROCESSING), expired (SUCCESS) or was lifted (CANCELLED), or a circuit opened, was tried or closed.',
    detail: z.strictObject({ ...writtenHold, ...placed }),
  },
  [detailTypes.drift]: {
    means: 'Somebody changed what Flotilla deployed (PROCESSING), or it is as deployed again or was adopted (SUCCESS).',
    detail: z.strictObject({ ...writtenDrift, ...placed }),
  },
} as const;

/** Looser than what goes out: an event with more fields is still recorded and shown. */
const stored = z.discriminatedUnion('type', [
  z.looseObject(writtenBatch),
  z.looseObject(writtenDeployment),
  z.looseObject(writtenHold),
  z.looseObject(writtenDrift),
]);

/** The event in a table item; undefined if it is not one. */
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
