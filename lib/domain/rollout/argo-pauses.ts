import type { Json, JsonObject } from '../json.ts';
import { listAt, valueAt } from './kubernetes-object.ts';

/** Thirty days: anyone who writes a longer pause means to wait for a person. */
const mostSeconds = 2_592_000;

const units: Readonly<Record<string, number>> = { h: 3_600, m: 60, s: 1, ms: 0.001 };

/** How many seconds an Argo Rollout pauses by itself in total. Pauses without a duration wait for a person. */
export const argoPauseSeconds = (rollout: JsonObject): number => {
  const steps = listAt(rollout, 'spec', 'strategy', 'canary', 'steps').map((step) =>
    valueAt(step, 'pause', 'duration'),
  );
  const all = [...steps, valueAt(rollout, 'spec', 'strategy', 'blueGreen', 'autoPromotionSeconds')];
  return Math.min(mostSeconds, Math.ceil(all.reduce<number>((sum, one) => sum + secondsIn(one), 0)));
};

/** Numbers and digit-only texts are seconds. Anything else is a Go duration, like `1h30m`. */
const secondsIn = (duration: Json | undefined): number => {
  if (typeof duration === 'number') return Math.max(0, duration);
  if (typeof duration !== 'string') return 0;
  if (/^\d+$/.test(duration)) return Number(duration);
  if (!/^(\d+(\.\d+)?(h|m|s|ms))+$/.test(duration)) return 0;
  const parts = [...duration.matchAll(/([\d.]+)(ms|h|m|s)/g)];
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * units[unit!]!, 0);
};
