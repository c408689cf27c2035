import { edgeOf } from './access.ts';
import { type Carry, carryBy } from './carry.ts';
import type { FaultOrder } from './fault-schema.ts';
import { type Settled, type SimulatedHarnessOptions, settle } from './options.ts';
import { readRoutes } from './read-routes.ts';
import type { RequestReport } from './request-log.ts';
import { routerOf } from './router.ts';
import { type RunReport, reportRuns, simulatorRoutes } from './simulator-routes.ts';
import { startRoutes } from './start-routes.ts';
import { createWorld } from './world.ts';

/** Controls for the owner of a simulated Harness, however requests reach it. */
export interface Controls {
  order(fault: FaultOrder): void;
  runs(): readonly RunReport[];
  requests(): RequestReport;
}

/** A simulated Harness without any way in yet. */
export interface OpenedHarness {
  readonly controls: Controls;
  readonly settled: Settled;
  readonly carry: Carry;
  /** Nothing happens in it any more, and waiting clients get no answer. */
  close(): void;
}

export const openHarness = (options: SimulatedHarnessOptions, url: () => string): OpenedHarness => {
  const settled = settle(options);
  const world = createWorld(settled, url);
  const closing = new AbortController();
  const routes = [...startRoutes(world), ...readRoutes(world), ...simulatorRoutes(world)];
  const edge = edgeOf(settled);
  const answer = routerOf(routes, {
    ...edge,
    took: (call, given, route) => {
      edge.took(call, given, route);
      world.requests.count(route, given);
    },
  });
  return {
    controls: {
      order: (fault) => world.faults.order(fault),
      runs: () => reportRuns(world),
      requests: () => world.requests.report(),
    },
    settled,
    carry: carryBy({ answer, trace: () => world.ids.trace(), clock: settled.clock, closing: closing.signal }),
    close: () => {
      closing.abort();
      world.events.close();
      world.runs.close();
      settled.memory.close();
    },
  };
};
