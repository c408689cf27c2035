import { once } from 'node:events';
import { listenAsBefore } from '../listen.ts';
import { guardOf } from './access.ts';
import type { FaultOrder } from './faults.ts';
import { type SimulatedHarnessOptions, settle } from './options.ts';
import { readRoutes } from './read-routes.ts';
import { serve } from './router.ts';
import { type RunReport, reportRuns, simulatorRoutes } from './simulator-routes.ts';
import { startRoutes } from './start-routes.ts';
import { createWorld } from './world.ts';

export interface SimulatedHarness {
  /** `http://127.0.0.1:<port>`, the base URL for a client. */
  readonly url: string;
  readonly port: number;
  order(fault: FaultOrder): void;
  runs(): readonly RunReport[];
  close(): Promise<void>;
}

/** Starts a simulated Harness on loopback. It speaks the real protocol and says on every answer that it is simulated. */
export const startSimulatedHarness = async (options: SimulatedHarnessOptions = {}): Promise<SimulatedHarness> => {
  const settled = settle(options);
  let url = '';
  const world = createWorld(settled, () => url);
  const routes = [...startRoutes(world), ...readRoutes(world), ...simulatorRoutes(world)];
  const server = serve(routes, guardOf(settled));
  const port = await listenAsBefore(server, settled.port, settled.memory);
  url = `http://127.0.0.1:${port}`;
  return {
    url,
    port,
    order: (fault) => world.faults.order(fault),
    runs: () => reportRuns(world),
    close: async () => {
      world.events.close();
      world.runs.close();
      settled.memory.close();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};
