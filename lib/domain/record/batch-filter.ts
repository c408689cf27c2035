import { fits, hasText, isBy } from '../asked.ts';
import { type Origin, originKinds } from '../batch/origin.ts';
import type { Status } from '../deployment/status.ts';
import type { Place } from '../grants/grant.ts';
import { placesOf, type Reach } from '../grants/reach.ts';
import type { Json } from '../json.ts';
import { submitterOf } from '../targets/submitter.ts';
import { type BatchDimension, originOfFile } from './index-rows.ts';
import type { HeaderRow } from './rows.ts';

/** The origins of a batch that callers may filter by. */
export const askedOrigins = [originOfFile, ...originKinds] as const satisfies readonly (
  | Origin['kind']
  | typeof originOfFile
)[];

/** A filter for batches. All given fields must match. */
export interface BatchFilter {
  readonly status?: Status | undefined;
  readonly environment?: string | undefined;
  readonly pillar?: string | undefined;
  /** `pillar/service_name`. */
  readonly service?: string | undefined;
  /** Who submitted it: subject or display name. */
  readonly actor?: string | undefined;
  readonly origin?: (typeof askedOrigins)[number] | undefined;
  readonly tag?: string | undefined;
  /** Part of its description or its id, ignoring case. */
  readonly text?: string | undefined;
  /** Created at or after this, and before `until`. Milliseconds since 1970. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
}

/** An index for finding batches. */
export interface Lead {
  readonly dimension: BatchDimension;
  readonly value: string;
}

/** The most selective first. Few batches are ever in a transient status at once. */
const mostSelective = ['service', 'tag', 'actor', 'origin', 'pillar', 'environment', 'status'] as const;

/** The index that leads to the fewest other batches; undefined if no given field has an index. */
export const leadOf = (filter: BatchFilter): Lead | undefined => {
  const { status } = filter;
  if (status === 'PENDING' || status === 'PROCESSING') return { dimension: 'status', value: status };
  const dimension = mostSelective.find((one) => filter[one] !== undefined);
  return dimension && { dimension, value: filter[dimension]! };
};

/** Whether an index finds nothing but matches: apart from it, only times are given. */
export const isOneDimension = ({ since: _, until: __, ...named }: BatchFilter): boolean =>
  named.text === undefined && Object.values(named).filter((value) => value !== undefined).length <= 1;

/** Whether a batch was created in this time range. */
export const isWithin = (at: number, { since = 0, until = Number.POSITIVE_INFINITY }: BatchFilter): boolean =>
  at >= since && at < until;

/** Whether a batch matches by its header alone. Where its deployments belong is checked elsewhere. */
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

/** All strings in a value, at any depth. */
const textsIn = (value: Json): readonly string[] => {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
};

/** The places of a batch that match; all of them if none is given. */
export const askedPlaces = ({ environment, pillar, service }: BatchFilter, reach: Reach): readonly Place[] =>
  placesOf(reach).filter(
    (place) =>
      fits(environment, place.environment) && fits(pillar, place.pillar) && fits(service?.split('/')[0], place.pillar),
  );
