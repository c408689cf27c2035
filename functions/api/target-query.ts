import * as z from 'zod';
import { targetStates } from '../../lib/domain/targets/target-row.ts';
import { pageLimit, wellFormed } from './route.ts';

/** A name in a query. */
export const nameAsked = z.string().min(1).max(300).pipe(wellFormed);

/** The `next_after` of a page. */
export const cursorAsked = z.string().min(1).max(2_000).pipe(wellFormed);

/** By which targets are asked for; all that are given must fit. */
export const placeAsked = {
  environment: nameAsked.optional().describe('In this environment.'),
  cluster: nameAsked.optional().describe('On this cluster.'),
  pillar: nameAsked.optional().describe('Of this pillar.'),
  service: nameAsked.optional().describe('This service: `pillar/service_name`, or its name alone beside `pillar`.'),
};

export const actorAsked = nameAsked.optional().describe('By whom: the subject of a token, or the name they go by.');

export const targetsAsked = z.strictObject({
  ...placeAsked,
  state: z.enum(targetStates).optional().describe('In this state.'),
  actor: actorAsked,
  text: nameAsked
    .optional()
    .describe('With this in its name, version, image, digest, batch or actor, whatever the case.'),
  limit: pageLimit(1_000, 100).describe('How many, at most 1,000.'),
  after: cursorAsked.optional().describe('The `next_after` of the page before.'),
});
