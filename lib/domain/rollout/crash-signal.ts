import type { JsonObject } from '../json.ts';
import { foreignText } from '../record/foreign-text.ts';
import { containerEvidence, lastEnd, mayEnd, waitsFor, where } from './container-status.ts';
import { numberAt, objectAt, stringAt, valueAt } from './kubernetes-object.ts';
import type { Signal } from './signal.ts';
import { about, type WarningEvent } from './warning-event.ts';

/** One or two exits may mean a database that came up later. The third is a loop. */
export const usualTolerance = 2;

/** A container that ended this recently may look ready between two crashes. */
const settleMilliseconds = 10_000;

export interface CrashOptions {
  readonly now: number;
  /** The pod is unchanged since before the deployment: its earlier troubles are not its failure. */
  readonly isOld?: boolean;
  /** How many exits of a container are tolerated. */
  readonly tolerance?: number | undefined;
  readonly warnings?: readonly WarningEvent[];
}

interface Ended {
  /** How often the container has ended. The kubelet only counts restarts. */
  readonly ends: number;
  readonly end: JsonObject | undefined;
  readonly isLooping: boolean;
  readonly isUp: boolean;
}

/** A container that ended although it should run: a verdict after too many exits, otherwise a reason to wait. */
export function crashSignal(pod: JsonObject, status: JsonObject, options: CrashOptions): Signal | undefined {
  const ended = endedOf(pod, status);
  if (ended === undefined) return undefined;
  const { tolerance = usualTolerance, isOld = false, now, warnings = [] } = options;
  const { end, ends, isLooping, isUp } = ended;
  const reason = stringAt(end, 'reason') === 'OOMKilled' ? 'OOMKilled' : 'CrashLoopBackOff';
  const detail = `${detailOf(status, end)}${probeOf(pod, status, warnings)}`;
  const about = { evidence: [containerEvidence(pod, status, reason, detail)], grace: Number.POSITIVE_INFINITY };
  if (!isUp && ends > tolerance && (isLooping || !isOld))
    return { ...about, key: 'Crash', reason, message: `${where(pod, status)}: ${reason}: ${detail}`, grace: 0 };
  if (now - endedAt(end) < settleMilliseconds && isRunning(status)) {
    const message = `${where(pod, status)} restarted less than ${settleMilliseconds / 1_000} s ago: ${detail}`;
    return { ...about, key: 'Settling', reason: 'Settling', message };
  }
  if (isUp || isOld) return undefined;
  const borne = `${where(pod, status)} has ended and is restarting; ${tolerance} exits are tolerated: ${detail}`;
  return { ...about, key: 'Restarting', reason: 'Restarting', message: borne };
}

function endedOf(pod: JsonObject, status: JsonObject): Ended | undefined {
  const isLooping = waitsFor(status) === 'CrashLoopBackOff';
  const end = lastEnd(status);
  const isDone = end !== undefined && numberAt(end, 'exitCode') === 0 && mayEnd(pod, status);
  if (isDone || (end === undefined && !isLooping)) return undefined;
  const ends = numberAt(status, 'restartCount') + (isRunning(status) ? 0 : 1);
  return { ends, end, isLooping, isUp: valueAt(status, 'ready') === true };
}

const isRunning = (status: JsonObject): boolean => valueAt(status, 'state', 'running') !== undefined;

const endedAt = (ended: JsonObject | undefined): number => Date.parse(stringAt(ended, 'finishedAt') ?? '') || 0;

/** A container with a failing liveness probe is killed; its exit alone does not say why. */
function probeOf(pod: JsonObject, status: JsonObject, warnings: readonly WarningEvent[]): string {
  const name = stringAt(status, 'name');
  const isAbout = (one: WarningEvent) => one.container === undefined || one.container === name;
  const probe = about(warnings, pod).find((one) => one.reason === 'Unhealthy' && isAbout(one));
  return probe === undefined ? '' : `; ${probe.message}`;
}

/** Reasons that say no more than the exit code. */
const plain: ReadonlySet<string> = new Set(['Error', 'OOMKilled']);

function detailOf(status: JsonObject, end: JsonObject | undefined): string {
  const reason = stringAt(end, 'reason') ?? 'Error';
  const how =
    end === undefined ? [] : [`exit code ${numberAt(end, 'exitCode')}`, ...(plain.has(reason) ? [] : [reason])];
  const text = stringAt(end, 'message') ?? stringAt(objectAt(status, 'state', 'waiting'), 'message');
  const said = text === undefined ? '' : `; ${foreignText(text.trim(), 500)}`;
  return `${[...how, `${numberAt(status, 'restartCount')} restarts`].join(', ')}${said}`;
}
