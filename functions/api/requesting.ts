import type * as z from 'zod';
import type { Complaint } from '../../lib/domain/complaint.ts';
import { FlotillaError, isFlotillaError } from '../../lib/domain/errors.ts';
import { type Actor, localActor, mayImpersonate, personNamed } from '../../lib/domain/record/actor.ts';
import { longestSubject } from '../../lib/domain/record/keys.ts';
import { isLoopback } from '../../lib/domain/safe-address.ts';
import type { Asked, RequestUser } from '../../lib/usecases/requests/request-deps.ts';
import { type ApiEvent, headerOf, jsonOf } from './request.ts';

/** Reads the headers of deployment requests. */

const idHeader = 'x-request-id';
const userHeader = 'x-user-id';

/** Identifies a repeated request. Without it, the rest of the request is not read. */
const requestIdOf = (event: ApiEvent): string => {
  const id = headerOf(event, idHeader)?.trim();
  if (id !== undefined && /^[\x21-\x7e]{1,255}$/.test(id)) return id;
  const what = id === undefined ? 'is missing' : 'is not one';
  throw new FlotillaError('RequestInvalid', `X-Request-ID ${what}: 1 to 255 visible ASCII characters are needed.`);
};

/**
 * The user on whose behalf a request is made: the caller, unless their token may speak for others. On one machine,
 * anyone with access to the server's folder may, too.
 */
export const userOf = (event: ApiEvent, actor: Actor): RequestUser => {
  const named = headerOf(event, userHeader)?.trim();
  if (named === undefined || named === actor.subject) return { owner: actor.subject };
  if (!/^[\x21-\x7e]+$/.test(named) || named.length > longestSubject) {
    throw new FlotillaError(
      'RequestInvalid',
      `X-User-ID is not valid: it needs 1 to ${longestSubject} visible ASCII characters.`,
    );
  }
  const isOwnServer = actor.subject === localActor.subject && isLoopback(sourceOf(event));
  if (isOwnServer || mayImpersonate(actor)) return { owner: personNamed(named), sentBy: actor.subject };
  const message = `X-User-ID says ${named}, but the token says ${actor.subject}. Remove the header; only a token with flotilla/impersonate may speak for others.`;
  throw new FlotillaError('Forbidden', message);
};

/** A server that listens on IPv4 and IPv6 writes IPv4 addresses with this prefix. */
const sourceOf = ({ requestContext }: ApiEvent): string => requestContext.http.sourceIp.replace(/^::ffff:/, '');

/** First the id, then the user, then everything else. */
export const askedOf = (event: ApiEvent, actor: Actor): Asked => {
  const requestId = requestIdOf(event);
  return { requestId, ...userOf(event, actor) };
};

/** The body, with problems by field. A body that is not JSON has no fields. */
export const fieldsOf = <Schema extends z.ZodObject>(event: ApiEvent, schema: Schema): z.output<Schema> => {
  try {
    return jsonOf(event, schema);
  } catch (error) {
    if (!isFlotillaError(error, 'RequestInvalid') || error.details.issues === undefined) throw error;
    throw new FlotillaError('RequestFieldsInvalid', error.message, error.details);
  }
};

/** The version in `If-Match`, with or without quotation marks. */
export const versionOf = (event: ApiEvent): string | undefined => {
  const given = headerOf(event, 'if-match')?.trim();
  if (given === undefined || given === '*') return undefined;
  const found = /^"?(\d{1,9})"?$/.exec(given);
  if (found !== null) return found[1];
  throw new FlotillaError('RequestInvalid', 'If-Match takes the resource_version of one deployment.');
};

/** The extra fields of these routes' errors: a sentence, and the problems by field. */
export const envelopeOf = (error: unknown, sentence: string): { readonly error: string; readonly details: object } => {
  const { issues = [] } = (error instanceof FlotillaError ? error.details : {}) as {
    readonly issues?: readonly Complaint[];
  };
  const fields = issues.map(({ path, message }) => [path.replace(/^body\./, ''), message]);
  return { error: sentence, details: Object.fromEntries(fields) };
};

/** Whether the routes at this path use that envelope. */
export const hasEnvelope = (path: string): boolean => path.startsWith('/api/v1/');
