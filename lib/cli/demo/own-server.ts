import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerOptions } from '../../local/start-server.ts';
import { unrealIn } from '../../usecases/read-health.ts';
import { tokenFrom } from '../access-token.ts';
import { ApiClient } from '../api-client.ts';
import type { CommandContext } from '../command-context.ts';
import { type ExitStatus, exitStatus } from '../failure.ts';
import { type Simulated, simulationSentence } from '../simulation.ts';
import type { Terminal } from '../terminal.ts';

/** A demo's server, with its simulators. */
export interface DemoServer {
  readonly client: ApiClient;
  readonly url: string;
  readonly simulated: Simulated;
  /** Addresses of the simulated clusters, by name. */
  readonly clusters: Readonly<Record<string, string>>;
}

/** Runs a demo on its own server. Both data and server are gone afterwards. */
export const onOwnServer = async (
  { terminal }: Pick<CommandContext, 'terminal'>,
  options: Pick<ServerOptions, 'configuration' | 'harnessFlags'>,
  run: (server: DemoServer) => Promise<ExitStatus>,
): Promise<ExitStatus> => {
  const data = mkdtempSync(join(tmpdir(), 'flotilla-demo-'));
  const { simulated } = unrealIn(options.configuration.catalogue);
  terminal.out(terminal.colours.yellow(simulationSentence(simulated) ?? ''));
  try {
    // A server takes a second to load; meanwhile there is something to read.
    const { startServer } = await import('../../local/start-server.ts');
    const server = await startServer({ port: 0, data, tokens: true, tell: terminal.error, ...options });
    try {
      const { url, token } = server;
      const owned = token === undefined ? undefined : tokenFrom('of the demo', token);
      const client = new ApiClient({ url, token: async () => owned });
      return await run({ client, url, simulated, clusters: server.simulators.clusters });
    } finally {
      await server.close();
    }
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
};

export const tellDifferences = (terminal: Terminal, differences: readonly string[]): ExitStatus => {
  for (const line of ['The demo did not end as designed:', ...differences]) terminal.error(line);
  return exitStatus.failed;
};

export const tellTimedOut = (terminal: Terminal, seconds: number): ExitStatus => {
  terminal.error(`The demo has not ended after ${seconds} s.`);
  return exitStatus.timedOut;
};
