import { join, resolve } from 'node:path';
import { counted } from '../../domain/counted.ts';
import { loadConfiguration } from '../../local/load-configuration.ts';
import { checkDataFolder } from '../../local/runtime/make-data-folder.ts';
import { countOpenBatches } from '../../usecases/batch/count-open-batches.ts';
import { type CommandContext, print } from '../command-context.ts';
import { type ExitStatus, exitStatus } from '../failure.ts';
import { simulationSentence } from '../simulation.ts';
import { onStopSignal } from '../stop-signal.ts';

export interface ServeOptions {
  readonly port: number;
  readonly host: string;
  readonly data: string;
  readonly config?: string;
  readonly enginePort?: number;
}

/** Runs the embedded runtime until it is told to stop. */
export const serve = async (context: CommandContext, options: ServeOptions): Promise<ExitStatus> => {
  const { directory, env, terminal } = context;
  const { configuration, warnings, file } = loadConfiguration({ file: options.config, directory, env });
  const data = resolve(directory, options.data);
  checkDataFolder(data);
  // Only this command needs the runtime; the others start without it.
  const { checkClusters } = await import('../../local/runtime/check-clusters.ts');
  await checkClusters(configuration, { region: env.AWS_REGION });
  const { startServer } = await import('../../local/start-server.ts');
  const { readHealth } = await import('../../usecases/read-health.ts');
  const { simulated } = await readHealth({ catalogue: async () => configuration.catalogue });
  let isStopping = false;
  const server = await startServer({
    port: options.port,
    host: options.host,
    token: env.FLOTILLA_TOKEN,
    data,
    configuration,
    enginePort: options.enginePort,
    tell: (line) => {
      // Ctrl-C reaches them, too.
      if (!isStopping) terminal.error(line);
    },
  });
  for (const warning of [...warnings, ...closedLine(server.closed, options.data)])
    terminal.error(`warning: ${warning}`);
  const open = await countOpenBatches(server);
  const { engineUrl } = server;
  const engine = engineUrl === undefined ? {} : { engine_url: engineUrl };
  print(context, { url: server.url, ...engine, simulated, open_batches: open }, [
    `Flotilla listens on ${server.url}, data in ${options.data}, ${file === undefined ? 'no configuration file' : file}`,
    ...(engineUrl === undefined ? [] : [engineLine(engineUrl, options.data)]),
    ...(open === 0 ? [] : [`${counted(open, 'batch', 'batches')} ${open === 1 ? 'goes' : 'go'} on.`]),
    ...[simulationSentence(simulated)].filter((line) => line !== undefined),
    ...submitLines(configuration.catalogue.simulated, fromHere(server.url), env),
  ]);
  await new Promise<void>((stop) => {
    onStopSignal(() => {
      isStopping = true;
      stop();
    });
  });
  if (!context.json && (await countOpenBatches(server)) > 0) {
    terminal.out('Stopping; batches go on at the next start.');
  }
  await server.close();
  return exitStatus.done;
};

const closedLine = ({ length }: readonly string[], data: string): readonly string[] =>
  length === 0
    ? []
    : [`${data} could be read by others on this machine (${counted(length, 'place')}); now only you can.`];

const engineLine = (url: string, data: string): string =>
  `The engine speaks the protocol of Step Functions on ${url}; its key id is flotilla, its secret is in ${join(data, 'engine-secret')}.`;

/** An example is of use where nothing is real: anywhere else it would start real pipelines. */
const submitLines = (isSimulated: boolean, url: string, env: CommandContext['env']): readonly string[] => {
  const file = isSimulated ? 'examples/small.yaml' : 'YOUR-BATCH.yaml';
  const submit = `curl -H 'content-type: application/yaml'${tokenHint(env)} --data-binary @${file} ${url}/batches`;
  const look = ['See what a batch would do:', `  npx flotilla plan ${file} --url ${url}`];
  return [...(isSimulated ? [] : look), 'Submit a batch:', `  ${submit}`];
};

/** A server that listens on all addresses of this machine is asked at the one by which it reaches itself. */
const fromHere = (url: string): string => url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');

const tokenHint = (env: CommandContext['env']): string =>
  (env.FLOTILLA_TOKEN ?? '') === '' ? '' : ` -H "authorization: Bearer $FLOTILLA_TOKEN"`;
