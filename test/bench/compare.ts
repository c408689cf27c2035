import type { Measurement } from './plan.ts';

/** A build that can be measured. */
export interface Build {
  /** Its name in the output. */
  readonly name: string;
  /** Absent: it does not have this benchmark. */
  readonly measure: (benchmark: string) => Promise<readonly Measurement[] | undefined>;
}

export interface Comparison {
  readonly old: Build;
  readonly now: Build;
  readonly rounds: number;
  /** Called before each measurement. */
  readonly onRound: (round: string) => void;
}

export const medianOf = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
};

/** Four digits: benchmarks print no more, and a mean of two may have four. */
const shown = (value: number): string => String(Number(value.toPrecision(4)));

const withUnit = (value: number, unit: string): string => (unit === '' ? shown(value) : `${shown(value)} ${unit}`);

const ratioOf = (old: number, now: number): string => {
  if (old === now) return 'ratio 1.00';
  return old === 0 ? 'no ratio to 0' : `ratio ${(now / old).toFixed(2)}`;
};

interface Values {
  readonly unit: string;
  readonly values: readonly number[];
}

/** Every value that a measurement had, by its name, in the order of the first round. */
const gather = (rounds: readonly (readonly Measurement[])[]): ReadonlyMap<string, Values> => {
  const all = new Map<string, { unit: string; values: number[] }>();
  for (const { name, unit, value } of rounds.flat()) {
    const known = all.get(name);
    if (known === undefined) all.set(name, { unit, values: [value] });
    else known.values.push(value);
  }
  return all;
};

const lineOf = (
  name: string,
  { old, now }: { old: Values | undefined; now: Values | undefined },
  at: string,
): string => {
  if (now === undefined) return `${name}: ${withUnit(medianOf(old!.values), old!.unit)} at ${at}, no longer measured`;
  const median = medianOf(now.values);
  if (old === undefined) return `${name}: not measured at ${at} → ${withUnit(median, now.unit)}, no ratio`;
  const before = medianOf(old.values);
  return `${name}: ${shown(before)} → ${withUnit(median, now.unit)}, ${ratioOf(before, median)}`;
};

/**
 * Measures both builds in turn, old and new, so that other load on the machine affects both. A line for each
 * measurement.
 */
export const compare = async (
  benchmark: string,
  { old, now, rounds, onRound }: Comparison,
): Promise<readonly string[]> => {
  const told = { old: [] as (readonly Measurement[])[], now: [] as (readonly Measurement[])[] };
  for (let round = 1; round <= rounds; round += 1) {
    onRound(`${benchmark}, round ${round} of ${rounds}: ${old.name}`);
    const before = await old.measure(benchmark);
    if (before === undefined) return [`${benchmark}: ${old.name} does not have this benchmark`];
    onRound(`${benchmark}, round ${round} of ${rounds}: ${now.name}`);
    told.old.push(before);
    told.now.push((await now.measure(benchmark)) ?? []);
  }
  const [before, after] = [gather(told.old), gather(told.now)];
  const names = [...new Set([...after.keys(), ...before.keys()])];
  return names.map((name) => lineOf(name, { old: before.get(name), now: after.get(name) }, old.name));
};
