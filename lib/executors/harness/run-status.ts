import type { Json, JsonObject } from '../../domain/json.ts';
import type { RunOutcome, RunState } from '../../domain/ports.ts';
import { listAt, objectAt, textAt, timeAt } from './wire.ts';

type Class = { readonly phase: Exclude<RunState['phase'], 'terminal'> } | { readonly outcome: RunOutcome };

const running: Class = { phase: 'running' };
const queued: Class = { phase: 'queued' };
const human: Class = { phase: 'waiting-for-human' };

/**
 * Compared by letters only, in lower case, so that wire values (Success) match engine values (SUCCEEDED,
 * FREEZE_FAILED).
 */
const classes: ReadonlyMap<string, Class> = new Map<string, Class>(
  Object.entries<Class>({
    success: { outcome: 'succeeded' },
    succeeded: { outcome: 'succeeded' },
    ignorefailed: { outcome: 'succeeded-with-ignored' },
    skipped: { outcome: 'skipped' },
    suspended: { outcome: 'skipped' },
    failed: { outcome: 'failed' },
    errored: { outcome: 'failed' },
    expired: { outcome: 'expired' },
    aborted: { outcome: 'aborted' },
    approvalrejected: { outcome: 'rejected' },
    abortedbyfreeze: { outcome: 'frozen' },
    freezefailed: { outcome: 'frozen' },
    running,
    asyncwaiting: running,
    taskwaiting: running,
    timedwaiting: running,
    discontinuing: running,
    waitsteprunning: running,
    resourcewaiting: running,
    pausing: running,
    waiting: running,
    approvalwaiting: human,
    interventionwaiting: human,
    inputwaiting: human,
    paused: human,
    queued,
    queuedlicenselimitreached: queued,
    queuedexecutionconcurrencyreached: queued,
    notstarted: queued,
  }),
);

/**
 * The service's filter words for unfinished runs. The set is open: a run with another word is finished only if its own
 * row says so.
 */
export const liveStatuses: readonly string[] = [
  ...['Running', 'AsyncWaiting', 'TaskWaiting', 'TimedWaiting', 'Discontinuing', 'WaitStepRunning', 'ResourceWaiting'],
  ...['ApprovalWaiting', 'InterventionWaiting', 'InputWaiting', 'Paused', 'Pausing', 'Waiting'],
  ...['Queued', 'QueuedLicenseLimitReached', 'QueuedExecutionConcurrencyReached', 'NotStarted'],
];

const classOf = (status: string): Class | undefined => classes.get(status.toLowerCase().replace(/[^a-z]/g, ''));

/** Whether a run's summary says that it is finished or about to be. */
export const isEnding = (summary: JsonObject): boolean =>
  /^discontinuing$/i.test(textAt(summary, 'status') ?? '') || readRun(summary).phase === 'terminal';

/**
 * A run's state, from the summary in a detail or list call. Only the whole pipeline's status counts: a stage shown as
 * failed may still roll back. A run is over only with a terminal status *and* an end time, because statuses flap and
 * lag.
 */
export const readRun = (summary: JsonObject, url?: string): RunState => {
  const raw = textAt(summary, 'status') ?? '';
  const known = classOf(raw);
  const base = { raw, ...(url === undefined ? {} : { url }) };
  if (known === undefined) return { ...base, phase: 'running', message: `Harness shows an unknown status: ${raw}` };
  if (known === human) return { ...base, phase: known.phase, ...personMessage(summary) };
  if ('phase' in known) return { ...base, phase: known.phase };
  if (timeAt(summary, 'endTs') === undefined) return { ...base, phase: 'running' };
  const message = known.outcome === 'succeeded' ? undefined : failureMessage(summary);
  return {
    ...base,
    phase: 'terminal',
    outcome: known.outcome,
    ...(message === undefined ? {} : { message }),
  };
};

/** Where it waits, as far as the row shows. */
const personMessage = (summary: JsonObject): { readonly message?: string } => {
  const stages = Object.values(objectAt(summary, 'layoutNodeMap')).flatMap((node) => {
    const status = textAt(node, 'status');
    const name = textAt(node, 'name') ?? textAt(node, 'nodeIdentifier');
    return status === undefined || name === undefined || classOf(status) !== human ? [] : [`${name} (${status})`];
  });
  return stages.length === 0 ? {} : { message: `waiting for a person in ${stages.join(', ')}` };
};

/** Step errors are in `responseMessages`; `failureInfo.message` is often empty or less precise. */
const failureTexts = (holder: Json | undefined): readonly string[] => {
  const infos = [objectAt(holder, 'failureInfo'), objectAt(holder, 'failureInfoDTO')];
  const precise = infos.flatMap((info) => listAt(info, 'responseMessages').map((entry) => textAt(entry, 'message')));
  const found = precise.filter((text) => text !== undefined);
  return found.length > 0 ? found : infos.map((info) => textAt(info, 'message')).filter((text) => text !== undefined);
};

const failureMessage = (summary: JsonObject): string | undefined => {
  const texts = Object.values(objectAt(summary, 'layoutNodeMap')).flatMap((node) => {
    const name = textAt(node, 'name');
    return failureTexts(node).map((text) => (name === undefined ? text : `${name}: ${text}`));
  });
  const by = objectAt(summary, 'abortedBy');
  const aborter = textAt(by, 'email') ?? textAt(by, 'userName') ?? textAt(by, 'createdBy');
  if (aborter !== undefined) texts.unshift(`aborted by ${aborter}`);
  const all = texts.length > 0 ? texts : failureTexts(summary);
  return all.length === 0 ? undefined : [...new Set(all)].join('; ').slice(0, 1000);
};
