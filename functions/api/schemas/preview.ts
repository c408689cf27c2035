import * as z from 'zod';
import type { Json } from '../../../lib/domain/json.ts';
import { objectFates } from '../../../lib/domain/preview/run-preview.ts';
import type { PreviewView } from '../../../lib/usecases/preview/preview-view.ts';
import { count, time } from './status.ts';
import { viewSchema } from './view-schema.ts';

const value: z.ZodType<Json> = z.json().describe('A long value is cut; a secret is hidden.');

const field = z.object({
  path: z.string().describe('`spec.template.spec.containers[web].image`'),
  before: value.exactOptional().describe('Absent if it does not exist.'),
  after: value.exactOptional(),
});

const object = z.object({
  object: z.string().describe('`Deployment shop/web`'),
  fate: z
    .enum(objectFates)
    .describe(
      '`pruned` would be deleted. `left` is no longer in the release but stays. A `hook` runs besides everything else.',
    ),
  fields: z.array(field).exactOptional().describe('What would change, by the dry run of the server.'),
  fields_left_out: count.exactOptional(),
  conflicts: z
    .array(z.object({ manager: z.string(), field: z.string() }))
    .exactOptional()
    .describe('Fields that belong to somebody else, by field manager.'),
  message: z.string().exactOptional(),
});

const answer = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('told'),
    objects: z.array(object),
    objects_left_out: count.exactOptional(),
    problem: z
      .object({ reason: z.string(), message: z.string() })
      .exactOptional()
      .describe('Why none of it could be applied.'),
  }),
  z.object({ state: z.literal('planned'), steps: z.array(z.string()), message: z.string().exactOptional() }),
  z.object({ state: z.literal('unavailable'), message: z.string() }),
  z.object({ state: z.literal('left_out'), message: z.string() }),
]);

export const preview = viewSchema<PreviewView>()(
  z.object({
    preview_id: z.string(),
    state: z.enum(['running', 'done', 'failed']),
    message: z.string().exactOptional().describe('Why it failed.'),
    plan_hash: z.string().describe('The hash of the previewed plan, for `If-Match` of a submit.'),
    created_at: time,
    expires_at: time.describe('It is kept until then.'),
    total: count.describe('Deployments of the batch.'),
    left_out: count.describe('How many of them were skipped because there are too many.'),
    deployments: z.array(
      z.object({
        index: count,
        key: z.string(),
        environment_id: z.string(),
        cluster: z.string(),
        namespace: z.string(),
        executor: z.string(),
        docker_image_version: z.string(),
        answer: answer.exactOptional().describe('Absent until it is answered.'),
      }),
    ),
  }),
).meta({ id: 'Preview' });

export const examplePreview = {
  preview_id: '01KB3TZ5W8Q0V4X6E2R9N1M7CD',
  state: 'done',
  plan_hash: '5f0c7f3a9d1e4b26',
  created_at: '2026-11-30T16:20:00.000Z',
  expires_at: '2026-11-30T17:20:00.000Z',
  total: 1,
  left_out: 0,
  deployments: [
    {
      index: 0,
      key: 'risk/limit-check',
      environment_id: 'prod',
      cluster: 'eu-1',
      namespace: 'risk',
      executor: 'kubernetes',
      docker_image_version: '2.4.1',
      answer: {
        state: 'told',
        objects: [
          {
            object: 'Deployment risk/limit-check',
            fate: 'changed',
            fields: [
              {
                path: 'spec.template.spec.containers[app].image',
                before: 'registry.example.com/limit-check:2.4.0',
                after: 'registry.example.com/limit-check:2.4.1',
              },
            ],
          },
        ],
      },
    },
  ],
};
