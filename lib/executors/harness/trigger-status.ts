import type { JsonObject } from '../../domain/json.ts';
import { objectAt, textAt } from './wire.ts';

const failures: ReadonlySet<string> = new Set([
  'INVALID_RUNTIME_INPUT_YAML',
  'TARGET_DID_NOT_EXECUTE',
  'EXCEPTION_WHILE_PROCESSING',
  'INVALID_PAYLOAD',
  'VALIDATION_FAILED_FOR_TRIGGER',
  'TRIGGER_AUTHENTICATION_FAILED',
  'NO_ENABLED_CUSTOM_TRIGGER_FOUND',
  'NO_ENABLED_CUSTOM_TRIGGER_FOUND_FOR_ACCOUNT',
  'SCM_SERVICE_CONNECTION_FAILED',
]);

const failurePrefixes = ['NO_MATCHING_TRIGGER_FOR_', 'NO_ENABLED_TRIGGER_FOR_', 'TRIGGER_DID_NOT_MATCH_'];

const isFailure = (status: string): boolean =>
  failures.has(status) || failurePrefixes.some((prefix) => status.startsWith(prefix));

export type TriggerFate =
  | { readonly kind: 'run'; readonly id: string }
  | { readonly kind: 'not-yet' }
  | { readonly kind: 'failed'; readonly message: string };

/**
 * The result of a stored event. A run id decides, whatever else it says: that run exists, whosever it is. The set of
 * statuses is open. An unknown one is final only if the service reports an exception (spelt with one r on the wire).
 */
export const readTrigger = (body: JsonObject): TriggerFate => {
  const details = objectAt(body, 'data', 'webhookProcessingDetails');
  const id = textAt(details, 'pipelineExecutionId');
  if (id !== undefined) return { kind: 'run', id };
  const status = (textAt(details, 'status') ?? '').toUpperCase();
  if (status === 'QUEUED' || status === 'TARGET_EXECUTION_REQUESTED') return { kind: 'not-yet' };
  if (!isFailure(status) && details.exceptionOccured !== true) return { kind: 'not-yet' };
  const text = textAt(details, 'message');
  return { kind: 'failed', message: text === undefined ? status : `${status}: ${text}` };
};

/** Our key in the payload that the service kept for an event. Undefined if it shows none. */
export const keyOfEvent = (body: JsonObject): string | undefined => {
  const payload = textAt(objectAt(body, 'data', 'webhookProcessingDetails'), 'payload');
  if (payload === undefined) return undefined;
  try {
    return textAt(objectAt(JSON.parse(payload), 'flotilla'), 'key');
  } catch {
    return undefined;
  }
};
