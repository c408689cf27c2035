import { isFlotillaError } from '../../domain/errors.ts';
import { objectTitle } from '../../domain/manifests/manifest-object.ts';
import { scaleManager } from '../../domain/manifests/marks.ts';
import type { Applied, FieldConflict } from '../../domain/ports.ts';
import { type Advance, failed } from './advance-result.ts';
import type { Standing } from './work.ts';

/** An object that the server refused. */
export interface Refusal {
  readonly of: Standing;
  readonly why: Extract<Applied, { readonly kind: 'conflict' | 'refused' }>;
}

const mostTold = 10;

/**
 * All problems in one failure. Its reason comes from the first category found: rights, then conflicts, then everything
 * else.
 */
export const failureOf = (refusals: readonly Refusal[]): Advance => {
  const told = refusals.slice(0, mostTold).map(({ of, why }) => `${placeOf(of)}: ${wordsOf(why)}`);
  const more = refusals.length > mostTold ? [`and ${refusals.length - mostTold} more objects`] : [];
  const message = `The cluster refused ${refusals.length === 1 ? 'an object' : `${refusals.length} objects`}: ${[...told, ...more].join('; ')}.`;
  const has = (is: (refusal: Refusal) => boolean): boolean => refusals.some(is);
  if (has(({ why }) => why.kind === 'refused' && rightIn(why.message) !== undefined)) {
    const remedy = '`flotilla cluster-role --executor kubernetes` prints the role that grants these rights.';
    return failed('RightsMissing', `${message} ${remedy}`);
  }
  // If one object could not be checked, others may hide more problems. Only if nothing else is wrong is this worth
  // another try.
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
    return `${fields.join(', ')}; take_over in the environment's kubernetes section lists whose fields may be taken over`;
  }
  const right = rightIn(why.message);
  return right === undefined ? why.message.replace(/\.$/, '') : `we have no right to ${right}`;
};

const forbidden =
  /cannot (\w+) resource "([^"]+)" in API group "([^"]*)"(?: in the namespace "([^"]+)"| at the cluster scope)?/;

/** The right as `kubectl auth can-i` names it; undefined if the message is not about a missing right. */
export const rightIn = (message: string): string | undefined => {
  const [isOne, verb, resource, group, namespace] = forbidden.exec(message) ?? [];
  if (isOne === undefined) return undefined;
  const where = namespace === undefined ? '' : ` in ${namespace}`;
  return `${verb} ${resource}${group === '' ? '' : `.${group}`}${where}`;
};

/** What may not be read, in the server's words; undefined for any other error. */
export const forbiddenBy = (error: unknown): string | undefined =>
  isFlotillaError(error, 'ClusterUnavailable') && error.details.status === 403 ? error.message : undefined;

/** The server may accept the same a moment later. */
export const isPassing = ({ status, reason }: { readonly status: number; readonly reason: string }): boolean =>
  reason === 'WebhookUnavailable' || status === 429 || status >= 500;

/** An object that the server does not let us change or delete. */
export const failureOfRight = (title: string, why: Extract<Applied, { readonly kind: 'refused' }>): Advance => {
  const { message } = why;
  if (isUnasked(why)) return webhookUnavailable(`The cluster refused a change of ${title}: ${message}.`);
  const right = rightIn(message);
  if (right === undefined) return failed('ObjectsRefused', `The cluster refused it for ${title}: ${message}.`);
  const remedy = '`flotilla cluster-role --executor kubernetes` prints the role that grants it.';
  return failed('RightsMissing', `${title}: we have no right to ${right}. ${remedy}`);
};

/** Whether the environment lets these fields be taken over. Replicas that we set ourselves are nobody else's. */
export const mayTakeOver = (
  takeOver: 'all' | readonly string[] | undefined,
  conflicts: readonly FieldConflict[],
): boolean =>
  takeOver === 'all' ||
  conflicts.every(({ manager }) => manager === scaleManager || takeOver?.includes(manager) === true);
