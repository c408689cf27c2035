import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import type { Applied, FieldConflict, Patched, Removed } from '../domain/ports.ts';
import { foreignText } from '../domain/record/foreign-text.ts';
import { listAt, stringAt } from '../domain/rollout/kubernetes-object.ts';
import { type ApiAnswer, notAdmitted } from './cluster-request.ts';

const longestMessage = 2_000;

/** Reads the API server's answer to an apply. Undefined if it is not JSON: then something else answered. */
export const appliedOf = (answer: ApiAnswer): Applied | undefined => {
  const body = objectOf(answer);
  if (body === undefined) return answer.status < 300 ? undefined : refused(answer, {});
  if (answer.status < 300) return { kind: 'applied', object: body };
  if (answer.status !== 409) return refused(answer, body);
  const conflicts = conflictsOf(body);
  const message = messageOf(answer, body);
  // The resource version is old, was created at the same moment, or is gone.
  return conflicts.length === 0 ? { kind: 'moved', message } : { kind: 'conflict', message, conflicts };
};

export const removedOf = (answer: ApiAnswer): Removed => {
  if (answer.status < 300) return { kind: 'deleted' };
  if (answer.status === 404) return { kind: 'gone' };
  const body = objectOf(answer) ?? {};
  return answer.status === 409 ? { kind: 'moved', message: messageOf(answer, body) } : refused(answer, body);
};

export const patchedOf = (answer: ApiAnswer): Patched => {
  const end = removedOf(answer);
  return end.kind === 'deleted' ? { kind: 'patched' } : (end as Exclude<Patched, { readonly kind: 'patched' }>);
};

type Refused = Extract<Applied, { readonly kind: 'refused' }>;

const refused = (answer: ApiAnswer, body: JsonObject): Refused => ({
  kind: 'refused',
  status: answer.status,
  reason: isUnasked(answer, body) ? 'WebhookUnavailable' : (stringAt(body, 'reason') ?? ''),
  message: messageOf(answer, body),
});

/** Nobody said no: something that had to be asked about the object did not answer. */
const isUnasked = ({ status }: ApiAnswer, body: JsonObject): boolean =>
  status === 500 && notAdmitted.test(stringAt(body, 'message') ?? '');

const messageOf = ({ status }: ApiAnswer, body: JsonObject): string =>
  foreignText(stringAt(body, 'message') ?? `HTTP ${status}`, longestMessage);

/** `conflict with "kubectl" using apps/v1` and `conflict with "hpa" with subresource "scale" using apps/v1 at 2026-…`. */
const manager = /^conflict with "((?:[^"\\]|\\.)*)"/;

/** Returns all of them: the decision on a take-over needs every one. Messages leave some out. */
const conflictsOf = (body: JsonObject): readonly FieldConflict[] =>
  listAt(body, 'details', 'causes')
    .filter((cause) => cause.reason === 'FieldManagerConflict')
    .map((cause) => ({
      manager: foreignText(manager.exec(stringAt(cause, 'message') ?? '')?.[1] ?? 'unknown', 200),
      field: foreignText(stringAt(cause, 'field') ?? '', 500),
    }));

const objectOf = ({ body, isCut }: ApiAnswer): JsonObject | undefined => {
  if (isCut) return undefined;
  try {
    const read = JSON.parse(body) as Json;
    return isObject(read) ? read : undefined;
  } catch {
    return undefined;
  }
};
