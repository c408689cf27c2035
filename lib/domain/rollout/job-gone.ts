import { healthy, type Look, type Made, type Seen, waiting } from './judgement.ts';
import { conditionOf, numberAt, stringAt, valueAt } from './kubernetes-object.ts';
import { type KindReport, lasted } from './signal.ts';

/** A recreated Job is back by then. One that nobody has seen may still come. */
const grace = { seen: 10_000, unseen: 120_000 } as const;

/** How a Job ended, as far as its object shows. All completions are there a moment before its condition. */
export function jobEnd({ object }: Seen): 'complete' | 'failed' | undefined {
  const is = (type: string): boolean => stringAt(conditionOf(object, type), 'status') === 'True';
  if (is('Failed') || is('FailureTarget')) return 'failed';
  if (is('Complete') || is('SuccessCriteriaMet')) return 'complete';
  const completions = Number(valueAt(object, 'spec', 'completions') ?? 1);
  const hasAll = numberAt(object, 'status', 'succeeded') >= completions && completions > 0;
  return hasAll && numberAt(object, 'status', 'active') === 0 ? 'complete' : undefined;
}

/**
 * A Job that is gone (`ttlSecondsAfterFinished` removes it after its end) has succeeded if that was seen. Otherwise
 * nobody knows, and a person must decide: calling it failed would be a guess, and running it again could repeat a
 * migration.
 */
export function jobGone(look: Look, made: Made | undefined): KindReport | undefined {
  const { name } = look.workload;
  if (made?.complete === true) {
    return {
      signals: [],
      finding: healthy('JobComplete', `the job ${name} had all its completions, and has been removed since`),
    };
  }
  const ttl = made?.ttl_seconds ?? look.baseline.ttl_seconds;
  if (made === undefined && ttl === undefined) return undefined;
  const seen = made === undefined ? 'was not seen' : 'was seen at work';
  const why = ttl === undefined ? 'somebody has deleted it' : `it is removed ${ttl} s after its end`;
  const message =
    `the job ${name} ${seen} and is not there: ${why}, so it is not known how it ended. Check its log and what it ` +
    'had to do, then resolve' +
    (ttl === undefined ? '' : '; a longer ttlSecondsAfterFinished keeps it visible');
  const key = 'JobGone';
  const isOver = lasted(look, key) >= (made === undefined ? grace.unseen : grace.seen);
  return {
    signals: [],
    timed: [key],
    finding: { ...waiting(key, message), ...(isOver && { unknown: true as const }) },
  };
}
