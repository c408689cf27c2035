import { foreignName } from '../record/foreign-text.ts';
import { cannotMove } from './cannot-move.ts';
import { isUnchanged } from './counts.ts';
import { isExpectedImage } from './expected-image.ts';
import { jobEnd, jobGone } from './job-gone.ts';
import { type Look, type Made, type Seen, waiting } from './judgement.ts';
import { isDeleting, stringAt, valueAt } from './kubernetes-object.ts';
import type { KindReport, Signal } from './signal.ts';

const titleOf = ({ workload: { kind, namespace, name } }: Look): string => `${kind} ${namespace}/${name}`;

const of = (signal: Signal): KindReport => ({ signals: [signal], finding: waiting(signal.reason, signal.message) });

/** The report for a workload that does not exist. */
export function goneReport(look: Look): KindReport {
  if (look.workload.kind === 'job') return jobGone(look, look.previous?.made) ?? of(missing(look));
  return of(look.previous?.made === undefined ? missing(look) : deleted(look, 'has gone'));
}

/** The report for a workload that is being deleted; undefined if there is one to judge. */
export function leavingReport(seen: Seen): KindReport | undefined {
  if (!isDeleting(seen.object)) return undefined;
  if (!isMade(seen)) return of(leaving(seen));
  // A finished Job is removed by its own TTL, pods first.
  if (seen.workload.kind === 'job') return jobEnd(seen) === undefined ? jobGone(seen, madeOf(seen)) : undefined;
  return of(deleted(seen, 'is being deleted'));
}

/** Whether this object is the deployment's result, and not what was there before. */
const isMade = (seen: Seen): boolean => {
  const uid = stringAt(seen.object, 'metadata', 'uid');
  const isKnown = seen.previous?.made !== undefined && uid === seen.previous.made.uid;
  return isKnown || (!isUnchanged(seen) && isExpectedImage(seen) !== false);
};

/** What to remember of the object for when it is gone. */
export function madeBy(look: Look): Made | undefined {
  const object = look.view.workload;
  const isThere = object !== undefined && !isDeleting(object) && isMade({ ...look, object });
  return isThere ? madeOf({ ...look, object }) : look.previous?.made;
}

function madeOf(seen: Seen): Made {
  const { object, workload } = seen;
  const uid = stringAt(object, 'metadata', 'uid');
  const ttl = valueAt(object, 'spec', 'ttlSecondsAfterFinished');
  return {
    ...(uid !== undefined && { uid: foreignName(uid) }),
    ...(workload.kind === 'job' && jobEnd(seen) === 'complete' && { complete: true as const }),
    ...(workload.kind === 'job' && typeof ttl === 'number' && { ttl_seconds: ttl }),
  };
}

/** Somebody deleted the new object. Charts that recreate objects delete those from before. */
const deleted = (look: Look, how: string): Signal =>
  cannotMove(
    'WorkloadDeleted',
    `${titleOf(look)} ${how}, although it had the requested version; find out who deleted it, then deploy again`,
  );

/** A chart may delete and recreate its objects. After two minutes nothing more will come. */
const grace = 120_000;

function missing(look: Look): Signal {
  const what = look.baseline.exists ? `${titleOf(look)} has gone` : `there is no ${titleOf(look)}`;
  const message = `${what}, although the executor has finished; check its name and namespace in the catalogue`;
  return { key: 'WorkloadNotFound', reason: 'WorkloadNotFound', message, grace, evidence: [] };
}

function leaving(seen: Seen): Signal {
  const list = valueAt(seen.object, 'metadata', 'finalizers');
  const names = Array.isArray(list) ? list.filter((one) => typeof one === 'string') : [];
  const hold = names.length === 0 ? '' : `; its finalizers keep it: ${names.map(foreignName).join(', ')}`;
  const message = `${titleOf(seen)} is being deleted; a new one is awaited${hold}`;
  return { key: 'Terminating', reason: 'Terminating', message, grace, evidence: [] };
}
