import { join, resolve } from 'node:path';
import { withRequestLimit } from '../../domain/budget/request-limit.ts';
import { unverifiedSentences } from '../../domain/catalogue/unverified.ts';
import { isLoopback } from '../../domain/safe-address.ts';
import { loadConfiguration } from '../../local/load-configuration.ts';
import { loadFaults } from '../../local/load-faults.ts';
import { checkDataFolder } from '../../local/runtime/make-data-folder.ts';
import { givenTokens } from '../../local/tokens/given-token.ts';
import { tokenFiles } from '../../local/tokens/own-token.ts';
import { countOpenBatches } from '../../usecases/batch/count-open-batches.ts';
import { letRun } from '../allow-programs.ts';
import { givenCallbackKeys } from '../callback-keys.ts';
import { type CommandContext, print } from '../command-context.ts';
import { CommandFailure, type ExitStatus, exitStatus } from '../failure.ts';
import { callbackUrl, closedLine, serveLines } from '../serve-lines.ts';
import { onStopSignal } from '../stop-signal.ts';

export interface ServeOptions {
  readonly port: number;
  readonly host: string;
  readonly data: string;
  readonly config?: string;
  readonly enginePort?: number;
  readonly name?: readonly string[];
  readonly allowPrograms?: boolean;
  readonly callbackKeyFile?: string;
  readonly faults?: string;
  /** False with --no-token. */
  readonly token: boolean;
}

/** Runs the embedded runtime until it is stopped. */
export const serve = async (context: CommandContext, options: ServeOptions): Promise<ExitStatus> => {
  const { directory, env, terminal } = context;
  const loaded = loadConfiguration({ file: options.config, directory, env });
  const { warnings, file } = loaded;
  const faults = options.faults === undefined ? undefined : loadFaults(options.faults, directory, loaded.configuration);
  const configuration = faults === undefined ? loaded.configuration : withRequestLimit(loaded.configuration);
  const data = resolve(directory, options.data);
  checkDataFolder(data);
  // Only this command needs the runtime; the others start without it.
  const { checkClusters } = await import('../../local/runtime/check-clusters.ts');
  const programs = await checkClusters(configuration, { region: env.AWS_REGION });
  const { startServer } = await import('../../local/start-server.ts');
  const { unrealIn } = await import('../../usecases/read-health.ts');
  const { withAddresses } = await import('../../local/runtime/name-clusters.ts');
  const { simulated, unverified } = unrealIn((await withAddresses(configuration)).catalogue);
  const isAllSimulated = configuration.catalogue.simulated;
  const given = env.FLOTILLA_TOKEN || undefined;
  checkAdmission(options, given, !isAllSimulated);
  const callback = givenCallbackKeys(options.callbackKeyFile, context);
  if (file !== undefined) await letRun(context, { file, programs }, options.allowPrograms ?? false);
  let isStopping = false;
  const server = await startServer({
    port: options.port,
    host: options.host,
    names: options.name,
    tokens: options.token,
    token: given,
    owner: context.login,
    callbackKeys: callback?.keys,
    noteFor: env,
    data,
    configuration,
    enginePort: options.enginePort,
    programs,
    harnessFlags: faults?.harnessFlags,
    patient: faults !== undefined,
    tell: (line) => {
      // Ctrl-C reaches them, too.
      if (!isStopping) terminal.error(line);
    },
  });
  const risks = [...unverifiedSentences(unverified.clusters), ...closedLine(server.closed, options.data)];
  for (const warning of [...warnings, ...risks]) terminal.error(`warning: ${warning}`);
  const open = await countOpenBatches(server);
  const { engineUrl } = server;
  const token = options.token ? { token_file: join(data, tokenFiles.token) } : {};
  const engine = engineUrl === undefined ? {} : { engine_url: engineUrl };
  const callbacks = callback === undefined ? {} : { callback_url: callbackUrl(server.url) };
  const ordered = faults === undefined ? undefined : { count: faults.count, url: server.simulators.harness! };
  print(
    context,
    {
      url: server.url,
      ...token,
      ...callbacks,
      ...engine,
      ...(ordered === undefined ? {} : { faults: ordered }),
      simulated,
      simulated_clusters: server.simulators.clusters,
      unverified,
      open_batches: open,
    },
    serveLines({
      ...{ url: server.url, engineUrl, data: options.data, file, open, simulated, isAllSimulated },
      clusters: server.simulators.clusters,
      ...{ directory: context.directory, asksForTokens: options.token, callbackKey: callback?.place },
      faults: ordered === undefined ? undefined : { ...ordered, file: options.faults! },
    }),
  );
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

/** Throws for options that would open more access than they say. */
const checkAdmission = (
  { host, token: asksForTokens }: ServeOptions,
  given: string | undefined,
  real: boolean,
): void => {
  givenTokens(given);
  if (asksForTokens) return;
  const why = real
    ? 'this configuration has real systems, and anybody who can reach the server could deploy'
    : given !== undefined && '$FLOTILLA_TOKEN is set';
  if (why) throw new CommandFailure(exitStatus.usage, [`--no-token is not possible here: ${why}.`]);
  if (!isLoopback(host)) throw new CommandFailure(exitStatus.usage, ['--no-token is for loopback only.']);
};
