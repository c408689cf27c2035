import { readFileSync } from 'node:fs';
import { simulatedConfiguration } from '../../domain/catalogue/simulated-configuration.ts';
import { ownFile } from '../../local/own-files.ts';
import type { CommandContext } from '../command-context.ts';
import { canaryDemo } from '../demo/canary.ts';
import { differencesOf, type Expected } from '../demo/differences.ts';
import { seedEarlierVersions } from '../demo/earlier-versions.ts';
import { type DemoServer, onOwnServer, tellDifferences, tellTimedOut } from '../demo/own-server.ts';
import { rollBack } from '../demo/roll-back.ts';
import { explainDeployments } from '../explain.ts';
import { type ExitStatus, exitStatus } from '../failure.ts';
import { followBatch } from '../follow.ts';
import { sendBatch } from '../send-batch.ts';
import { batchLines } from '../status-lines.ts';

const example = ownFile('examples/release.yaml');

/** How the batch should end. Deployments that are not named succeed. */
const expected: Expected = {
  'clearing/netting-engine': ['FAILED', 'RestoredPreviousRelease'],
  'clearing/settlement-api': ['SKIPPED', 'DependencyFailed'],
  'risk/exposure-calc': ['FAILED', 'RestoredPreviousRelease'],
};

const TIMEOUT = 60;

/** Deploys an example to simulators, shows what happens, and checks the outcome. */
export const demo = (context: CommandContext, _: object, scene?: string): Promise<ExitStatus> =>
  scene === 'canary' ? canaryDemo(context) : releaseDemo(context);

/** A whole release with two failures, which is then rolled back. */
const releaseDemo = (context: CommandContext): Promise<ExitStatus> => {
  const configuration = simulatedConfiguration();
  const harnessFlags = ['--stage-milliseconds', '700'];
  return onOwnServer(context, { configuration, harnessFlags }, async (server) => {
    const text = readFileSync(example, 'utf8');
    await seedEarlierVersions(text, configuration.catalogue, server.clusters);
    return deployAndCheck(context, server, text);
  });
};

const deployAndCheck = async (
  { terminal, times, clock }: Pick<CommandContext, 'terminal' | 'times' | 'clock'>,
  { url, client, simulated }: DemoServer,
  text: string,
): Promise<ExitStatus> => {
  const { colours } = terminal;
  terminal.out(`flotilla deploy examples/release.yaml --url ${url}`);
  const { answer } = await sendBatch<{ batch_id: string }>(client, '/batches', { text, name: 'the demo' });
  const following = { batchId: answer.batch_id, simulated, timeout: TIMEOUT };
  const followed = await followBatch({ client, terminal, times, clock, json: false }, following);
  if (followed === undefined) return tellTimedOut(terminal, TIMEOUT);
  const { batch, deployments } = followed;
  terminal.out('');
  for (const line of explainDeployments(deployments, { simulated, colours })) terminal.out(line);
  terminal.out('');
  for (const line of batchLines(batch, colours, times)) terminal.out(line);
  const differences = differencesOf(deployments, expected);
  if (differences.length > 0) return tellDifferences(terminal, differences);
  terminal.out('');
  terminal.out(`flotilla rollback ${batch.batch_id} --url ${url}`);
  const back = await rollBack({ client, terminal, times, clock, json: false }, { batch, simulated });
  if (back.length > 0) return tellDifferences(terminal, back);
  terminal.out(
    `The demo ended as designed: simulated, ${deployments.length} deployments, two failed on purpose, and the others were rolled back, but for one whose rollback_strategy is none.`,
  );
  return exitStatus.done;
};
