import type { Strategy, Traffic } from './strategy.ts';

/**
 * How many pods of the new version a share of the traffic needs. If pods share the traffic, the old version keeps all
 * of its own, so going back is only a removal. The new version has at most as many, and half of the traffic.
 */
export const replicasFor = ({ by }: Traffic, share: number, stable: number): number => {
  if (by === 'service') return Math.max(1, stable);
  if (by === 'route') return Math.max(1, Math.ceil((stable * share) / 100));
  const wanted = share >= 100 ? stable : Math.ceil((stable * share) / (100 - share));
  return Math.max(1, Math.min(stable, wanted));
};

type Stepping = Pick<Strategy, 'traffic' | 'steps'>;

/** The indexes of the distinct steps. If replicas share the traffic, steps that need the same number are one. */
export const stepPath = ({ traffic, steps }: Stepping, stable: number): readonly number[] => {
  const numbers = steps.map((share) => replicasFor(traffic, share, stable));
  return steps.flatMap((_, at) => (traffic.by === 'replicas' && at > 0 && numbers[at] === numbers[at - 1] ? [] : [at]));
};

/** The next step; undefined after the last one. */
export const nextStep = (strategy: Stepping, stable: number, at: number): number | undefined => {
  const { traffic, steps } = strategy;
  const number = replicasFor(traffic, steps[at] ?? 100, stable);
  return stepPath(strategy, stable).find(
    (one) => one > at && (traffic.by !== 'replicas' || replicasFor(traffic, steps[one]!, stable) !== number),
  );
};

/** `step 2 of 5`: a step's position among the distinct ones, from 1. */
export const placeOfStep = (
  strategy: Stepping,
  stable: number,
  at: number,
): { readonly place: number; readonly of: number } => {
  const path = stepPath(strategy, stable);
  const place = path.filter((one) => one <= at).length;
  return { place: Math.max(1, place), of: path.length };
};
