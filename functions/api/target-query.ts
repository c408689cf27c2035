import * as z from 'zod';
import { statuses } from '../../lib/domain/deployment/status.ts';
import { targetStates } from '../../lib/domain/targets/target-row.ts';
import { moment, pageLimit, wellFormed } from './route.ts';

/** A name in a query. */
export const nameAsked = z.string().min(1).max(300).pipe(wellFormed);

/** Bytes: two names and what stands between them are the part of a sort key, which has 1,024. */
const longestPlace = 300;

/** A name of a place, by which rows are read. */
const placeName = nameAsked.refine((name) => Buffer.byteLength(name) <= longestPlace, {
  error: `at most ${longestPlace} bytes are a name`,
});

/** The `next_after` of a page. */
export const cursorAsked = z.string().min(1).max(2_000).pipe(wellFormed);

/** By which targets are asked for; all that are given must fit. */
export const placeAsked = {
  environment: placeName.optional().describe('In this environment.'),
  cluster: placeName.optional().describe('On this cluster.'),
  pillar: placeName.optional().describe('Of this pillar.'),
  service: placeName.optional().describe('This service: `pillar/service_name`, or its name alone beside `pillar`.'),
};

export const actorAsked = nameAsked.optional().describe('By whom: the subject of a token, or the name they go by.');

export const targetsAsked = z.strictObject({
  ...placeAsked,
  state: z.enum(targetStates).optional().describe('In this state.'),
  drift: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional()
    .describe('`true`: that somebody has changed since it was deployed; `false`: that nobody has.'),
  actor: actorAsked,
  text: nameAsked
    .optional()
    .describe('With this in its name, version, image, digest, batch or actor, whatever the case.'),
  limit: pageLimit(1_000, 100).describe('How many, at most 1,000.'),
  after: cursorAsked.optional().describe('The `next_after` of the page before.'),
});

const environment = z.string({ error: 'name the environment' }).min(1).max(300).pipe(wellFormed);

export const diffAsked = z.strictObject({
  from: environment.describe('The environment that is compared.'),
  to: environment.describe('The one that it is compared with.'),
  cluster: placeAsked.cluster,
  pillar: placeAsked.pillar,
  service: placeAsked.service,
  limit: pageLimit(1_000, 100).describe('How many differences, at most 1,000.'),
  after: cursorAsked.optional().describe('The `next_after` of the page before.'),
});

export const changesAsked = z.strictObject({
  ...placeAsked,
  actor: actorAsked,
  status: z.enum(statuses).optional().describe('That ended so.'),
  since: moment.optional().describe('From then on. Without it: the last seven days.'),
  until: moment.optional().describe('Before then.'),
  limit: pageLimit(1_000, 100).describe('How many, at most 1,000.'),
  after: cursorAsked.optional().describe('The `next_after` of the page before.'),
});

const flag = z
  .enum(['true', 'false'])
  .default('false')
  .transform((text) => text === 'true');

export const releasesAsked = z.strictObject({
  all: flag.describe('Also what has changed the target, or may have, and made no release.'),
  config: flag.describe('With each the deployment as it was planned, without secrets; at most 100 then.'),
  limit: pageLimit(1_000, 100).describe('How many, at most 1,000.'),
  after: cursorAsked.optional().describe('The `next_after` of the page before.'),
});
