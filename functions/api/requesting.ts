import type * as z from 'zod';
import type { Complaint } from '../../lib/domain/complaint.ts';
import { FlotillaError, isFlotillaError } from '../../lib/domain/errors.ts';
import { type Actor, localActor, mayImpersonate, personNamed } from '../../lib/domain/record/actor.ts';
import { longestSubject } from '../../lib/domain/record/keys.ts';
import { isLoopback } from '../../lib/domain/safe-address.ts';
import type { Asked, RequestUser } from '../../lib/usecases/requests/request-deps.ts';
import { type ApiEvent, headerOf, jsonOf } from './request.ts';

/** What of a request to the routes of deployment requests stands in its headers. */

const idHeader = 'x-request-id';
const userHeader = 'x-user-id';

/** By which a request is known again. Without one, nothing else of it is looked at. */
const requestIdOf = (event: ApiEvent): string => {
  const id = headerOf(event, idHeader)?.trim();
  if (id !== undefined && /^[\x21-\x7e]{1,255}$/.test(id)) return id;
  const what = id === undefined ? 'is missing' : 'is not one';
  throw new FlotillaError('RequestInvalid', `X-Request-ID ${what}: 1 to 255 visible ASCII characters are needed.`);
};

/**
 * In whose name somebody asks: in his own, unless his token says that he may speak for others. Whoever has the folder of a server on this
 * machine may as well.
 */
export const userOf = (event: ApiEvent, actor: Actor): RequestUser => {
  const named = headerOf(event, userHeader)?.trim();
  if (named === undefined || named === actor.subject) return { owner: actor.subject };
  if (!/^[\x21-\x7e]+$/.test(named) || named.length > longestSubject) {
    throw new FlotillaError('RequestInvalid', `X-User-ID is not one: 1 to ${longestSubject} visible ASCII characters.`);
  }
  const isOwnServer = actor.subject === localActor.subject && isLoopback(sourceOf(event));
  if (isOwnServer || mayImpersonate(actor)) return { owner: personNamed(named), sentBy: actor.subject };
  const message = `X-User-ID says ${named}, and the token says ${actor.subject}. Leave the header out; only a token with flotilla/impersonate may speak for others.`;
  throw new FlotillaError('Forbidden', message);
};

/** A server that listens on addresses of both kinds writes those of the older one so. */
const sourceOf = ({ requestContext }: ApiEvent): string => requestContext.http.sourceIp.replace(/^::ffff:/, '');

/** The id first, then the user, then all else. */
export const askedOf = (event: ApiEvent, actor: Actor): Asked => {
  const requestId = requestIdOf(event);
  return { requestId, ...userOf(event, actor) };
};

/** The body, with what is wrong of it by field. What is no JSON at all has no fields. */
export const fieldsOf = <Schema extends z.ZodObject>(event: ApiEvent, schema: Schema): z.output<Schema> => {
  try {
    return jsonOf(event, schema);
  } catch (error) {
    if (!isFlotillaError(error, 'RequestInvalid') || error.details.issues === undefined) throw error;
    throw new FlotillaError('RequestFieldsInvalid', error.message, error.details);
  }
};

/** The version of `If-Match`, with quotation marks or without. */
export const versionOf = (event: ApiEvent): string | undefined => {
  const given = headerOf(event, 'if-match')?.trim();
  if (given === undefined || given === '*') return undefined;
  const found = /^"?(\d{1,9})"?$/.exec(given);
  if (found !== null) return found[1];
  throw new FlotillaError('RequestInvalid', 'If-Match takes the resource_version of one deployment.');
};

/** What an error of these routes says besides: a sentence, and what is wrong by field. */
export const envelopeOf = (error: unknown, sentence: string): { readonly error: string; readonly details: object } => {
  const { issues = [] } = (error instanceof FlotillaError ? error.details : {}) as {
    readonly issues?: readonly Complaint[];
  };
  const fields = issues.map(({ path, message }) => [path.replace(/^body\./, ''), message]);
  return { error: sentence, details: Object.fromEntries(fields) };
};

/** Whether the routes at this address have that envelope. */
export const hasEnvelope = (path: string): boolean => path.startsWith('/api/v1/');
