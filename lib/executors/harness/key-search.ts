import { FlotillaError } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import { partsOf } from '../../domain/parts-of.ts';
import type { HarnessApi, HarnessReply } from './api.ts';
import { type Candidate, isLiveRow } from './found-runs.ts';
import { ownerOf } from './owner.ts';
import { clockSkewMilliseconds } from './run-reader.ts';
import type { HarnessSettings } from './settings.ts';
import { keyOfEvent } from './trigger-status.ts';
import { describeReply, isSuccess, isThrottled, listAt, objectAt, textAt, timeAt } from './wire.ts';

const pageSize = 100;
const pageLimit = 10;
const readsAtOnce = 5;

/** What to look for: our key in runs of this pipeline that began in the window. */
export interface KeySearch {
  readonly settings: HarnessSettings;
  readonly key: string;
  readonly from: number;
  readonly to: number;
  /** Keys of events that were read before, by event id: an event never changes its key. Filled here. */
  readonly eventKeys: Map<string, string>;
}

/** The key as a whole word: `…-1` is not in `…-12`, and `…-1` of batch A is not in `…A-1`. */
const hasKey = (text: string, key: string): boolean => {
  const escaped = key.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(?<![\\w-])${escaped}(?![\\w-])`).test(text);
};

/** The places of a list row that a pipeline can write our key to: its name, its tags, its trigger's facts. */
const shownTexts = (row: Json): readonly string[] => {
  const triggeredBy = objectAt(row, 'executionTriggerInfo', 'triggeredBy');
  const tags = listAt(row, 'tags').flatMap((tag) => [textAt(tag, 'key'), textAt(tag, 'value'), textAt(tag, 'name')]);
  const extra = Object.values(objectAt(triggeredBy, 'extraInfo'));
  const texts = [textAt(row, 'name'), textAt(triggeredBy, 'identifier'), ...tags, ...extra];
  return texts.filter((text) => typeof text === 'string');
};

const failedRead = (reply: HarnessReply): FlotillaError =>
  new FlotillaError('ExecutorUnavailable', describeReply(reply));

/**
 * Finds the runs that carry a key: in the rows themselves, in a run's notes (execute call), or in the payload that the service kept of
 * the event behind the run (webhook). Oldest first; of those that are over, none after the first. None is an answer only after every
 * look succeeded: "could not look" is an error.
 */
export const findRunsByKey = async (api: HarnessApi, search: KeySearch): Promise<readonly Candidate[]> => {
  const { mode, trigger } = search.settings;
  const rows = await listRows(api, search, mode === 'webhook' ? trigger : undefined);
  const shown = rows.filter((row) => shownTexts(row).some((text) => hasKey(text, search.key)));
  if (shown.length > 0) return shown.flatMap(candidateOf);
  // Our run starts soon after its request, so the oldest are the likeliest.
  const found: Json[] = [];
  for (const candidates of partsOf(rows, readsAtOnce)) {
    const worthReading = candidates.filter((row) => found.length === 0 || isLiveRow(row));
    const carry = await Promise.all(worthReading.map((row) => carriesKey(api, search, row)));
    found.push(...worthReading.filter((_, at) => carry[at]));
  }
  return found.flatMap(candidateOf);
};

const candidateOf = (row: Json): Candidate[] => {
  const ref = textAt(row, 'planExecutionId');
  return ref === undefined ? [] : [{ ref, row }];
};

/** The runs of our pipeline that an event set off, by whichever trigger, and the one that is named. Oldest first. */
export const findRunsOfEvent = async (
  api: HarnessApi,
  search: Omit<KeySearch, 'eventKeys'>,
  { event, run }: { readonly event: string; readonly run: string | undefined },
): Promise<readonly Candidate[]> => {
  const isOfEvent = (row: Json): boolean => eventOf(row) === event || textAt(row, 'planExecutionId') === run;
  return (await listRows(api, search, undefined)).filter(isOfEvent).flatMap(candidateOf);
};

const eventOf = (row: Json): string | undefined =>
  textAt(objectAt(row, 'executionTriggerInfo', 'triggeredBy', 'extraInfo'), 'eventCorrelationId');

/** Oldest first; without those that show themselves to be of another pipeline or project. */
const listRows = async (
  api: HarnessApi,
  { settings, from, to }: Omit<KeySearch, 'eventKeys'>,
  trigger: string | undefined,
): Promise<readonly Json[]> => {
  const { scope, pipeline } = settings;
  const rows: Json[] = [];
  const window = { from: from - clockSkewMilliseconds, to: to + clockSkewMilliseconds };
  const filter = trigger === undefined ? {} : { trigger };
  for (let page = 0; page < pageLimit; page += 1) {
    const reply = await api.runs(scope, { pipeline, page, size: pageSize, ...window, ...filter });
    if (!isSuccess(reply)) throw failedRead(reply);
    const data = objectAt(reply.body, 'data');
    const content = listAt(data, 'content');
    rows.push(...content.filter((row) => ownerOf(row, settings) !== 'another'));
    if (data.last === true || content.length < pageSize)
      return rows.reverse().sort((a, b) => (timeAt(a, 'startTs') ?? 0) - (timeAt(b, 'startTs') ?? 0));
  }
  throw new FlotillaError('ExecutorUnavailable', `more than ${rows.length} runs of ${pipeline} to look through`);
};

const carriesKey = async (api: HarnessApi, search: KeySearch, row: Json): Promise<boolean> => {
  const { settings, key, eventKeys } = search;
  const run = textAt(row, 'planExecutionId');
  if (settings.mode === 'execute') return run !== undefined && (await notesHaveKey(api, { settings, key, run, row }));
  const event = eventOf(row);
  if (event === undefined) return false;
  const known = eventKeys.get(event);
  if (known !== undefined) return known === key;
  const reply = await api.triggerDetails(event, 'V2');
  // No such call, no such event, no right to see it: this installation shows no payload.
  if (reply.kind === 'reply' && [400, 403, 404].includes(reply.status) && !isThrottled(reply)) return false;
  if (!isSuccess(reply)) throw failedRead(reply);
  const shown = keyOfEvent(reply.body);
  if (shown !== undefined) eventKeys.set(event, shown);
  return shown === key;
};

const notesHaveKey = async (
  api: HarnessApi,
  { settings, key, run, row }: { settings: HarnessSettings; key: string; run: string; row: Json },
): Promise<boolean> => {
  const isWithout = (row as { notesExistForPlanExecutionId?: unknown }).notesExistForPlanExecutionId === false;
  if (isWithout) return false;
  const reply = await api.runNotes(settings.scope, run);
  if (reply.kind === 'reply' && reply.status === 404) return false;
  if (!isSuccess(reply)) throw failedRead(reply);
  return hasKey(textAt(objectAt(reply.body, 'data'), 'notes') ?? '', key);
};
