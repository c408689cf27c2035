import { foreignName } from '../record/foreign-text.ts';
import { healthy, type Look, waiting } from './judgement.ts';
import { isDeleting, stringAt, valueAt } from './kubernetes-object.ts';
import type { KindReport, Signal } from './signal.ts';

/** Milliseconds. The executor is done by then, and what the observer sees may be a moment old. */
const grace = 30_000;

/** Of a delete: whether the workload is gone, and with it what it owns, since it goes in the foreground. */
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

/** What stands there is another object than the one that was to be deleted: whoever made it wants it. */
const recreated = (title: string): Signal => ({
  key: 'Recreated',
  reason: 'Recreated',
  message: `${title} is there again, as another object: somebody, or a controller, has made it anew`,
  grace,
  evidence: [],
});

const notDeleted = (title: string): Signal => ({
  key: 'NotDeleted',
  reason: 'NotDeleted',
  message: `${title} still stands there, although the executor is done`,
  grace,
  evidence: [],
});

const keptBy = (finalizers: unknown): string => {
  const names = Array.isArray(finalizers) ? finalizers.filter((one) => typeof one === 'string') : [];
  return names.length === 0 ? '' : `; its finalizers keep it: ${names.map(foreignName).join(', ')}`;
};
