import type * as z from 'zod';
import type { ErrorName } from '../../lib/domain/errors.ts';

/** What a route promises, for the OpenAPI document and for the tests, which hold every answer against it. */
export interface Contract {
  /** One line: what it does. */
  readonly summary: string;
  /** The same schema that reads the query; absent where there is none. */
  readonly query?: z.ZodObject;
  /** The same schema that reads the JSON body, or `batch` for the text of a batch; absent where there is none. */
  readonly body?: z.ZodObject | 'batch';
  /** Whether a request may come without it. */
  readonly bodyMayBeAbsent?: true;
  /** Headers of the request that it reads. */
  readonly headers?: readonly (
    | 'idempotency-key'
    | 'if-match'
    | 'if-match#version'
    | 'if-none-match'
    | 'flotilla-links'
    | 'x-request-id'
    | 'x-user-id'
  )[];
  /** On one machine it is answered without a token, too. */
  readonly forAnyone?: true;
  /** By status, of what goes well. */
  readonly answers: Readonly<Record<number, Answer>>;
  /** Errors beside those that every route of its kind can have (see `everyRoute`). */
  readonly errors?: readonly ErrorName[];
}

export interface Answer {
  /** Of the body. A schema that several routes use has a name by `.meta({ id })`. Absent where the answer has no body. */
  readonly schema?: z.ZodType;
  /** `application/json`, unless it says otherwise. */
  readonly type?: string | readonly string[];
  /** Further types, in which the same is told as a text. */
  readonly texts?: readonly string[];
  /** Where the same status is not always the same. */
  readonly description?: string;
  /** Names what came of it, mostly a batch, in a `Location`. */
  readonly location?: true;
  /** Its ETag is the hash of a plan, which `If-Match` takes; that of any other is the hash of its body. */
  readonly etag?: 'plan';
  /** One that fits the schema: a test holds it against it. */
  readonly example?: unknown;
}

/** Whatever a route with a body may answer. */
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
  // Where a batch may be unknown it may also be known, and not kept any more.
  const ofRecord: readonly ErrorName[] = errors.includes('BatchNotFound') ? ['RecordExpired'] : [];
  return [...new Set([...everyRoute, ...ofBody, ...ofBatch, ...ofRecord, ...errors])].sort();
};

/** Types of an answer that has a body. */
export const typesOf = ({ schema, type = 'application/json', texts = [] }: Answer): readonly string[] =>
  schema === undefined ? [] : [...[type].flat(), ...texts];

/** What any route may answer: who asks is unknown, is not allowed, sends nonsense, or comes at a bad time. */
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
