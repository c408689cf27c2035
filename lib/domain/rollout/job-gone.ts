import { healthy, type Look, type Made, type Seen, waiting } from './judgement.ts';
import { conditionOf, numberAt, stringAt, valueAt } from './kubernetes-object.ts';
import { type KindReport, lasted } from './signal.ts';

/** A Job that somebody makes anew is there again by then; one that nobody has seen may still come. */
const grace = { seen: 10_000, unseen: 120_000 } as const;

/** How a Job ended, as far as its object tells. It has all completions a moment before its condition says so. */
export function jobEnd({ object }: Seen): 'complete' | 'failed' | undefined {
  const is = (type: string): boolean => stringAt(conditionOf(object, type), 'status') === 'True';
  if (is('Failed') || is('FailureTarget')) return 'failed';
  if (is('Complete') || is('SuccessCriteriaMet')) return 'complete';
  const completions = Number(valueAt(object, 'spec', 'completions') ?? 1);
  const hasAll = numberAt(object, 'status', 'succeeded') >= completions && completions > 0;
  return hasAll && numberAt(object, 'status', 'active') === 0 ? 'complete' : undefined;
}

/**
 * A Job that has gone (`ttlSecondsAfterFinished` removes it after its end) has done its work if that was seen. If not, nobody
 * knows, and somebody must say: to call it failed would be a guess, and to run it again a second migration.
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
    `the job ${name} ${seen} and is not there: ${why}, so nobody knows how it ended. Look for its log and at what it ` +
    'was to do, then resolve' +
    (ttl === undefined ? '' : '; a longer ttlSecondsAfterFinished lets it be seen');
  const key = 'JobGone';
  const isOver = lasted(look, key) >= (made === undefined ? grace.unseen : grace.seen);
  return {
    signals: [],
    timed: [key],
    finding: { ...waiting(key, message), ...(isOver && { unknown: true as const }) },
  };
}
