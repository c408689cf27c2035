import * as z from 'zod';
import { statuses } from '../../lib/domain/deployment/status.ts';
import { askedOrigins } from '../../lib/domain/record/batch-filter.ts';
import { moment, pageLimit, whole } from './route.ts';
import { cursorAsked, nameAsked } from './target-query.ts';

/** Filters for batches. All that are given must match. */
export const batchesAsked = z
  .strictObject({
    status: z.enum(statuses).optional().describe('With this status.'),
    environment: nameAsked.optional().describe('With a deployment in this environment.'),
    pillar: nameAsked.optional().describe('With a deployment of this pillar; with `environment`, in that environment.'),
    service: nameAsked
      .optional()
      .describe('With this service: `pillar/service_name`, or only its name if `pillar` is given.'),
    actor: nameAsked.optional().describe('By this person or program: the subject of a token, or a name.'),
    origin: z.enum(askedOrigins).optional().describe('The origin of the batch; `file`: somebody submitted a file.'),
    tag: nameAsked.optional().describe('With this tag.'),
    text: nameAsked
      .optional()
      .describe('With this text in its name, description, author, tags, links, id or submitter, in any letter case.'),
    since: moment.optional().describe('Created at this time or later.'),
    until: moment.optional().describe('Created before this time.'),
    limit: pageLimit(100, 20).describe('The number of results, at most 100.'),
    after: cursorAsked.optional().describe('The `next_after` of the previous page.'),
  })
  .refine(({ since = 0, until = Number.POSITIVE_INFINITY }) => !(since >= until), {
    path: ['until'],
    error: 'a time after since is needed',
  });

/** Filters for a batch's deployments. All that are given must match. */
export const deploymentsAsked = z.strictObject({
  status: z.enum(statuses).optional().describe('With this status.'),
  environment: nameAsked.optional().describe('In this environment.'),
  pillar: nameAsked.optional().describe('Of this pillar.'),
  cluster: nameAsked.optional().describe('On this cluster.'),
  reason: nameAsked.optional().describe('With this reason for their status, or for the failure of their last attempt.'),
  text: nameAsked.optional().describe('With this text in key, reason or message, in any letter case.'),
  held_by: nameAsked
    .optional()
    .describe('That wait for this or were skipped because of it: the id of a hold or batch, or a key.'),
  from: whole(0, 1_000_000).optional().describe('At this index in the plan, or later.'),
  sort: z
    .enum(['plan', 'trouble'])
    .default('plan')
    .describe(
      '`trouble`: first what failed, then UNKNOWN, in work (longest first), waiting (longest first), and the rest.',
    ),
  limit: pageLimit(1_000, 100).describe('The number of results, at most 1,000.'),
  after: cursorAsked.optional().describe('The `next_after` of the previous page.'),
});
