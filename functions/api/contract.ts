import type * as z from 'zod';
import type { ErrorName } from '../../lib/domain/errors.ts';

/** What a route promises, for the OpenAPI document and for the tests, which check every answer against it. */
export interface Contract {
  /** One line: what it does. */
  readonly summary: string;
  /** The schema that reads the query; absent if there is none. */
  readonly query?: z.ZodObject;
  /** The schema that reads the JSON body, or `batch` for the text of a batch; absent if there is none. */
  readonly body?: z.ZodObject | 'batch';
  /** Whether a request may leave it out. */
  readonly bodyMayBeAbsent?: true;
  /** Request headers that it reads. */
  readonly headers?: readonly (
    | 'idempotency-key'
    | 'if-match'
    | 'if-match#version'
    | 'if-none-match'
    | 'flotilla-links'
    | 'x-request-id'
    | 'x-user-id'
  )[];
  /** On one machine it is also answered without a token. */
  readonly forAnyone?: true;
  /** The successful answers, by status. */
  readonly answers: Readonly<Record<number, Answer>>;
  /** Errors besides the common ones (see `everyRoute`). */
  readonly errors?: readonly ErrorName[];
}

export interface Answer {
  /**
   * Schema of the body. A schema used by several routes has a name, set with `.meta({ id })`. Absent if there is no
   * body.
   */
  readonly schema?: z.ZodType;
  /** `application/json` by default. */
  readonly type?: string | readonly string[];
  /** Other types that carry the same as text. */
  readonly texts?: readonly string[];
  /** Needed if the same status has different meanings. */
  readonly description?: string;
  /** A `Location` header names the result, usually a batch. */
  readonly location?: true;
  /** The ETag is a plan's hash, which `If-Match` takes. Otherwise it is the body's hash. */
  readonly etag?: 'plan';
  /** An example. A test checks it against the schema. */
  readonly example?: unknown;
}

/** Possible for every route with a body. */
const withBody: readonly ErrorName[] = ['UnsupportedMediaType'];
const withBatch: readonly ErrorName[] = ['YamlInvalid', 'BatchInvalid', 'UploadNotFound'];

/** All errors that a route may answer, each once, by name. */
export const errorsOf = ({
  contract: { body, errors = [] },
}: {
  readonly contract: Contract;
}): readonly ErrorName[] => {
  const ofBody = body === undefined ? [] : withBody;
  const ofBatch = body === 'batch' ? withBatch : [];
  // If a batch may be unknown, its record may also have expired.
  const ofRecord: readonly ErrorName[] = errors.includes('BatchNotFound') ? ['RecordExpired'] : [];
  return [...new Set([...everyRoute, ...ofBody, ...ofBatch, ...ofRecord, ...errors])].sort();
};

/** The types of an answer with a body. */
export const typesOf = ({ schema, type = 'application/json', texts = [] }: Answer): readonly string[] =>
  schema === undefined ? [] : [...[type].flat(), ...texts];

/** Possible for every route: the caller is unknown or not allowed, the request is nonsense, or the time is bad. */
export const everyRoute: readonly ErrorName[] = [
  'RequestInvalid',
  'Unauthorized',
  'Forbidden',
  'PayloadTooLarge',
  'AnswerTooLarge',
  'TooManyRequests',
  'ConfigurationInvalid',
  'InternalError',
  'TableBusy',
];
