import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import * as z from 'zod';
import { batchBytes } from '../../lib/domain/batch/batch-size.ts';
import { batchJsonSchema } from '../../lib/domain/batch/json-schema.ts';
import { statuses } from '../../lib/domain/deployment/status.ts';
import { FlotillaError } from '../../lib/domain/errors.ts';
import type { Actor } from '../../lib/domain/record/actor.ts';
import { eventJsonSchema } from '../../lib/domain/record/event-catalogue.ts';
import { cancelBatch } from '../../lib/usecases/batch/cancel-batch.ts';
import { listBatches } from '../../lib/usecases/batch/list-batches.ts';
import { openUpload } from '../../lib/usecases/batch/open-upload.ts';
import { checkUnused, giveUpUpload } from '../../lib/usecases/batch/ordered-upload.ts';
import { batchLinks, readBatch } from '../../lib/usecases/batch/read-batch.ts';
import { readSource } from '../../lib/usecases/batch/read-source.ts';
import { submitBatch } from '../../lib/usecases/batch/submit-batch.ts';
import { listDeployments } from '../../lib/usecases/deployment/list-deployments.ts';
import { resolveDeployment } from '../../lib/usecases/deployment/resolve-deployment.ts';
import type { AskedBy, Deps } from '../../lib/usecases/deps.ts';
import { previewPlan } from '../../lib/usecases/plan/preview-plan.ts';
import { readHealth } from '../../lib/usecases/read-health.ts';
import { readAnchors } from '../../lib/usecases/record/read-anchors.ts';
import { readEvents } from '../../lib/usecases/record/read-events.ts';
import { type ApiEvent, batchOf, headerOf, jsonOf, planHashOf, queryOf } from './request.ts';
import type { Route } from './router.ts';

/** What the routes need together. */
export type ApiDeps = Pick<
  Deps,
  'table' | 'documents' | 'uploads' | 'anchors' | 'workflow' | 'clock' | 'random' | 'ids' | 'catalogue' | 'waitingRoom'
>;

/** A route has no other deps than these: whatever it does, it does by the rights of who asks. */
type RouteDeps = ApiDeps & AskedBy;

interface Request {
  readonly event: ApiEvent;
  readonly actor: Actor;
  readonly parameters: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

type Handle = (deps: RouteDeps, request: Request) => Promise<APIGatewayProxyStructuredResultV2>;

/** For a route whose address says all. */
const withoutQuery =
  (handle: Handle): Handle =>
  async (deps, request) => {
    queryOf(request.event, query.none);
    return handle(deps, request);
  };

const json = (statusCode: number, body: unknown, headers: Record<string, string> = {}) => ({
  statusCode,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
  body: JSON.stringify(body),
});

/** A parameter is a text and is turned into a number; in JSON it is one. */
const whole = (low: number, high: number, number: typeof z.number | typeof z.coerce.number = z.coerce.number) => {
  const error = `a whole number from ${low} to ${high} is needed`;
  const fits = (value: number): boolean => Number.isInteger(value) && value >= low && value <= high;
  return number({ error }).refine(fits, { error });
};
const query = {
  none: z.strictObject({}),
  batches: z.strictObject({ limit: whole(1, 100).default(20), after: z.string().min(1).max(64).optional() }),
  deployments: z.strictObject({
    limit: whole(1, 1000).default(100),
    after: whole(-1, 1_000_000).default(-1),
    status: z.enum(statuses).optional(),
  }),
  anchors: z.strictObject({ after: whole(0, 999_999_998).default(0), limit: whole(1, 100).default(100) }),
  events: z.strictObject({
    after: whole(0, 999_999_998).default(0),
    wait: whole(0, 20).default(0),
    limit: whole(1, 1000).default(100),
  }),
};

/** No table stores half a character, which JSON can write as an escape. */
const isWellFormed = (text: string): boolean => text.isWellFormed();

const resolution = z.strictObject({
  status: z.enum(['SUCCESS', 'FAILED']),
  reason: z
    .string()
    .trim()
    .min(1, { error: 'say why, in a sentence' })
    .max(1000)
    .refine(isWellFormed, { error: 'an escape writes half a character' }),
});

const sha256Needed = 'the SHA-256 of the text is needed, in 64 digits and letters from a to f (sha256sum)';
const uploadOrder = z.strictObject({
  bytes: whole(1, batchBytes.atMost, z.number),
  sha256: z.string({ error: sha256Needed }).regex(/^[0-9a-f]{64}$/, { error: sha256Needed }),
});

const submit: Handle = async (deps, { event, actor }) => {
  const { header, created } = await submitBatch(deps, {
    ...(await batchOf(deps, { event, actor })),
    actor: actor.subject,
    formerly: actor.formerly,
    idempotencyKey: idempotencyKeyOf(event),
    planHash: planHashOf(event),
  });
  const { batch_id, name, status, reason, message, total, warnings } = header;
  const links = batchLinks(header);
  const body = { batch_id, name, status, reason, message, total, warnings, links };
  return json(created ? 202 : 200, body, { location: links.self! });
};

const idempotencyKeyOf = (event: ApiEvent): string | undefined => {
  const key = headerOf(event, 'idempotency-key')?.trim();
  if (key === undefined || /^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new FlotillaError(
    'RequestInvalid',
    'An Idempotency-Key has 1 to 255 visible ASCII characters, without spaces.',
  );
};

/** One row per route. */
export const routes: readonly Route<Handle>[] = [
  { method: 'POST', path: '/batches', scope: 'deploy', part: 'batches', handle: submit },
  {
    method: 'POST',
    path: '/uploads',
    scope: 'deploy',
    part: 'batches',
    handle: withoutQuery(async (deps, { event }) => json(201, await openUpload(deps, jsonOf(event, uploadOrder)))),
  },
  {
    method: 'DELETE',
    path: '/uploads/{id}',
    scope: 'deploy',
    part: 'batches',
    handle: withoutQuery(async (deps, { actor, parameters: { id } }) => {
      await giveUpUpload(deps, { actor, uploadId: id! });
      return { statusCode: 204 };
    }),
  },
  {
    method: 'POST',
    path: '/batches/plan',
    scope: 'read',
    part: 'batches',
    handle: async (deps, { event, actor }) => {
      const { text, upload } = await batchOf(deps, { event, actor });
      if (upload !== undefined) checkUnused(upload);
      const plan = await previewPlan(deps, { text });
      return json(200, plan, { etag: `"${plan.plan_hash}"` });
    },
  },
  {
    method: 'GET',
    path: '/batches',
    scope: 'read',
    part: 'reads',
    handle: async (deps, { event }) => json(200, await listBatches(deps, queryOf(event, query.batches))),
  },
  {
    method: 'GET',
    path: '/batches/{id}',
    scope: 'read',
    part: 'reads',
    handle: withoutQuery(async (deps, { actor, parameters: { id } }) =>
      json(200, await readBatch(deps, { named: id!, actor: actor.subject })),
    ),
  },
  {
    method: 'GET',
    path: '/batches/{id}/source',
    scope: 'read',
    part: 'reads',
    handle: withoutQuery(async (deps, { parameters: { id } }) => {
      const { content_type, text } = await readSource(deps, { batchId: id! });
      const headers = { 'content-type': content_type, 'cache-control': 'no-store' };
      return { statusCode: 200, headers, body: text };
    }),
  },
  {
    method: 'GET',
    path: '/batches/{id}/deployments',
    scope: 'read',
    part: 'reads',
    handle: async (deps, { event, parameters: { id } }) =>
      json(200, await listDeployments(deps, { batchId: id!, ...queryOf(event, query.deployments) })),
  },
  {
    method: 'GET',
    path: '/batches/{id}/events',
    scope: 'read',
    part: 'events',
    handle: async (deps, { event, parameters: { id }, signal }) =>
      json(200, await readEvents(deps, { batchId: id!, ...queryOf(event, query.events), signal })),
  },
  {
    method: 'GET',
    path: '/anchors',
    scope: 'read',
    part: 'reads',
    handle: async (deps, { event }) => json(200, await readAnchors(deps, queryOf(event, query.anchors))),
  },
  {
    method: 'POST',
    path: '/batches/{id}/cancel',
    scope: 'deploy',
    part: 'decisions',
    handle: withoutQuery(async (deps, { actor, parameters: { id } }) =>
      json(202, await cancelBatch(deps, { batchId: id!, actor: actor.subject })),
    ),
  },
  {
    method: 'POST',
    path: '/batches/{id}/deployments/{key+}/resolve',
    scope: 'approve',
    part: 'decisions',
    handle: withoutQuery(async (deps, { event, actor, parameters: { id, key } }) => {
      const { status, reason } = jsonOf(event, resolution);
      return json(
        200,
        await resolveDeployment(deps, { batchId: id!, key: key!, status, reason, actor: actor.subject }),
      );
    }),
  },
  {
    method: 'GET',
    path: '/schemas/batch.json',
    scope: 'read',
    part: 'reads',
    handle: withoutQuery(async (deps) => {
      const { pillars } = await deps.catalogue();
      const answer = json(200, batchJsonSchema(Object.keys(pillars)));
      return { ...answer, headers: { 'content-type': 'application/schema+json' } };
    }),
  },
  {
    method: 'GET',
    path: '/schemas/events.json',
    scope: 'read',
    part: 'reads',
    handle: withoutQuery(async () => ({
      ...json(200, eventJsonSchema()),
      headers: { 'content-type': 'application/schema+json' },
    })),
  },
  {
    method: 'GET',
    path: '/health',
    scope: 'read',
    part: 'reads',
    handle: withoutQuery(async (deps) => json(200, await readHealth(deps))),
  },
];
