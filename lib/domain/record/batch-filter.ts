import { fits, hasText, isBy } from '../asked.ts';
import { type Origin, originKinds } from '../batch/origin.ts';
import type { Status } from '../deployment/status.ts';
import type { Place } from '../grants/grant.ts';
import { placesOf, type Reach } from '../grants/reach.ts';
import type { Json } from '../json.ts';
import { submitterOf } from '../targets/submitter.ts';
import { type BatchDimension, originOfFile } from './index-rows.ts';
import type { HeaderRow } from './rows.ts';

/** Why there is a batch, as one asks for it. */
export const askedOrigins = [originOfFile, ...originKinds] as const satisfies readonly (
  | Origin['kind']
  | typeof originOfFile
)[];

/** Which batches are asked for: all that is named must fit. */
export interface BatchFilter {
  readonly status?: Status | undefined;
  readonly environment?: string | undefined;
  readonly pillar?: string | undefined;
  /** `pillar/service_name`. */
  readonly service?: string | undefined;
  /** Who submitted it: the subject, or the name that it goes by. */
  readonly actor?: string | undefined;
  readonly origin?: (typeof askedOrigins)[number] | undefined;
  readonly tag?: string | undefined;
  /** A part, in any letter case, of what is written of it or of its id. */
  readonly text?: string | undefined;
  /** Milliseconds since 1970: made then or later, and before `until`. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
}

/** An index that leads to batches. */
export interface Lead {
  readonly dimension: BatchDimension;
  readonly value: string;
}

/** What few have in common first. A status that batches only pass through is that of very few. */
const mostSelective = ['service', 'tag', 'actor', 'origin', 'pillar', 'environment', 'status'] as const;

/** The index that leads to the fewest others; undefined where nothing is named that has one. */
export const leadOf = (filter: BatchFilter): Lead | undefined => {
  const { status } = filter;
  if (status === 'PENDING' || status === 'PROCESSING') return { dimension: 'status', value: status };
  const dimension = mostSelective.find((one) => filter[one] !== undefined);
  return dimension && { dimension, value: filter[dimension]! };
};

/** Whether an index leads to nothing that does not fit: beside it, only times are named. */
export const isOneDimension = ({ since: _, until: __, ...named }: BatchFilter): boolean =>
  named.text === undefined && Object.values(named).filter((value) => value !== undefined).length <= 1;

/** Whether a batch was made at such a time. */
export const isWithin = (at: number, { since = 0, until = Number.POSITIVE_INFINITY }: BatchFilter): boolean =>
  at >= since && at < until;

/** Whether a batch fits by what its header says; where its deployments belong is another question. */
export const fitsHeader = (filter: BatchFilter, header: HeaderRow): boolean =>
  fits(filter.status, header.status) &&
  fits(filter.origin, header.origin?.kind ?? originOfFile) &&
  isBy(filter.actor, submitterOf(header)) &&
  (filter.tag === undefined || header.metadata?.tags?.includes(filter.tag) === true) &&
  isWithin(header.created_at, filter) &&
  hasText(filter.text, wordsOf(header));

const wordsOf = ({ batch_id, name, submitted_by, submitted_by_name, metadata = {} }: HeaderRow) => {
  const { created: _, ...said } = metadata;
  return [batch_id, name, submitted_by, submitted_by_name, ...textsIn(said as Json)];
};

/** All texts in a value, however deep. */
const textsIn = (value: Json): readonly string[] => {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
};

/** Those of the places of a batch that are asked for; all of them where none is named. */
export const askedPlaces = ({ environment, pillar, service }: BatchFilter, reach: Reach): readonly Place[] =>
  placesOf(reach).filter(
    (place) =>
      fits(environment, place.environment) && fits(pillar, place.pillar) && fits(service?.split('/')[0], place.pillar),
  );
