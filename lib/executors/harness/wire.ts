import { isObject, type Json, type JsonObject } from '../../domain/json.ts';
import { foreignText } from '../../domain/record/foreign-text.ts';
import type { HarnessReply } from './api.ts';

/**
 * Lenient reading: the service does not keep to its published enums and required fields, so nothing is validated
 * strictly.
 */

/** The object at a path, or an empty one. */
export const objectAt = (from: Json | undefined, ...path: readonly string[]): JsonObject => {
  let at: Json | undefined = from;
  for (const name of path) at = isObject(at) ? at[name] : undefined;
  return isObject(at) ? at : {};
};

export const listAt = (from: Json | undefined, name: string): readonly Json[] => {
  const value = isObject(from) ? from[name] : undefined;
  return Array.isArray(value) ? value : [];
};

/** A non-empty text. Null, absent and empty mean the same on this wire. */
export const textAt = (from: Json | undefined, name: string): string | undefined => {
  const value = isObject(from) ? from[name] : undefined;
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
};

/** A time in milliseconds. Zero means not set. */
export const timeAt = (from: Json | undefined, name: string): number | undefined => {
  const value = isObject(from) ? from[name] : undefined;
  return typeof value === 'number' && value > 0 ? value : undefined;
};

const longestWords = 600;

/** The two error envelopes keep their text in different places. Takes the first one found. */
const errorText = (body: JsonObject | undefined): string | undefined => {
  const field = listAt(body, 'errors')[0];
  const fieldText = [textAt(field, 'fieldId'), textAt(field, 'error')].filter(Boolean).join(' ');
  return textAt(body, 'message') ?? textAt(listAt(body, 'responseMessages')[0], 'message') ?? (fieldText || undefined);
};

/** One sentence about a reply, for people. */
export const describeReply = (reply: HarnessReply): string => {
  if (reply.kind !== 'reply') return reply.message;
  const head = ['Harness answered', String(reply.status), textAt(reply.body, 'code')].filter(Boolean).join(' ');
  const text = reply.body === undefined ? 'without a JSON body' : errorText(reply.body);
  return foreignText(text === undefined ? head : `${head}: ${text}`, longestWords);
};

export const isSuccess = (reply: HarnessReply): reply is HarnessReply & { kind: 'reply'; body: JsonObject } =>
  reply.kind === 'reply' && reply.status >= 200 && reply.status < 300 && reply.body !== undefined;

/** Throttled by the edge (429), or by the service itself with a 400 and a code. */
export const isThrottled = (reply: HarnessReply): boolean =>
  reply.kind === 'reply' && (reply.status === 429 || textAt(reply.body, 'code') === 'TOO_MANY_REQUESTS');
