import { counted } from '../counted.ts';
import { placeOfStep, replicasFor } from './step-path.ts';
import type { CanaryMarks, StepsSeen } from './steps-seen.ts';
import type { Strategy } from './strategy.ts';

/** `canary at 30 %: step 2 of 5, 7 of 15 minutes; errors 0.2 (max 5)`; by pods, `canary at 1 of 5 pods: …`. */
export const describeStep = (
  seen: Pick<StepsSeen, 'strategy' | 'stable' | 'now' | 'pods'>,
  canary: CanaryMarks,
  message: string,
): string => {
  const { strategy, stable, now } = seen;
  const { step, isMoving, since } = canary;
  const { place, of } = placeOfStep(strategy, stable, step);
  const share = shareWords(strategy, strategy.steps[step] ?? 100, seen);
  const at = isMoving ? 'on its way to' : 'at';
  const head = strategy.kind === 'canary' ? `canary ${at} ${share}: step ${place} of ${of}` : greenWords(isMoving);
  const time = isMoving || since === undefined ? '' : `, ${lasted(now - since, strategy.step_seconds)}`;
  return `${head}${time}; ${message}`;
};

/** With replicas, the share is the pods' share: two of three may be the closest to 50 %. */
const shareWords = (
  { traffic }: Pick<Strategy, 'traffic'>,
  share: number,
  { stable, pods }: Pick<StepsSeen, 'stable' | 'pods'>,
): string => {
  if (traffic.by !== 'replicas') return `${share} %`;
  const own = pods ?? replicasFor(traffic, share, stable);
  return `${own} of ${counted(own + stable, 'pod')}`;
};

const greenWords = (isMoving: boolean): string => (isMoving ? 'green has no traffic yet' : 'green has all traffic');

/** `7 of 15 minutes`, capped at the end. */
const lasted = (milliseconds: number, seconds: number): string => {
  const gone = Math.min(seconds, Math.max(0, Math.floor(milliseconds / 1_000)));
  return seconds < 120
    ? `${gone} of ${counted(seconds, 'second')}`
    : `${Math.floor(gone / 60)} of ${counted(Math.round(seconds / 60), 'minute')}`;
};

/** For plans: `takes over as a canary: 10, 30 and 100 % of the traffic, …`. */
export const describeStrategy = ({ kind, traffic, steps, step_seconds, checks, ...rest }: Strategy): string => {
  const time = step_seconds < 120 ? counted(step_seconds, 'second') : counted(Math.round(step_seconds / 60), 'minute');
  const shares = steps.length === 1 ? `${steps[0]}` : `${steps.slice(0, -1).join(', ')} and ${steps.at(-1)}`;
  const by =
    traffic.by === 'route' ? ` by the HTTPRoute ${traffic.route}` : traffic.by === 'replicas' ? ' by pods' : '';
  const how =
    kind === 'canary'
      ? `takes over as a canary: ${shares} % of the traffic${by}, ${time} each`
      : `takes over as blue/green: the Service ${'service' in traffic ? traffic.service : ''} is switched for ${time}`;
  const looks = checks.length === 0 ? '' : `; looks at ${checks.map(({ name }) => name).join(', ')}`;
  const end =
    rest.proceed === 'person'
      ? 'a person approves it after the last step'
      : 'it continues by itself once the checks are proven';
  return `${how}${looks}; ${end}`;
};
