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
  /** Headers of the request that it reads. */
  readonly headers?: readonly ('idempotency-key' | 'if-match' | 'if-none-match')[];
  /** By status, of what goes well. */
  readonly answers: Readonly<Record<number, Answer>>;
  /** Errors beside those that every route of its kind can have (see `everyRoute`). */
  readonly errors?: readonly ErrorName[];
}

export interface Answer {
  /** Of the body. A schema that several routes use has a name by `.meta({ id })`. Absent where the answer has no body. */
  readonly schema?: z.ZodType;
  /** `application/json`, unless it says otherwise. */
  readonly type?: string;
  /** One that fits the schema: a test holds it against it. */
  readonly example?: unknown;
}

/** What any route may answer: who asks is unknown, is not allowed, sends nonsense, or comes at a bad time. */
export const everyRoute: readonly ErrorName[] = [
  'RequestInvalid',
  'Unauthorized',
  'Forbidden',
  'AnswerTooLarge',
  'TooManyRequests',
  'ConfigurationInvalid',
  'InternalError',
  'TableBusy',
];
