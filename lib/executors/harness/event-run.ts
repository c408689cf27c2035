import { FlotillaError } from '../../domain/errors.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { News } from '../../domain/ports.ts';
import type { HarnessApi } from './api.ts';
import { type Candidate, chooseRun, type RunFound } from './found-runs.ts';
import { findRunsOfEvent, type KeySearch } from './key-search.ts';
import { type Owner, ownerOf } from './owner.ts';
import type { HarnessSettings } from './settings.ts';
import { readTrigger } from './trigger-status.ts';
import { describeReply, isSuccess, objectAt, textAt } from './wire.ts';

export interface EventSearch extends Omit<KeySearch, 'eventKeys'> {
  readonly event: string;
}

/** What became of an event; `not-yet` where nothing is known of it so far. */
export type Resolution = RunFound | Extract<News, { readonly kind: 'failed' }> | { readonly kind: 'not-yet' };

/**
 * What became of our event, from the reply of the details call. One event may set off several triggers, and the details show one run:
 * perhaps that of another pipeline, which is not ours, or one of two of our pipeline, which both got our payload. Then the list tells.
 */
export const runOfEvent = async (api: HarnessApi, body: JsonObject, search: EventSearch): Promise<Resolution> => {
  const { settings, event } = search;
  const details = objectAt(body, 'data', 'webhookProcessingDetails');
  const fate = readTrigger(body);
  const run = fate.kind === 'run' ? fate.id : undefined;
  const owner = run === undefined ? ownerOf(details, settings) : await ownerOfRun(api, { body, run, settings });
  if (fate.kind === 'not-yet') return fate;
  if (fate.kind === 'failed' && owner !== 'another')
    return { kind: 'failed', reason: 'TriggerFailed', message: fate.message };
  const named: readonly Candidate[] = run !== undefined && owner === 'ours' ? [{ ref: run }] : [];
  const listed =
    named.length > 0 && !mayBeOneOfSeveral(details, settings)
      ? []
      : await findRunsOfEvent(api, search, { event, run: owner === 'another' ? undefined : run });
  const unlisted = named.filter(({ ref }) => !listed.some((other) => other.ref === ref));
  const urlOf = (ref: string) => api.runUrl(settings.scope, settings.pipeline, ref);
  return chooseRun([...listed, ...unlisted], urlOf) ?? { kind: 'not-yet' };
};

/** The service warns of several triggers; an older one shows another trigger than the one that was called. */
const mayBeOneOfSeveral = (details: JsonObject, { trigger }: HarnessSettings): boolean =>
  textAt(details, 'warningMsg') !== undefined || (textAt(details, 'triggerIdentifier') ?? trigger) !== trigger;

/** By the details, by the summary beside them, by the run's own page: the first that says it. */
const ownerOfRun = async (
  api: HarnessApi,
  { body, run, settings }: { readonly body: JsonObject; readonly run: string; readonly settings: HarnessSettings },
): Promise<Owner> => {
  const byDetails = ownerOf(objectAt(body, 'data', 'webhookProcessingDetails'), settings);
  if (byDetails !== 'unsaid') return byDetails;
  const beside = ownerBySummary(objectAt(body, 'data', 'executionDetails'), run, settings);
  if (beside !== 'unsaid') return beside;
  const reply = await api.run(settings.scope, run);
  // Not known, or not yet: the list of our pipeline may have it.
  if (reply.kind === 'reply' && reply.status === 404) return 'unsaid';
  if (!isSuccess(reply)) throw new FlotillaError('ExecutorUnavailable', describeReply(reply));
  return ownerBySummary(objectAt(reply.body, 'data'), run, settings);
};

const ownerBySummary = (holder: Json, run: string, settings: HarnessSettings): Owner => {
  const summary = objectAt(holder, 'pipelineExecutionSummary');
  return textAt(summary, 'planExecutionId') === run ? ownerOf(summary, settings) : 'unsaid';
};
