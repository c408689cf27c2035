import type { Json, JsonObject } from '../../domain/json.ts';
import type { News, Trouble } from '../../domain/ports.ts';
import { projectOf } from './api.ts';
import { newsOfRow } from './found-runs.ts';
import { clockSkewMilliseconds } from './list-plan.ts';
import { inItsTurn, type Looking, troubleOf, unread, urlsOf } from './looking.ts';
import { type Owner, ownerOf } from './owner.ts';
import { type Row, RunRows, rowOf } from './run-rows.ts';
import { readTrigger } from './trigger-status.ts';
import type { Expected, Wanted } from './wanted-runs.ts';
import { isSuccess, listAt, objectAt, textAt } from './wire.ts';

/**
 * The result of our event, from the details call. One event may fire several triggers, and the details show only one
 * run, perhaps another pipeline's. Then the lists decide.
 */
export const newsOfDetails = async (looking: Looking, one: Expected, body: JsonObject): Promise<News> => {
  const details = objectAt(body, 'data', 'webhookProcessingDetails');
  const fate = readTrigger(body);
  if (fate.kind === 'not-yet') return { kind: 'none' };
  if (fate.kind === 'failed')
    return ownerOf(details, one.settings) === 'another'
      ? { kind: 'none' }
      : { kind: 'failed', reason: 'TriggerFailed', message: fate.message };
  const summary = objectAt(body, 'data', 'executionDetails', 'pipelineExecutionSummary');
  const beside = textAt(summary, 'planExecutionId') === fate.id ? rowOf(summary) : undefined;
  const named: Named = { ref: fate.id, row: beside };
  const owner = ownerOf(details, one.settings);
  if (owner !== 'unsaid') return newsOfNamed(looking, one, { owner, named });
  const bySummary = beside === undefined ? 'unsaid' : ownerOf(beside.json, one.settings);
  if (bySummary !== 'unsaid') return newsOfNamed(looking, one, { owner: bySummary, named });
  return newsOfUnsaid(looking, one, fate.id);
};

interface Named {
  readonly ref: string;
  readonly row: Row | undefined;
}

const newsOfNamed = (
  looking: Looking,
  { settings }: Expected,
  { owner, named }: { readonly owner: Owner; readonly named: Named },
): News => {
  if (owner !== 'ours') return { kind: 'none' };
  const urlOf = urlsOf(looking, settings);
  return named.row === undefined
    ? { kind: 'found', ref: named.ref, url: urlOf(named.ref) }
    : newsOfRow(named.row, urlOf);
};

/** Finds the owner from the run's own page, or if that does not say either, from the list of our pipeline alone. */
const newsOfUnsaid = async (looking: Looking, one: Expected, ref: string): Promise<News> => {
  const { api, memory, underway, bell, now, take } = looking;
  const { settings } = one;
  memory.lacks.missed('owners in details', now);
  if (!take()) return unread(inItsTurn(`the run ${ref}`));
  const reply = await underway.once(`run ${ref}`, () => api.run(settings.scope, ref), bell);
  const isUnknown = reply?.kind === 'reply' && reply.status === 404;
  if (!isUnknown && (reply === undefined || !isSuccess(reply))) return unread(troubleOf(`the run ${ref}`, reply));
  const summary = isUnknown || !isSuccess(reply) ? {} : objectAt(reply.body, 'data', 'pipelineExecutionSummary');
  const row = textAt(summary, 'planExecutionId') === ref ? rowOf(summary) : undefined;
  const owner = row === undefined ? 'unsaid' : ownerOf(row.json, settings);
  if (owner !== 'unsaid') return newsOfNamed(looking, one, { owner, named: { ref, row } });
  const rows = await rowsOfPipeline(looking, one);
  if ('answered' in rows) return unread(rows);
  const listed = rows.get(ref) ?? rows.ofEvent(one.event)[0];
  return listed === undefined ? { kind: 'none' } : newsOfRow(listed, urlsOf(looking, settings));
};

/** For rows that do not name their pipeline: in a list of our pipeline alone they can belong to no other. */
export const rowsOfPipeline = async (
  looking: Looking,
  { settings, sentAt, key }: Wanted,
): Promise<RunRows | Trouble> => {
  const { api, underway, bell, now, take } = looking;
  const { pipeline, scope } = settings;
  const asked = `the list of runs of ${pipeline}`;
  if (!take()) return inItsTurn(asked);
  const { org, project } = projectOf(api, scope);
  const times = { from: sentAt - clockSkewMilliseconds, to: now + clockSkewMilliseconds };
  const answer = await underway.anew(
    `pipeline ${org}/${project}/${pipeline} ${times.from}`,
    () => api.runs(scope, { pipeline, page: 0, size: 1000, ...times }),
    bell,
  );
  if (answer === undefined || !isSuccess(answer)) return troubleOf(asked, answer);
  const content = listAt(objectAt(answer.body, 'data'), 'content');
  const rows = new RunRows(new Set([key]));
  rows.add(content.filter((row: Json) => ownerOf(row, settings) !== 'another'));
  return rows;
};
