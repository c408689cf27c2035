import { isFlotillaError } from '../../domain/errors.ts';
import { objectTitle } from '../../domain/manifests/manifest-object.ts';
import { scaleManager } from '../../domain/manifests/marks.ts';
import type { Applied, FieldConflict } from '../../domain/ports.ts';
import { type Advance, failed } from './advance-result.ts';
import type { Standing } from './work.ts';

/** An object that the server did not take. */
export interface Refusal {
  readonly of: Standing;
  readonly why: Extract<Applied, { readonly kind: 'conflict' | 'refused' }>;
}

const mostTold = 10;

/** All problems in one failure. Its reason is that of the first kind there is: rights, then conflicts, then all else. */
export const failureOf = (refusals: readonly Refusal[]): Advance => {
  const told = refusals.slice(0, mostTold).map(({ of, why }) => `${placeOf(of)}: ${wordsOf(why)}`);
  const more = refusals.length > mostTold ? [`and ${refusals.length - mostTold} more objects`] : [];
  const message = `The cluster does not take ${refusals.length === 1 ? 'an object' : `${refusals.length} objects`}: ${[...told, ...more].join('; ')}.`;
  const has = (is: (refusal: Refusal) => boolean): boolean => refusals.some(is);
  if (has(({ why }) => why.kind === 'refused' && rightIn(why.message) !== undefined)) {
    const remedy = 'The role that gives these rights is printed by `flotilla cluster-role --executor kubernetes`.';
    return failed('RightsMissing', `${message} ${remedy}`);
  }
  // The rest is not known as long as one of them could not be asked about: only where that is all, it may be taken a moment later.
  if (refusals.every(({ why }) => isUnasked(why))) return webhookUnavailable(message);
  return failed(has(({ why }) => why.kind === 'conflict') ? 'FieldConflict' : 'ObjectsRefused', message);
};

const isUnasked = (why: Refusal['why']): boolean => why.kind === 'refused' && why.reason === 'WebhookUnavailable';

const webhookUnavailable = (message: string): Advance => failed('WebhookUnavailable', message, true);

const placeOf = ({ wanted: { object, file, line } }: Standing): string =>
  file === undefined ? objectTitle(object) : `${objectTitle(object)} (${file}:${line})`;

export const wordsOf = (why: Refusal['why']): string => {
  if (why.kind === 'conflict') {
    const fields = why.conflicts.slice(0, mostTold).map(({ manager, field }) => `${field} is ${manager}'s`);
    return `${fields.join(', ')}; take_over in the environment's kubernetes section says whose fields may be taken over`;
  }
  const right = rightIn(why.message);
  return right === undefined ? why.message.replace(/\.$/, '') : `we have no right to ${right}`;
};

const forbidden =
  /cannot (\w+) resource "([^"]+)" in API group "([^"]*)"(?: in the namespace "([^"]+)"| at the cluster scope)?/;

/** As `kubectl auth can-i` names it; undefined where it is no right that is missing. */
export const rightIn = (message: string): string | undefined => {
  const [isOne, verb, resource, group, namespace] = forbidden.exec(message) ?? [];
  if (isOne === undefined) return undefined;
  const where = namespace === undefined ? '' : ` in ${namespace}`;
  return `${verb} ${resource}${group === '' ? '' : `.${group}`}${where}`;
};

/** What may not be read, as the server says it; undefined for any other error. */
export const forbiddenBy = (error: unknown): string | undefined =>
  isFlotillaError(error, 'ClusterUnavailable') && error.details.status === 403 ? error.message : undefined;

/** The same may be taken a moment later. */
export const isPassing = ({ status, reason }: { readonly status: number; readonly reason: string }): boolean =>
  reason === 'WebhookUnavailable' || status === 429 || status >= 500;

/** One object that the server does not let be changed, or deleted. */
export const failureOfRight = (title: string, why: Extract<Applied, { readonly kind: 'refused' }>): Advance => {
  const { message } = why;
  if (isUnasked(why)) return webhookUnavailable(`The cluster does not take a change of ${title}: ${message}.`);
  const right = rightIn(message);
  if (right === undefined) return failed('ObjectsRefused', `The cluster refuses it for ${title}: ${message}.`);
  const remedy = 'The role that gives it is printed by `flotilla cluster-role --executor kubernetes`.';
  return failed('RightsMissing', `${title}: we have no right to ${right}. ${remedy}`);
};

/** Whether the environment lets these fields be taken over. Replicas that we have set ourselves are no one else's. */
export const mayTakeOver = (
  takeOver: 'all' | readonly string[] | undefined,
  conflicts: readonly FieldConflict[],
): boolean =>
  takeOver === 'all' ||
  conflicts.every(({ manager }) => manager === scaleManager || takeOver?.includes(manager) === true);
