import { isUnchanged } from './counts.ts';
import { describeImages } from './expected-image.ts';
import { healthy, type Seen, waiting } from './judgement.ts';
import { listAt, stringAt, valueAt } from './kubernetes-object.ts';
import type { KindReport } from './signal.ts';

/** A CronJob is ready when it exists with the right image. It runs on its schedule, and has no observedGeneration. */
export function judgeCronJob(look: Seen): KindReport {
  const { object } = look;
  const last = stringAt(object, 'status', 'lastScheduleTime') ?? 'never';
  const text = `${describeImages(look, object)}, last run ${last}, ${listAt(object, 'status', 'active').length} running now`;
  if (!look.baseline.exists && valueAt(object, 'status') === undefined)
    return { signals: [], finding: waiting('StatusAwaited', 'the cronjob is new, and has no status yet') };
  const hasFailed = lastRunFailed(look);
  if (hasFailed && isOfThisTime(look)) {
    const message = `the run of ${last}, the first with what was deployed, did not succeed; the next one is awaited`;
    return { signals: [], finding: waiting('LastRunFailed', message) };
  }
  const warnings = [
    ...(valueAt(object, 'spec', 'suspend') === true ? ['the cronjob is suspended: it will not run'] : []),
    ...(hasFailed ? [`its last run, of ${last}, did not succeed; that was before the deployment`] : []),
  ];
  const finding = isUnchanged(look)
    ? healthy('AlreadyRunning', `nothing changed: the cronjob has ${text}`, warnings)
    : healthy('CronJobUpdated', `the cronjob has ${text}`, warnings);
  return { signals: [], finding };
}

/** Argo CD's rule: nothing is running, and the last success is older than the last start. */
function lastRunFailed({ object }: Seen): boolean {
  const [started, succeeded] = ['lastScheduleTime', 'lastSuccessfulTime'].map((name) => timeAt(object, name));
  const runs = listAt(object, 'status', 'active').length > 0;
  return !runs && started !== undefined && succeeded !== undefined && succeeded < started;
}

/** If the attempt's start is unknown, everything in a new object's history belongs to this deployment. */
const isOfThisTime = ({ baseline, object, since }: Seen): boolean =>
  since === undefined ? !baseline.exists : (timeAt(object, 'lastScheduleTime') ?? 0) >= since;

const timeAt = (object: Seen['object'], name: string): number | undefined => {
  const time = Date.parse(stringAt(object, 'status', name) ?? '');
  return Number.isNaN(time) ? undefined : time;
};
