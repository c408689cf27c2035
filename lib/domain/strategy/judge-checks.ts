import type { MetricAnswer, MetricPoint } from '../metrics-port.ts';
import type { Check, ChecksVerdict } from './strategy.ts';

/** A check, and its source's answer. */
export interface CheckSeen {
  readonly check: Check;
  readonly answer: MetricAnswer;
}

/** All times are milliseconds since 1970. */
export interface StepTimes {
  readonly since: number;
  readonly now: number;
  readonly provenSeconds: number;
}

/** Milliseconds between two points. */
export const pointMilliseconds = 60_000;

/** Sources lag by a minute, CloudWatch by up to three. Older data says nothing about what runs now. */
export const latestPointMilliseconds = 300_000;

/** This part of the points may be missing: a failed scrape must not save a broken canary. */
const mayBeMissing = 0.2;

interface Judged {
  readonly kind: ChecksVerdict['kind'];
  readonly message: string;
}

/** Worst first. */
const order: readonly ChecksVerdict['kind'][] = ['broken', 'open', 'good', 'proven'];

/** All checks' verdict on a step, from their points alone, so every observer gets the same. */
export const judgeChecks = (seen: readonly CheckSeen[], times: StepTimes): ChecksVerdict => {
  if (seen.length === 0) return withoutChecks(times);
  const judged = seen.map((one) => judgeCheck(one, times));
  const kind = order.find((one) => judged.some((other) => other.kind === one)) ?? 'open';
  const told = kind === 'broken' ? judged.filter((one) => one.kind === 'broken') : judged;
  return { kind, message: told.map(({ message }) => message).join(', ') };
};

const withoutChecks = ({ since, now, provenSeconds }: StepTimes): ChecksVerdict => ({
  kind: now - since >= provenSeconds * 1_000 ? 'proven' : 'good',
  message: 'no checks',
});

const judgeCheck = (seen: CheckSeen, times: StepTimes): Judged => {
  const judged = judgePoints(seen, times);
  const [warning] = (seen.answer.kind === 'points' ? seen.answer.warnings : undefined) ?? [];
  return warning === undefined ? judged : { ...judged, message: `${judged.message} (its source warns: ${warning})` };
};

const judgePoints = ({ check, answer }: CheckSeen, times: StepTimes): Judged => {
  const { name } = check;
  if (answer.kind === 'unread') return { kind: 'open', message: `${name} cannot be read: ${answer.message}` };
  const points = answer.points.filter(({ at, value }) => at >= times.since && at <= times.now && !Number.isNaN(value));
  const last = points.at(-1);
  if (last === undefined) return { kind: 'open', message: `${name} waits for data` };
  const old = times.now - last.at;
  if (old > latestPointMilliseconds)
    return { kind: 'open', message: `${name} has had no data for ${Math.floor(old / 60_000)} minutes` };
  const limit = limitBroken(check, last.value);
  return limit === undefined ? within(check, points, times) : beyond(check, points, { ...times, limit });
};

const beyond = (
  check: Check,
  points: readonly MetricPoint[],
  times: StepTimes & { readonly limit: string },
): Judged => {
  const { name, for_seconds: seconds } = check;
  const at = points.at(-1)!;
  const told = `${name} ${shown(at.value)} is ${times.limit}`;
  const isBroken = isTrueFor(
    { points, since: times.since, seconds },
    ({ value }) => limitBroken(check, value) !== undefined,
  );
  if (isBroken) return { kind: 'broken', message: seconds === 0 ? told : `${told} for ${shownTime(seconds)}` };
  const first = points.findLast(({ value }) => limitBroken(check, value) === undefined)?.at ?? times.since;
  const lasted = Math.floor((at.at - first) / 1_000);
  const whole = lasted < seconds ? `for ${shownTime(lasted)}, of ${shownTime(seconds)} allowed` : tooFew;
  return { kind: 'open', message: `${told} ${whole}` };
};

/** Over its limit for as long as allowed, as far as there is data. */
const tooFew = 'with too few points to be sure';

const within = (check: Check, points: readonly MetricPoint[], { since, provenSeconds }: StepTimes): Judged => {
  const message = `${check.name} ${shown(points.at(-1)!.value)} (${shownLimits(check)})`;
  const end = { min: check.proven_min ?? check.min, max: check.proven_max ?? check.max };
  const isGood = ({ value }: MetricPoint) =>
    limitBroken(end, value) === undefined && limitBroken(check, value) === undefined;
  const isProven = isTrueFor({ points, since, seconds: provenSeconds }, isGood);
  return { kind: isProven ? 'proven' : 'good', message };
};

interface Stretch {
  readonly points: readonly MetricPoint[];
  readonly since: number;
  readonly seconds: number;
}

/** Over all points of the last seconds, counted back from the last one; enough of them must exist. */
const isTrueFor = ({ points, since, seconds }: Stretch, is: (point: MetricPoint) => boolean): boolean => {
  const end = points.at(-1)!.at;
  const begin = end - seconds * 1_000;
  if (begin < since) return false;
  const counted = points.filter(({ at }) => at > begin || at === end);
  const expected = Math.max(1, Math.floor((seconds * 1_000) / pointMilliseconds));
  return counted.length >= expected - Math.floor(expected * mayBeMissing) && counted.every(is);
};

interface Limits {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

const limitBroken = ({ min, max }: Limits, value: number): string | undefined => {
  if (max !== undefined && value > max) return `over ${shown(max)}`;
  return min !== undefined && value < min ? `under ${shown(min)}` : undefined;
};

const shownLimits = ({ min, max }: Limits): string =>
  [min === undefined ? [] : [`min ${shown(min)}`], max === undefined ? [] : [`max ${shown(max)}`]].flat().join(', ');

/** Four digits are enough, but a value over its limit must not look equal to it. */
const shown = (value: number): string =>
  Number.isFinite(value) ? String(Number(value.toPrecision(4))) : value > 0 ? 'infinite' : 'minus infinite';

const shownTime = (seconds: number): string => {
  if (seconds % 60 !== 0) return seconds < 60 ? `${seconds} seconds` : `${shown(Math.round(seconds / 6) / 10)} minutes`;
  return seconds === 60 ? '1 minute' : `${seconds / 60} minutes`;
};
