import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import * as z from 'zod';
import type { Actor } from '../../lib/domain/record/actor.ts';
import type { AskedBy, Deps } from '../../lib/usecases/deps.ts';
import { type ApiEvent, queryOf } from './request.ts';

/** What all routes together need. */
export type ApiDeps = Pick<
  Deps,
  'table' | 'documents' | 'uploads' | 'anchors' | 'workflow' | 'clock' | 'random' | 'ids' | 'catalogue' | 'waitingRoom'
>;

/** Routes get no other deps than these: whatever they do, they do with the caller's rights. */
export type RouteDeps = ApiDeps & AskedBy;

interface Request {
  readonly event: ApiEvent;
  readonly actor: Actor;
  readonly parameters: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export type HandleWith<Needed> = (deps: Needed, request: Request) => Promise<APIGatewayProxyStructuredResultV2>;
export type Handle = HandleWith<RouteDeps>;

const noQuery = z.strictObject({});

/** For a route without query parameters. */
export const withoutQuery =
  <Needed>(handle: HandleWith<Needed>): HandleWith<Needed> =>
  async (deps, request) => {
    queryOf(request.event, noQuery);
    return handle(deps, request);
  };

export const json = (statusCode: number, body: unknown, headers: Record<string, string> = {}) => ({
  statusCode,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
  body: JSON.stringify(body),
});

/** In a query a number is text and is converted; in JSON it is a number. */
export const whole = (
  low: number,
  high: number,
  number: typeof z.number | typeof z.coerce.number = z.coerce.number,
) => {
  const error = `a whole number from ${low} ${high === Number.MAX_SAFE_INTEGER ? 'on' : `to ${high}`} is needed`;
  const fits = (value: number): boolean => Number.isInteger(value) && value >= low && value <= high;
  const written = z.preprocess(asNumber, number({ error }).refine(fits, { error }));
  return written.meta({ type: 'integer', minimum: low, maximum: high });
};

/** `Number` reads an empty text as 0, and accepts `0x10` and `1e3`, which are no numbers in a query. */
const asNumber = (given: unknown): unknown =>
  typeof given === 'string' && !/^-?\d{1,16}$/.test(given) ? Number.NaN : given;

const momentNeeded = 'a date (2026-11-30) or a time with its zone (2026-11-30T08:00:00Z) is needed';

/** The rows of a page. A value above `most` is not refused but reduced, and the answer's `limit` says so. */
export const pageLimit = (most: number, otherwise: number) =>
  whole(1, Number.MAX_SAFE_INTEGER)
    .default(otherwise)
    .transform((asked) => Math.min(asked, most));

/** `Date.parse` reads the 31st of a month with 30 days as the first of the next. */
const isInCalendar = (text: string): boolean => {
  const day = text.slice(0, 10);
  const at = Date.parse(day);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(day);
};

/** A moment in milliseconds since 1970: `2026-11-30` (its beginning, UTC) or `2026-11-30T08:00:00Z`. */
export const moment = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d))?$/, {
    error: momentNeeded,
    abort: true,
  })
  .refine(isInCalendar, { error: momentNeeded })
  .transform((text) => Date.parse(text))
  .refine((at) => at >= 0, { error: 'a time from 1970-01-01 on is needed' });

/** For a page of a feed. */
export const feedQuery = z.strictObject({
  after: whole(0, 999_999_998).default(0),
  wait: whole(0, 20).default(0),
  limit: whole(1, 1000).default(100),
});

/** For the stage's feed, which never ends: a negative `after` starts that many events before its end. */
export const stageQuery = feedQuery.extend({ after: whole(-1000, 999_999_998).default(0) });

/** No table stores half a character, but a JSON escape can write one. */
export const wellFormed = z
  .string()
  .refine((text) => text.isWellFormed(), { error: 'an escape encodes half a character' });

/** The reason for a request, in the caller's words. */
export const reason = z.string().trim().min(1, { error: 'give a reason, in a sentence' }).max(1000).pipe(wellFormed);
