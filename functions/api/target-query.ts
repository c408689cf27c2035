import * as z from 'zod';
import { statuses } from '../../lib/domain/deployment/status.ts';
import { targetStates } from '../../lib/domain/targets/target-row.ts';
import { moment, pageLimit, wellFormed } from './route.ts';

/** A name in a query. */
export const nameAsked = z.string().min(1).max(300).pipe(wellFormed);

/** Bytes. Two names and a separator are part of a sort key, which has 1,024. */
const longestPlace = 300;

/** The name of a place, used to read rows. */
const placeName = nameAsked.refine((name) => Buffer.byteLength(name) <= longestPlace, {
  error: `a name has at most ${longestPlace} bytes`,
});

/** A page's `next_after`. */
export const cursorAsked = z.string().min(1).max(2_000).pipe(wellFormed);

/** Filters for targets. All that are given must match. */
export const placeAsked = {
  environment: placeName.optional().describe('In this environment.'),
  cluster: placeName.optional().describe('On this cluster.'),
  pillar: placeName.optional().describe('Of this pillar.'),
  service: placeName.optional().describe('This service: `pillar/service_name`, or only its name if `pillar` is given.'),
};

export const actorAsked = nameAsked
  .optional()
  .describe('By this person or program: the subject of a token, or a name.');

export const targetsAsked = z.strictObject({
  ...placeAsked,
  state: z.enum(targetStates).optional().describe('In this state.'),
  drift: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional()
    .describe('`true`: changed by somebody since it was deployed; `false`: not changed.'),
  actor: actorAsked,
  text: nameAsked
    .optional()
    .describe('With this text in its name, version, image, digest, batch or actor, in any letter case.'),
  limit: pageLimit(1_000, 100).describe('The number of results, at most 1,000.'),
  after: cursorAsked.optional().describe('The `next_after` of the previous page.'),
});

const environment = z.string({ error: 'name the environment' }).min(1).max(300).pipe(wellFormed);

export const diffAsked = z.strictObject({
  from: environment.describe('The environment to compare.'),
  to: environment.describe('The environment to compare it with.'),
  cluster: placeAsked.cluster,
  pillar: placeAsked.pillar,
  service: placeAsked.service,
  limit: pageLimit(1_000, 100).describe('The number of differences, at most 1,000.'),
  after: cursorAsked.optional().describe('The `next_after` of the previous page.'),
});

export const changesAsked = z.strictObject({
  ...placeAsked,
  actor: actorAsked,
  status: z.enum(statuses).optional().describe('With this end.'),
  since: moment.optional().describe('From this time on. Default: the last seven days.'),
  until: moment.optional().describe('Before then.'),
  limit: pageLimit(1_000, 100).describe('The number of results, at most 1,000.'),
  after: cursorAsked.optional().describe('The `next_after` of the previous page.'),
});

const flag = z
  .enum(['true', 'false'])
  .default('false')
  .transform((text) => text === 'true');

export const releasesAsked = z.strictObject({
  all: flag.describe('Also changes, or possible changes, without a release.'),
  config: flag.describe('Include each deployment as planned, without secrets; then at most 100.'),
  limit: pageLimit(1_000, 100).describe('The number of results, at most 1,000.'),
  after: cursorAsked.optional().describe('The `next_after` of the previous page.'),
});
