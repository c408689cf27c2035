import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { simulatedConfiguration } from '../../domain/catalogue/simulated-configuration.ts';
import { type Server, startServer } from '../../local/start-server.ts';
import { tokenFrom } from '../access-token.ts';
import { ApiClient } from '../api-client.ts';
import type { CommandContext } from '../command-context.ts';
import { differencesOf, type Expected } from '../demo/differences.ts';
import { seedEarlierVersions } from '../demo/earlier-versions.ts';
import { rollBack } from '../demo/roll-back.ts';
import { explainDeployments } from '../explain.ts';
import { type ExitStatus, exitStatus } from '../failure.ts';
import { followBatch } from '../follow.ts';
import { sendBatch } from '../send-batch.ts';
import { simulationSentence } from '../simulation.ts';
import { batchLines } from '../status-lines.ts';
import type { Terminal } from '../terminal.ts';

const example = join(import.meta.dirname, '..', '..', '..', 'examples', 'release.yaml');

/** How the batch ends as it was designed. What is not named succeeds. */
const expected: Expected = {
  'clearing/netting-engine': ['FAILED', 'RestoredPreviousRelease'],
  'clearing/settlement-api': ['SKIPPED', 'DependencyFailed'],
  'risk/exposure-calc': ['FAILED', 'RestoredPreviousRelease'],
};

const TIMEOUT = 60;

/** Deploys the example to simulators, shows what happens, rolls it back, and checks that it ended as designed. */
export const demo = async (context: CommandContext): Promise<ExitStatus> => {
  const data = mkdtempSync(join(tmpdir(), 'flotilla-demo-'));
  const configuration = simulatedConfiguration();
  try {
    const harnessFlags = ['--stage-milliseconds', '700'];
    const tell = context.terminal.error;
    const server = await startServer({ port: 0, data, tokens: true, configuration, harnessFlags, tell });
    try {
      const text = readFileSync(example, 'utf8');
      await seedEarlierVersions(text, configuration.catalogue, server.simulators.clusters);
      return await deployAndCheck(context, server, text);
    } finally {
      await server.close();
    }
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
};

const deployAndCheck = async (
  { terminal, times, clock }: Pick<CommandContext, 'terminal' | 'times' | 'clock'>,
  { url, token }: Pick<Server, 'url' | 'token'>,
  text: string,
): Promise<ExitStatus> => {
  const client = new ApiClient({
    url,
    token: async () => (token === undefined ? undefined : tokenFrom('of the demo', token)),
  });
  const { simulated } = await client.ask<{ simulated: { harness: boolean; clusters: string[] } }>('/health');
  const { colours } = terminal;
  terminal.out(colours.yellow(simulationSentence(simulated) ?? ''));
  terminal.out(`POST ${url}/batches  <  examples/release.yaml`);
  const { answer } = await sendBatch<{ batch_id: string }>(client, '/batches', { text, name: 'the demo' });
  const following = { batchId: answer.batch_id, simulated, timeout: TIMEOUT };
  const followed = await followBatch({ client, terminal, times, clock, json: false }, following);
  if (followed === undefined) {
    terminal.error(`The demo has not ended after ${TIMEOUT} s.`);
    return exitStatus.timedOut;
  }
  const { batch, deployments } = followed;
  terminal.out('');
  for (const line of explainDeployments(deployments, { simulated, colours })) terminal.out(line);
  terminal.out('');
  for (const line of batchLines(batch, colours, times)) terminal.out(line);
  const differences = differencesOf(deployments, expected);
  if (differences.length > 0) return tellDifferences(terminal, differences);
  terminal.out('');
  terminal.out(`POST ${url}/batches/${batch.batch_id}/rollback`);
  const back = await rollBack({ client, terminal, times, clock, json: false }, { batch, simulated });
  if (back.length > 0) return tellDifferences(terminal, back);
  terminal.out(
    `The demo ended as designed: simulated, ${deployments.length} deployments, two failed on purpose, and the others were rolled back, but for one whose rollback_strategy is none.`,
  );
  return exitStatus.done;
};

const tellDifferences = (terminal: Terminal, differences: readonly string[]): ExitStatus => {
  for (const line of ['The demo did not end as designed:', ...differences]) terminal.error(line);
  return exitStatus.failed;
};
