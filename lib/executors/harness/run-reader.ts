import { FlotillaError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { partsOf } from '../../domain/parts-of.ts';
import type { RunRequest, RunState } from '../../domain/ports.ts';
import type { HarnessApi, HarnessReply } from './api.ts';
import { ownerOf } from './owner.ts';
import { readRun } from './run-status.ts';
import { type HarnessSettings, readSettings } from './settings.ts';
import { describeReply, isSuccess, isThrottled, listAt, objectAt, textAt } from './wire.ts';

export interface WatchedRun {
  readonly request: RunRequest;
  readonly ref: string;
}

/** All runs of one pipeline: what one list call can refresh. */
interface Group {
  readonly settings: HarnessSettings;
  readonly runs: readonly WatchedRun[];
}

/** How far Harness's clock may be behind ours. */
export const clockSkewMilliseconds = 120_000;
const pageLimit = 3;
const detailsAtOnce = 5;

const groupByPipeline = (runs: readonly WatchedRun[]): readonly Group[] => {
  const groups = new Map<string, { settings: HarnessSettings; runs: WatchedRun[] }>();
  for (const run of runs) {
    const settings = readSettings(run.request.deployment.executor.settings);
    // A run was started with these settings, so they could be read then; a plan never changes.
    if (typeof settings === 'string') throw new FlotillaError('ConfigurationInvalid', settings);
    const { scope, pipeline } = settings;
    const id = `${scope.org ?? ''}/${scope.project ?? ''}/${pipeline}`;
    const group = groups.get(id) ?? { settings, runs: [] };
    group.runs.push(run);
    groups.set(id, group);
  }
  return [...groups.values()];
};

const unreadable = (reply: HarnessReply): RunState => ({
  phase: 'running',
  raw: 'unreadable',
  message: describeReply(reply),
});

/** Denied, throttled or broken: a detail call for every run would only meet the same. */
const isHopeless = (reply: HarnessReply): boolean =>
  reply.kind !== 'reply' || isThrottled(reply) || reply.status >= 500 || [401, 403, 408].includes(reply.status);

/**
 * Reads runs: by the list of their pipeline when there are several, by their own page when there is one or the list does not show it.
 * A run that cannot be read counts as running and says why; when nothing at all can be read, that is an error.
 */
export const readRuns = async (
  api: HarnessApi,
  now: number,
  runs: readonly WatchedRun[],
): Promise<ReadonlyMap<string, RunState>> => {
  const states = new Map<string, RunState>();
  const read = await Promise.all(groupByPipeline(runs).map((group) => readGroup(api, now, group)));
  for (const group of read) for (const [ref, state] of group) states.set(ref, state);
  const failed = [...states.values()].filter((state) => state.raw === 'unreadable');
  if (failed.length > 0 && failed.length === runs.length)
    throw new FlotillaError('ExecutorUnavailable', failed[0]!.message ?? 'Harness cannot be read', {
      runs: runs.length,
    });
  return states;
};

const readGroup = async (api: HarnessApi, now: number, group: Group): Promise<ReadonlyMap<string, RunState>> => {
  const states = new Map<string, RunState>();
  const failure = group.runs.length > 1 ? await readList(api, now, { group, states }) : undefined;
  const missing = group.runs.filter(({ ref }) => !states.has(ref));
  if (failure !== undefined && isHopeless(failure)) {
    for (const { ref } of missing) states.set(ref, unreadable(failure));
    return states;
  }
  for (const some of partsOf(missing, detailsAtOnce)) {
    const read = await Promise.all(some.map(({ ref }) => readOne(api, group, ref)));
    for (const [index, state] of read.entries()) if (state !== undefined) states.set(some[index]!.ref, state);
  }
  return states;
};

/** Fills `states` from the list, newest first, until all are seen; gives the reply that ended it early, if one did. */
const readList = async (
  api: HarnessApi,
  now: number,
  { group, states }: { readonly group: Group; readonly states: Map<string, RunState> },
): Promise<HarnessReply | undefined> => {
  const { settings, runs } = group;
  const { scope, pipeline } = settings;
  const wanted = new Set(runs.map(({ ref }) => ref));
  const from = Math.min(...runs.map(({ request }) => request.at)) - clockSkewMilliseconds;
  const size = Math.min(1000, 20 + 2 * runs.length);
  for (let page = 0; page < pageLimit && wanted.size > 0; page += 1) {
    const reply = await api.runs(scope, { pipeline, page, size, from, to: now + clockSkewMilliseconds });
    if (!isSuccess(reply)) return reply;
    const data = objectAt(reply.body, 'data');
    const rows = listAt(data, 'content');
    for (const row of rows) {
      const id = textAt(row, 'planExecutionId');
      if (id !== undefined && ownerOf(row, settings) !== 'another' && wanted.delete(id))
        states.set(id, readRun(row as JsonObject, api.runUrl(scope, pipeline, id)));
    }
    if (data.last === true || rows.length < size) return undefined;
  }
  return undefined;
};

/** Undefined when Harness does not know the run. */
const readOne = async (api: HarnessApi, { settings }: Group, ref: string): Promise<RunState | undefined> => {
  const { scope, pipeline } = settings;
  const reply = await api.run(scope, ref);
  if (reply.kind === 'reply' && reply.status === 404) return undefined;
  if (!isSuccess(reply)) return unreadable(reply);
  const summary = objectAt(reply.body, 'data', 'pipelineExecutionSummary');
  // Somebody else's run must never be taken for ours.
  const isOurs = textAt(summary, 'planExecutionId') === ref && ownerOf(summary, settings) !== 'another';
  return isOurs ? readRun(summary, api.runUrl(scope, pipeline, ref)) : undefined;
};
