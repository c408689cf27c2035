import { foreignName } from '../record/foreign-text.ts';
import { healthy, type Look, waiting } from './judgement.ts';
import { isDeleting, stringAt, valueAt } from './kubernetes-object.ts';
import type { KindReport, Signal } from './signal.ts';

/** Milliseconds. The executor has finished by then, and the observer may be a moment behind. */
const grace = 30_000;

/** For a delete: whether the workload is gone. Foreground deletion means that everything it owns is gone too. */
export function judgeGone(look: Look): KindReport {
  const { workload, baseline, view } = look;
  const title = `${workload.kind} ${workload.namespace}/${workload.name}`;
  const object = view.workload;
  if (object === undefined) {
    const finding = baseline.exists
      ? healthy('Deleted', `${title} is gone`)
      : healthy('AlreadyGone', `there was no ${title} to delete`);
    return { signals: [], finding };
  }
  const isOther = baseline.exists && baseline.uid !== stringAt(object, 'metadata', 'uid');
  if (isDeleting(object)) {
    return {
      signals: [],
      finding: waiting('Terminating', `${title} is being deleted${keptBy(valueAt(object, 'metadata', 'finalizers'))}`),
    };
  }
  const signal = isOther || !baseline.exists ? recreated(title) : notDeleted(title);
  return { signals: [signal], finding: waiting(signal.reason, signal.message) };
}

/** The object there is not the one to be deleted: its creator wants it. */
const recreated = (title: string): Signal => ({
  key: 'Recreated',
  reason: 'Recreated',
  message: `${title} exists again as a new object: somebody, or a controller, has recreated it`,
  grace,
  evidence: [],
});

const notDeleted = (title: string): Signal => ({
  key: 'NotDeleted',
  reason: 'NotDeleted',
  message: `${title} still exists, although the executor has finished`,
  grace,
  evidence: [],
});

const keptBy = (finalizers: unknown): string => {
  const names = Array.isArray(finalizers) ? finalizers.filter((one) => typeof one === 'string') : [];
  return names.length === 0 ? '' : `; its finalizers keep it: ${names.map(foreignName).join(', ')}`;
};
