import { describe, expect, it } from 'vitest';
import type { FaultOrder } from '../../lib/simulators/harness/fault-schema.ts';
import { carryLoad, type Load, percentile } from './harness-load.ts';

/** What it costs to follow many runs, and how late their ends are seen, counted in virtual time with a look every ten seconds. */

const steady = (inFlight: number): Omit<Load, 'mode' | 'pipelines'> => ({
  inFlight,
  starts: 100_000,
  startsPerSecond: inFlight / 60,
  minutes: 5,
  installation: { stageMilliseconds: 60_000 },
});

describe('in the steady state', () => {
  it.each([10, 100, 500, 1_000].flatMap((inFlight) => [4, inFlight].map((pipelines) => ({ inFlight, pipelines }))))(
    '$inFlight in flight on $pipelines pipelines cost 60 reads a minute at most, and ends are seen in time',
    async ({ inFlight, pipelines }) => {
      const { world, late } = await carryLoad({ ...steady(inFlight), mode: 'webhook', pipelines });
      console.log(
        inFlight,
        pipelines,
        world.readsInAMinute(),
        world.harness.requests().by_route,
        percentile(late, 0.95),
        late.length,
      );
      expect(world.readsInAMinute()).toBeLessThanOrEqual(60);
      expect(percentile(late, 0.95)).toBeLessThanOrEqual(15_000);
      expect(late.length).toBeGreaterThan(inFlight);
    },
  );
});

describe('while 500 start, for runs of a minute', () => {
  it.each(['webhook', 'execute'] as const)('by %s', async (mode) => {
    const load: Load = { mode, pipelines: 4, inFlight: 500, starts: 500, startsPerSecond: 5, minutes: 6 };
    const { world, late, open } = await carryLoad({ ...load, installation: { stageMilliseconds: 30_000 } });
    console.log(mode, world.readsInAMinute(), world.harness.requests().by_route, percentile(late, 0.95));
    expect(open).toBe(0);
    expect(world.readsInAMinute()).toBeLessThanOrEqual(120);
    expect(percentile(late, 0.95)).toBeLessThanOrEqual(15_000);
  });
});

describe('where three reads in ten take 33 seconds', () => {
  it.each([10, 100])('ends are seen in time with %i in flight', async (inFlight) => {
    const slow: FaultOrder = {
      ...{ fault: 'slow-answer', milliseconds: 33_000, share: 0.3 },
      on: ['list', 'detail', 'event-details'],
    };
    const load = { ...steady(inFlight), minutes: 30 };
    const installation = { ...load.installation, faults: [slow] };
    const { world, late } = await carryLoad({ ...load, installation, mode: 'webhook', pipelines: 4 });
    console.log(
      inFlight,
      world.readsInAMinute(),
      world.harness.requests().by_route,
      percentile(late, 0.5),
      percentile(late, 0.95),
    );
    expect(percentile(late, 0.95)).toBeLessThanOrEqual(15_000);
  });
});
