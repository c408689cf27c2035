import { once } from 'node:events';
import { listenAsBefore } from '../listen.ts';
import { serve } from './http-server.ts';
import { type Controls, openHarness } from './opened-harness.ts';
import type { SimulatedHarnessOptions } from './options.ts';

export interface SimulatedHarness extends Controls {
  /** `http://127.0.0.1:<port>`, the base URL for a client. */
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Starts a simulated Harness on loopback. It speaks the real protocol and says in every answer that it is simulated.
 */
export const startSimulatedHarness = async (options: SimulatedHarnessOptions = {}): Promise<SimulatedHarness> => {
  let url = '';
  const harness = openHarness(options, () => url);
  const { port: wanted, memory } = harness.settled;
  const server = serve(harness.carry);
  const port = await listenAsBefore(server, wanted, memory);
  url = `http://127.0.0.1:${port}`;
  return {
    ...harness.controls,
    url,
    port,
    close: async () => {
      harness.close();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};
