import { describe, expect, it } from 'vitest';
import type { FaultOrder } from '../../lib/simulators/harness/fault-schema.ts';
import { isThorough } from '../thorough.ts';
import { carryLoad, type Load, percentile } from './harness-load.ts';

/**
 * What it costs to follow many runs, and how late their ends are seen. Counted in virtual time with a look every ten
 * seconds.
 */

/** Runs of two minutes. The next one follows each that ends. */
const steady = (inFlight: number): Omit<Load, 'mode' | 'pipelines'> => ({
  ...{ inFlight, starts: 100_000, startsPerSecond: inFlight / 60, minutes: 4 },
  installation: { stageMilliseconds: 60_000 },
});

const sizes = [10, 100, ...(isThorough ? [500, 1_000] : [])];

it.each([
  ...sizes.map((inFlight) => ({ inFlight, pipelines: 4 })),
  ...sizes.map((inFlight) => ({ inFlight, pipelines: inFlight })),
])(
  '$inFlight in flight on $pipelines pipelines cost 60 reads a minute at most, and their ends are seen in time',
  async ({ inFlight, pipelines }) => {
    const { world, late } = await carryLoad({ ...steady(inFlight), mode: 'webhook', pipelines });
    expect(world.readsInAMinute()).toBeLessThanOrEqual(60);
    expect(percentile(late, 0.95)).toBeLessThanOrEqual(15_000);
    expect(late.length).toBeGreaterThanOrEqual(inFlight);
    // Single runs are read only when they have just ended, and only where that is cheaper than a list.
    expect(world.asked('detail')).toBeLessThanOrEqual(late.length);
  },
);

it.each([
  ...[1, 3, 12].map((projects) => ({ mode: 'execute' as const, projects })),
  ...[3, 12].map((projects) => ({ mode: 'webhook' as const, projects })),
])(
  '100 by $mode in $projects projects cost 120 reads a minute at most, and with many projects their ends are seen later',
  async ({ mode, projects }) => {
    const { world, late } = await carryLoad({ ...steady(100), mode, projects, pipelines: 12 });
    // Projects take turns. Pages of single runs come in addition.
    expect(world.readsInAMinute()).toBeLessThanOrEqual(projects === 1 ? 60 : 120);
    expect(percentile(late, 0.95)).toBeLessThanOrEqual(projects > 3 ? 40_000 : 15_000);
    expect(late.length).toBeGreaterThanOrEqual(75);
  },
);

describe('500 that start as fast as the budget lets them, for runs of a minute,', () => {
  it.each(isThorough ? (['webhook', 'execute'] as const) : (['execute'] as const))(
    'by %s cost 120 reads a minute at most',
    async (mode) => {
      const load: Load = { mode, pipelines: 4, inFlight: 500, starts: 500, startsPerSecond: 5, minutes: 4 };
      const { world, late, open } = await carryLoad({ ...load, installation: { stageMilliseconds: 30_000 } });
      expect(open).toBe(0);
      expect(world.readsInAMinute()).toBeLessThanOrEqual(120);
      expect(percentile(late, 0.95)).toBeLessThanOrEqual(15_000);
    },
  );
});

const slowReads: FaultOrder = {
  ...{ fault: 'slow-answer', milliseconds: 33_000, share: 0.3 },
  on: ['list', 'detail', 'event-details'],
};

describe('where three reads in ten take 33 seconds', () => {
  it.each(isThorough ? [10, 100] : [10])('the ends of %i in flight are still seen in time', async (inFlight) => {
    const load = { ...steady(inFlight), minutes: 20 };
    const installation = { ...load.installation, faults: [slowReads] };
    const { world, late } = await carryLoad({ ...load, installation, mode: 'webhook', pipelines: 4 });
    expect(percentile(late, 0.95)).toBeLessThanOrEqual(15_000);
    // A slow read is sent again. That is all that it costs.
    expect(world.readsInAMinute()).toBeLessThanOrEqual(90);
  });
});
