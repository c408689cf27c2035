import { isUnchanged } from './counts.ts';
import { describeImages } from './expected-image.ts';
import { healthy, type Seen } from './judgement.ts';
import { listAt, stringAt, valueAt } from './kubernetes-object.ts';
import type { KindReport } from './signal.ts';

/** A CronJob is ready when it exists with the right image; it runs when its time comes. It has no observedGeneration. */
export function judgeCronJob(look: Seen): KindReport {
  const { object } = look;
  const last = stringAt(object, 'status', 'lastScheduleTime') ?? 'never';
  const text = `${describeImages(look, object)}, last run ${last}, ${listAt(object, 'status', 'active').length} running now`;
  const warnings = valueAt(object, 'spec', 'suspend') === true ? ['the cronjob is suspended: it will not run'] : [];
  const finding = isUnchanged(look)
    ? healthy('AlreadyRunning', `nothing changed: the cronjob has ${text}`, warnings)
    : healthy('CronJobUpdated', `the cronjob has ${text}`, warnings);
  return { signals: [], finding };
}
