import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import * as z from 'zod';
import { batchBytes, mebibytes } from '../../lib/domain/batch/batch-size.ts';
import { type Links, linksHeader, linksSchema } from '../../lib/domain/batch/links.ts';
import { invalidRequest } from '../../lib/domain/complaint.ts';
import { FlotillaError } from '../../lib/domain/errors.ts';
import type { Actor } from '../../lib/domain/record/actor.ts';
import type { Sender } from '../../lib/usecases/batch/accept-batch.ts';
import type { OrderedUpload } from '../../lib/usecases/batch/ordered-upload.ts';
import { readUpload } from '../../lib/usecases/batch/read-upload.ts';
import type { Deps } from '../../lib/usecases/deps.ts';
import { complaintsOf, shownKey } from './complaint.ts';

/** API Gateway's authorizer adds its claims; without one there are none. */
export type ApiEvent = APIGatewayProxyEventV2 & {
  readonly requestContext: {
    readonly authorizer?: {
      readonly jwt?: { readonly claims?: Readonly<Record<string, unknown>> };
    };
  };
};

/** What API Gateway, Lambda and the embedded server accept in one request. */
export const maxBodyBytes = batchBytes.inRequest;

/** In payload 2.0, header names are in lower case. */
export const headerOf = (event: ApiEvent, name: string): string | undefined => event.headers?.[name];

/**
 * The body as text, with its byte order mark, so that exactly what was submitted can be returned. Whether API Gateway
 * encodes a body depends on its content type, so both forms are accepted for every type.
 */
const bodyOf = (event: ApiEvent): string => {
  const encoding = event.isBase64Encoded === true ? 'base64' : 'utf8';
  const bytes = Buffer.from(event.body ?? '', encoding);
  if (bytes.byteLength > maxBodyBytes) throw tooLarge();
  return textOf(bytes, 'body');
};

const textOf = (bytes: Uint8Array, what: string): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new FlotillaError('RequestInvalid', `The ${what} is not valid UTF-8 text.`);
  }
};

export const tooLarge = (): FlotillaError =>
  new FlotillaError(
    'PayloadTooLarge',
    `A request may have ${mebibytes(maxBodyBytes)} at most. A batch may have ${mebibytes(batchBytes.atMost)} by POST /uploads, which the commands deploy and plan use automatically.`,
  );

const batchTypes = ['application/yaml', 'application/x-yaml', 'text/yaml', 'text/x-yaml', 'application/json'];

/**
 * A batch comes as YAML or JSON and must say so. Types that a form on a foreign page can send are refused, so that no
 * page can deploy with the rights of its reader.
 */
const batchTextOf = (event: ApiEvent): string => {
  checkContentType(event, batchTypes);
  return bodyOf(event);
};

export const uploadQuery = z.strictObject({ upload: z.string().optional() });

/** The text of a batch, and the upload that brought it, if any. */
export interface SentBatch {
  readonly text: string;
  readonly upload?: OrderedUpload;
}

/** The text of a batch: the body, or the caller's upload that the query names. */
export const batchOf = async (
  deps: Pick<Deps, 'uploads' | 'table' | 'clock'>,
  { event, actor }: { readonly event: ApiEvent; readonly actor: Actor },
): Promise<SentBatch> => {
  const { upload: uploadId } = queryOf(event, uploadQuery);
  if (uploadId === undefined) return { text: batchTextOf(event) };
  if ((event.body ?? '') === '') {
    const { bytes, upload } = await readUpload(deps, { actor, uploadId });
    return { text: textOf(bytes, 'upload'), upload };
  }
  throw new FlotillaError('RequestInvalid', 'A batch is either the body or ?upload=. Send only one of them.');
};

/** The hash of the plan that a batch is submitted for, quoted as an entity tag or not. Undefined for any plan. */
export const planHashOf = (event: ApiEvent): string | undefined => {
  const given = headerOf(event, 'if-match')?.trim();
  if (given === undefined || given === '*') return undefined;
  const hash = /^(?:"([^"]+)"|([^",]+))$/.exec(given);
  if (hash !== null) return hash[1] ?? hash[2];
  throw new FlotillaError(
    'RequestInvalid',
    'If-Match takes the plan_hash of one plan, with or without quotation marks.',
  );
};

/** The sender of a request that becomes a batch. */
export const senderOf = ({ subject, formerly }: Actor, event: ApiEvent): Sender => ({
  actor: subject,
  formerly,
  idempotencyKey: idempotencyKeyOf(event),
  links: linksOf(event),
});

const linksOf = (event: ApiEvent): Links | undefined => {
  const text = headerOf(event, linksHeader);
  if (text === undefined) return undefined;
  const value = jsonIn(text, `header ${linksHeader}`);
  const result = linksSchema.safeParse(value);
  if (result.success) return result.data;
  throw invalidRequest(...complaintsOf(result.error.issues, { where: linksHeader, value, known: [] }));
};

const idempotencyKeyOf = (event: ApiEvent): string | undefined => {
  const key = headerOf(event, 'idempotency-key')?.trim();
  if (key === undefined || /^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new FlotillaError('RequestInvalid', 'An Idempotency-Key has 1 to 255 visible ASCII characters and no spaces.');
};

/** A small JSON body, read by its schema. */
export const jsonOf = <Schema extends z.ZodObject>(event: ApiEvent, schema: Schema): z.output<Schema> => {
  checkContentType(event, ['application/json']);
  return parsed(schema, jsonIn(bodyOf(event), 'body'), 'body');
};

const jsonIn = (text: string, what: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw new FlotillaError('RequestInvalid', `The ${what} is not JSON.`);
  }
};

/** The query parameters. Unknown ones are refused: otherwise they would look as if they worked. */
export const queryOf = <Schema extends z.ZodObject>(event: ApiEvent, schema: Schema): z.output<Schema> => {
  checkGivenOnce(event);
  return parsed(schema, event.queryStringParameters ?? {}, 'query');
};

/** API Gateway joins repeated values with a comma, and the result would match nothing. */
const checkGivenOnce = ({ rawQueryString }: ApiEvent): void => {
  const names = [...new URLSearchParams(rawQueryString).keys()];
  const twice = [...new Set(names.filter((name, at) => names.indexOf(name) !== at))];
  if (twice.length === 0) return;
  const message = 'is given more than once';
  throw invalidRequest(...twice.map((name) => ({ path: `query.${shownKey(name)}`, message })));
};

const checkContentType = (event: ApiEvent, allowed: readonly string[]): void => {
  const given = headerOf(event, 'content-type');
  const type = given?.split(';', 1).join().trim().toLowerCase();
  if (type !== undefined && allowed.includes(type)) return;
  const found = given === undefined ? 'has no Content-Type' : `says Content-Type ${given}`;
  throw new FlotillaError('UnsupportedMediaType', `The request ${found}. Send ${allowed.join(' or ')}.`, { allowed });
};

const parsed = <Schema extends z.ZodObject>(
  schema: Schema,
  value: unknown,
  where: 'query' | 'body',
): z.output<Schema> => {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw invalidRequest(...complaintsOf(result.error.issues, { where, value, known: Object.keys(schema.shape) }));
};
