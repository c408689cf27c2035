import { dirname, join } from 'node:path';
import { type ApiHandler, create as createApi } from '../../functions/api.ts';
import { create as createLooks } from '../../functions/api-looks.ts';
import { create as createDispatchTurns } from '../../functions/dispatch-turns.ts';
import { create as createPlanBatch } from '../../functions/plan-batch.ts';
import { create as createPublishEvents } from '../../functions/publish-events.ts';
import { create as createReadLogs } from '../../functions/read-logs.ts';
import { makeClusterExecutors } from '../../functions/runtime/cluster-executors.ts';
import { Clusters } from '../../functions/runtime/clusters.ts';
import { executorOf, makeExecutors } from '../../functions/runtime/executors.ts';
import { create as createSurvey } from '../../functions/survey-clusters.ts';
import { create as createSweep } from '../../functions/sweep.ts';
import { create as createTakeHint } from '../../functions/take-hint.ts';
import { cloudWatchIn } from '../adapters/cloud-watch.ts';
import type { ClusterProgram } from '../adapters/cluster-program.ts';
import { type Disk, realDisk, syncFolders } from '../adapters/disk.ts';
import { FileAnchors } from '../adapters/file-anchors.ts';
import { FileDocuments } from '../adapters/file-documents.ts';
import { FileUploads } from '../adapters/file-uploads.ts';
import { WalSync } from '../adapters/group-sync.ts';
import { KeySigner } from '../adapters/key-signer.ts';
import { OwnManifestSources } from '../adapters/manifest-sources.ts';
import { SqliteTable } from '../adapters/sqlite-table.ts';
import { StepFunctions } from '../adapters/step-functions.ts';
import { SystemRandom, UlidIds } from '../adapters/system-clock.ts';
import type { Configuration } from '../domain/catalogue/catalogue.ts';
import type { Cluster, Executor, Machine } from '../domain/ports.ts';
import { expiringPartitions } from '../domain/record/keys.ts';
import { SystemClock as EngineClock } from '../engine/clock.ts';
import { Engine } from '../engine/engine.ts';
import { Journal, type JournalEntryKind } from '../engine/journal.ts';
import type { Deps, Pace } from '../usecases/deps.ts';
import { ownWaitingRoom } from '../usecases/record/waiting-room.ts';
import { Bell } from '../usecases/wait/bell.ts';
import type { CallbackHandler } from './callbacks/receive-callback.ts';
import { startEnginePort } from './engine-port/start-engine-port.ts';
import { ownUploads, type UploadReceiver } from './http/receive-upload.ts';
import { startHttpServer } from './http-server.ts';
import { noteServer } from './own-servers.ts';
import { Planner } from './planner/planner.ts';
import { apiWithPlanner, planWithPlanner } from './planner/with-planner.ts';
import { anchorKey } from './runtime/anchor-key.ts';
import { ClosingClock } from './runtime/closing-clock.ts';
import { EndedExecutions } from './runtime/ended-executions.ts';
import { holdData } from './runtime/hold-data.ts';
import { inProcessClient } from './runtime/in-process-client.ts';
import { makeInvoke } from './runtime/invoke.ts';
import { localPace } from './runtime/local-pace.ts';
import { loadMachines } from './runtime/machines.ts';
import { makeDataFolder, openDataFile } from './runtime/make-data-folder.ts';
import { withAddresses } from './runtime/name-clusters.ts';
import { closeOwnFiles, keepToOneself } from './runtime/own-files.ts';
import { repeat } from './runtime/repeat.ts';
import { followTable, isFollowed } from './runtime/stream.ts';
import { tellBudget } from './runtime/tell-budget.ts';
import { whenSynced } from './runtime/when-synced.ts';
import type { Simulators } from './simulators.ts';
import { givenTokens } from './tokens/given-token.ts';
import { type OpenTokens, openTokens } from './tokens/open-tokens.ts';
import { tokenFiles } from './tokens/own-token.ts';
import { apiWithLooks } from './with-looks.ts';

export type SimulatorAddresses = Pick<Simulators, 'harness' | 'clusters'>;

export interface RuntimeOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** Loopback unless set. Any other address requires tokens. */
  readonly host?: string | undefined;
  /** Additional names of the server. */
  readonly names?: readonly string[] | undefined;
  /**
   * Requires a token. Valid tokens are kept with the data. Without it, anybody who can reach the port may do
   * everything.
   */
  readonly tokens?: boolean | undefined;
  /** The login of the user who started it, shown for requests with the server's own token. */
  readonly owner?: string | undefined;
  /** One more token, valid for everything, or several with names and roles: see `givenTokens`. */
  readonly token?: string | undefined;
  /** The keys for Harness's callbacks. Without one there is no such route. */
  readonly callbackKeys?: readonly string[] | undefined;
  /** The environment of the user whose command line should find this server. */
  readonly noteFor?: Readonly<Record<string, string | undefined>>;
  /** The data folder. */
  readonly data: string;
  readonly configuration: Configuration;
  /** Kubeconfig programs that may run. Without a list, all may. */
  readonly programs?: readonly ClusterProgram[];
  /** Where the simulators of the configuration listen, or how to start them once port and data are ours. */
  readonly simulators?: SimulatorAddresses | (() => Promise<SimulatorAddresses>);
  /** Serves the engine's protocol on this loopback port, 0 for a free one. Without it the port stays closed. */
  readonly enginePort?: number | undefined;
  /** Waits for simulators as long as for real systems, to show how trouble develops. */
  readonly patient?: boolean | undefined;
  readonly pace?: Partial<Pace>;
  /** Replaces the configuration's. */
  readonly executor?: (account: string) => Executor;
  readonly cluster?: (name: string) => Cluster | Promise<Cluster>;
  readonly onJournal?: (kind: JournalEntryKind) => void;
  /** Replaces the real one. */
  readonly disk?: Disk;
}

export interface Runtime {
  readonly url: string;
  readonly port: number;
  /** The data owner's token, where tokens are required. */
  readonly token: string | undefined;
  /** Where the engine's protocol is served, if at all. */
  readonly engineUrl: string | undefined;
  readonly engine: Engine;
  readonly table: SqliteTable;
  /** What others could read in the data folder until now. */
  readonly closed: readonly string[];
  close(): Promise<void>;
}

/** The whole system in one process: the same handlers, use cases and state machines as on AWS, on SQLite and files. */
export const startRuntime = async (options: RuntimeOptions): Promise<Runtime> => {
  keepToOneself();
  const started = Promise.withResolvers<System>();
  // Requests during the start wait. If the start fails, they get the error below.
  started.promise.catch(() => {});
  // The port comes first. If it is taken, no folder is made, and nothing runs that nobody can reach.
  const server = await startHttpServer({
    port: options.port,
    ...(options.host === undefined ? {} : { host: options.host }),
    ...(options.names === undefined ? {} : { names: options.names }),
    ...(asksForTokens(options) ? { tokens: async () => (await started.promise).tokens! } : {}),
    owner: options.owner,
    api: async (...call) => (await started.promise).api(...call),
    uploads: { receive: async (...call) => (await started.promise).uploads.receive(...call) },
    ...(callbackKeysOf(options).length === 0
      ? {}
      : { callbacks: async (...call) => (await started.promise).callbacks(...call) }),
  });
  try {
    const system = await startSystem(options);
    const address = { host: options.host ?? '127.0.0.1', port: server.port };
    // Before the first answer, so that a rejected client finds the token.
    const forget = options.noteFor === undefined ? () => {} : noteServer(options.data, address, options.noteFor);
    started.resolve(system);
    const { engine, engineUrl, table, closed, tokens, stop, closeStores } = system;
    const close = async (): Promise<void> => {
      const stopped = stop();
      forget();
      // Clients first: closing the server ends their long polls, which sleep by the same clock.
      await server.close();
      await stopped;
      closeStores();
    };
    return { url: server.url, port: server.port, token: tokens?.own, engineUrl, engine, table, closed, close };
  } catch (error) {
    started.reject(error);
    await server.close();
    throw error;
  }
};

const callbackKeysOf = ({ callbackKeys = [] }: Pick<RuntimeOptions, 'callbackKeys'>): readonly string[] => callbackKeys;

const asksForTokens = ({ tokens, token }: RuntimeOptions): boolean => tokens === true || token !== undefined;

interface System extends Pick<Runtime, 'engine' | 'engineUrl' | 'table' | 'closed'> {
  readonly api: ApiHandler;
  readonly uploads: UploadReceiver;
  readonly callbacks: CallbackHandler;
  readonly tokens: OpenTokens | undefined;
  stop(): Promise<void>;
  closeStores(): void;
}

const startSystem = async (options: RuntimeOptions): Promise<System> => {
  const { data, disk = realDisk } = options;
  const [outermost] = makeDataFolder(data);
  const closed = closeOwnFiles(data);
  // Closed in reverse order: at the end, or at once if something does not start.
  using held = new DisposableStack();
  held.defer(holdData(data));
  const book = join(data, tokenFiles.book);
  const tokens = asksForTokens(options) ? openDataFile(book, () => openTokens(data, options.token)) : undefined;
  held.defer(() => tokens?.close());
  const simulators = typeof options.simulators === 'function' ? await options.simulators() : options.simulators;
  const [tableFile, journalFile] = [join(data, 'flotilla.db'), join(data, 'engine.db')];
  const table = openDataFile(tableFile, () => new SqliteTable(tableFile, { follow: isFollowed, disk }));
  held.defer(() => table.close());
  const journalSync = new WalSync(disk, journalFile);
  held.defer(() => journalSync.close());
  const onCommitted = options.onJournal === undefined ? {} : { onCommitted: options.onJournal };
  const journal = openDataFile(
    journalFile,
    () => new Journal({ path: journalFile, durability: journalSync, ...onCommitted }),
  );
  // The engine calls the functions and they call the engine, so they are made after it.
  let invoke: ReturnType<typeof makeInvoke> | undefined;
  const ends = new EndedExecutions(tellFault);
  const engine = new Engine({
    journal,
    clock: new EngineClock(),
    random: new SystemRandom(),
    invoke: (name, payload) => invoke!(name, payload),
    onStatusChange: ends.toTell,
  });
  held.defer(() => engine.close());
  const clock = new ClosingClock();
  held.defer(() => clock.close());
  const machines = await loadMachines(engine);
  const signer = new KeySigner(await anchorKey(data, disk));
  // From here on both databases can sync without opening anything.
  await Promise.all([table.synced(), journal.committed()]);
  // A database file is lost if its name is not on disk.
  await syncFolders(disk, data, outermost === undefined ? data : dirname(outermost));
  const documents = new FileDocuments(join(data, 'documents'), disk);
  const uploads = new FileUploads(join(data, 'uploads'), clock, disk);
  const anchors = new FileAnchors(join(data, 'anchors'), disk);
  const configuration = await withAddresses(options.configuration);
  const made = { simulators, clock, table, documents, uploads, anchors, signer, engine, machines };
  const deps = makeDeps({ ...options, configuration }, made);
  const planner = new Planner(deps, configuration.catalogue);
  held.defer(() => planner.close());
  invoke = makeInvoke(deps, { 'plan-batch': planWithPlanner(planner, deps, createPlanBatch(deps)) });
  ends.settleWith(deps);
  const stop = startBackground(deps, { clock, table });
  held.defer(() => void stop());
  await engine.resume();
  const { enginePort: port } = options;
  const enginePort = port === undefined ? undefined : await startEnginePort(engine, { port, data });
  held.defer(() => void enginePort?.close());
  const asking = { looks: createLooks(deps), logs: createReadLogs(deps) };
  const handle = apiWithLooks(asking, apiWithPlanner(planner, createApi(deps)));
  const api: ApiHandler = (...call) => whenSynced(table, () => handle(...call));
  const stores = held.move();
  return {
    api,
    uploads: ownUploads(deps, uploads),
    callbacks: createTakeHint({ ...deps, callbackKeys: async () => callbackKeysOf(options) }),
    engine,
    engineUrl: enginePort?.url,
    table,
    closed,
    tokens,
    stop,
    closeStores: () => stores.dispose(),
  };
};

const hour = 3_600_000;

/** Starts what runs on its own. Returns the function that stops it. */
const startBackground = (deps: Deps, { clock, table }: Pick<Made, 'clock' | 'table'>): (() => Promise<void>) => {
  const onFault = async (error: unknown): Promise<void> => {
    tellFault(error);
    await clock.sleep(1_000);
  };
  const dispatch = createDispatchTurns(deps);
  const stopStream = followTable(table, { dispatch, publish: createPublishEvents(deps), onFault });
  const stopSweeping = repeat(createSweep(deps), { every: deps.pace.sweepAge / 2, clock, onFault });
  const stopSurveying = repeat(createSurvey(deps), { every: deps.pace.survey, clock, onFault });
  const removeExpired = async (): Promise<void> => {
    for (const partitions of expiringPartitions) table.removeExpired(partitions, clock.now());
  };
  const stopRemoving = repeat(removeExpired, { every: hour, clock, onFault });
  return () => {
    stopSweeping();
    stopSurveying();
    stopRemoving();
    return stopStream();
  };
};

interface Made {
  readonly simulators: SimulatorAddresses | undefined;
  readonly clock: ClosingClock;
  readonly table: SqliteTable;
  readonly documents: FileDocuments;
  readonly uploads: FileUploads;
  readonly anchors: FileAnchors;
  readonly signer: KeySigner;
  readonly engine: Engine;
  readonly machines: Readonly<Record<Machine, string>>;
}

/** Every secret of this process: a pipeline may have passed one to a workload. */
const secretsOf = (options: RuntimeOptions): readonly string[] => {
  const { harness } = options.configuration.connections;
  const ofHarness = harness.kind === 'real' ? [harness.api_key, ...Object.values(harness.webhook_tokens)] : [];
  return [...givenTokens(options.token).map(({ token }) => token), ...ofHarness, ...callbackKeysOf(options)];
};

const makeDeps = (options: RuntimeOptions, { simulators, engine, machines, ...made }: Made): Deps => {
  const { configuration, patient } = options;
  const random = new SystemRandom();
  const secrets = callbackKeysOf(options);
  const clusters = new Clusters(configuration.connections.clusters, {
    region: process.env.AWS_REGION,
    simulated: simulators?.clusters,
    secrets: secretsOf(options),
    programs: options.programs,
  });
  const cloudWatch = cloudWatchIn(process.env.AWS_REGION);
  const cluster: Deps['cluster'] = async (name) => options.cluster?.(name) ?? clusters.get(name);
  const harness = { ...made, random, simulatedHarness: simulators?.harness, secrets, patient, tellBudget };
  const executors =
    options.executor === undefined
      ? new Map([
          ...makeExecutors(configuration, harness),
          ...makeClusterExecutors(configuration.catalogue, { ...made, cluster, cloudWatch }),
        ])
      : undefined;
  return {
    ...made,
    workflow: new StepFunctions(inProcessClient(engine, made.table), machines),
    random,
    ids: new UlidIds(made.clock),
    // People read the feed in the table here; there is no separate bus.
    bus: { put: async () => [] },
    waitingRoom: ownWaitingRoom(),
    bell: new Bell(),
    pace: { ...localPace(configuration.catalogue.simulated && patient !== true), ...options.pace },
    catalogue: async () => configuration.catalogue,
    executor: async (account) => options.executor?.(account) ?? executorOf(executors!, account),
    cluster,
    manifestSources: new OwnManifestSources(),
    tell: (message, about) => console.error(JSON.stringify({ level: 'WARN', message, ...about })),
  };
};

const tellFault = (error: unknown): void => {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  console.error(
    JSON.stringify({ level: 'ERROR', message: 'background work failed', error: name, cause: message, stack }),
  );
};
