import * as z from 'zod';
import { statuses } from '../../lib/domain/deployment/status.ts';
import { askedOrigins } from '../../lib/domain/record/batch-filter.ts';
import { moment, pageLimit, whole } from './route.ts';
import { cursorAsked, nameAsked } from './target-query.ts';

/** By which batches are asked for; all that are given must fit. */
export const batchesAsked = z
  .strictObject({
    status: z.enum(statuses).optional().describe('That have this status.'),
    environment: nameAsked.optional().describe('With a deployment in this environment.'),
    pillar: nameAsked.optional().describe('With a deployment of this pillar; beside `environment`, in that one.'),
    service: nameAsked
      .optional()
      .describe('With this service: `pillar/service_name`, or its name alone beside `pillar`.'),
    actor: nameAsked.optional().describe('By whom: the subject of a token, or the name they go by.'),
    origin: z.enum(askedOrigins).optional().describe('Why there is such a batch; `file`: somebody sent it.'),
    tag: nameAsked.optional().describe('With this tag.'),
    text: nameAsked
      .optional()
      .describe('With this in its name, description, author, tags, links, id or submitter, whatever the case.'),
    since: moment.optional().describe('Made then or later.'),
    until: moment.optional().describe('Made before that.'),
    limit: pageLimit(100, 20).describe('How many, at most 100.'),
    after: cursorAsked.optional().describe('The `next_after` of the page before.'),
  })
  .refine(({ since = 0, until = Number.POSITIVE_INFINITY }) => !(since >= until), {
    path: ['until'],
    error: 'a time after since is needed',
  });

/** By which deployments of a batch are asked for; all that are given must fit. */
export const deploymentsAsked = z.strictObject({
  status: z.enum(statuses).optional().describe('That have this status.'),
  environment: nameAsked.optional().describe('In this environment.'),
  pillar: nameAsked.optional().describe('Of this pillar.'),
  cluster: nameAsked.optional().describe('On this cluster.'),
  reason: nameAsked.optional().describe('That are in their status, or whose last attempt has failed, for this reason.'),
  text: nameAsked.optional().describe('With this in key, reason or message, whatever the case.'),
  held_by: nameAsked
    .optional()
    .describe('That wait for this, or were skipped because of it: the id of a hold or of a batch, or a key.'),
  from: whole(0, 1_000_000).optional().describe('At this place in the plan, or a later one.'),
  sort: z
    .enum(['plan', 'trouble'])
    .default('plan')
    .describe(
      '`trouble`: what failed, is UNKNOWN, is in work (the longest first), waits (the longest first), and then the rest.',
    ),
  limit: pageLimit(1_000, 100).describe('How many, at most 1,000.'),
  after: cursorAsked.optional().describe('The `next_after` of the page before.'),
});
