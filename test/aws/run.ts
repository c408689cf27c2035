import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Api } from '../cloud/api.ts';
import { configurationText, secrets } from '../cloud/configuration.ts';
import { Steps } from '../cloud/steps.ts';
import { exampleBatch, outcomes } from '../example.ts';
import { type Outputs, outputOf, Stage } from './cdk.ts';
import { checkBatch } from './check-batch.ts';
import { checkStates } from './check-states.ts';
import { obtainToken } from './obtain-token.ts';
import { help, Misused, type Options, readOptions } from './options.ts';
import { findAccount, type Place, startEmulated } from './place.ts';
import { checkNothingRemains } from './remains.ts';
import { programsEnded, runProgram } from './run-program.ts';
import { type Opened, type Simulators, startSimulators } from './simulators.ts';

/** Flotilla in an account of AWS, from nothing to nothing. What it does and costs: `--help`. */
const root = join(import.meta.dirname, '..', '..');
const steps = new Steps();

/** A deployment is silent for minutes. */
const step = <T>(name: string, work: () => Promise<T>): Promise<T> => {
  console.log(`   ${name} …`);
  return steps.run(name, work);
};

/** Two at once: a new account runs ten functions at once, and the watchers, the API and the relay take most of them. */
const batch = exampleBatch({ concurrency: 2, timeout: 300 });

const random = (): string =>
  `t${BigInt(`0x${randomBytes(6).toString('hex')}`)
    .toString(36)
    .slice(-7)
    .padStart(7, '0')}`;

interface Run {
  readonly options: Options;
  readonly place: Place;
  readonly stage: Stage;
  readonly folder: string;
  readonly relayKey: string;
  readonly simulators: Simulators | undefined;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** Puts the configuration into the stage with the command line, as a user does. */
const applyCatalogue = async ({ options, place, stage, folder, signal }: Run, relay: string): Promise<void> => {
  const own = options.own === undefined ? undefined : resolve(options.own.config);
  const file = own ?? join(folder, 'flotilla.config.yaml');
  if (own === undefined)
    writeFileSync(
      file,
      configurationText({ harness: `${relay}/harness`, eksCluster: `${stage.name}-eu-1`, isPlaced: false }),
    );
  const env = own === undefined ? { ...place.env, ...secrets } : place.env;
  const args = ['catalogue', 'apply', '--stage', stage.name, '--config', file, '--with-secrets'];
  await runProgram(process.execPath, [join(root, 'bin', 'flotilla.ts'), ...args], { directory: root, env, signal });
};

const machinesOf = ({ place: { region, account } }: Run, outputs: Outputs) => {
  const arnOf = (output: string): string =>
    `arn:aws:states:${region}:${account}:stateMachine:${outputOf(outputs, 'application', output)}`;
  return {
    batch: arnOf('BatchMachineName'),
    watch: arnOf('WatchMachineName'),
    preview: arnOf('PreviewMachineName'),
  };
};

/** Everything between the deployment and the end of the stage. */
const checkStage = async (run: Run, outputs: Outputs): Promise<void> => {
  const { place } = run;
  const machines = machinesOf(run, outputs);
  for (const arn of Object.values(machines)) await place.takeMachine(arn);
  // The deployment took minutes: a failed check is reported, and the batch runs all the same.
  const [tested] = await Promise.allSettled([step('TestState', () => checkStates(place.clients.states, machines))]);
  if (tested.status === 'rejected') console.error(tested.reason);
  else console.log(`   ${tested.value} questions, each answered as by the embedded engine`);
  await checkExample(run, outputs);
  if (tested.status === 'rejected') throw new Error('TestState answers otherwise than the embedded engine');
};

/** A batch of the example, with all that it needs. */
const checkExample = async (run: Run, outputs: Outputs): Promise<void> => {
  const { options, place, simulators, stage } = run;
  const outside =
    simulators === undefined ? '' : `${place.addressOf(outputOf(outputs, 'test', 'RelayApiId'))}/${run.relayKey}`;
  const opened = await simulators?.open(place, {
    ...{ outside, cluster: `${stage.name}-eu-1` },
    table: outputOf(outputs, 'test', 'RelayTable'),
  });
  await step('catalogue apply', () => applyCatalogue(run, outside));
  const token = await step('a token', () => obtainToken(place, outputs));
  const api = new Api({ api: place.addressOf(outputOf(outputs, 'application', 'ApiId')) }, token);
  const text = options.own === undefined ? batch : readFileSync(options.own.batch, 'utf8');
  const queue = outputOf(outputs, 'test', 'EventsQueue');
  try {
    const own = options.own === undefined ? outcomes : undefined;
    const ended = await step('a batch', () => checkBatch(place, { api, text, queue, outcomes: own }));
    console.log(`   ${ended.batchId}: ${ended.batch.execution_arn}`);
  } finally {
    if (opened !== undefined) tellRelay(opened);
  }
};

const tellRelay = ({ counts, faults, signers }: Opened): void => {
  console.log(`   answered by the simulators: ${JSON.stringify(counts)}`);
  console.log(`   tokens for the cluster were signed by ${signers().join(', ') || 'nobody'}`);
  if (faults.length > 0) console.log(`   the relay failed ${faults.length} times, the last time with ${faults.at(-1)}`);
};

const tearDown = async (place: Place, stage: Stage): Promise<void> => {
  try {
    await step('cdk destroy', () => stage.destroy());
    await step('nothing remains', () => checkNothingRemains(place, stage.name));
  } catch (error) {
    console.error(`the stage was not deleted completely; run again: ${destroyCommand(stage)}`);
    throw error;
  }
};

const destroyCommand = ({ name }: Stage): string => `npm run test:aws -- --destroy ${name}`;

class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** Some checks failed, and were reported. */
class Told extends Error {
  override readonly name = 'Told';
  override readonly message = 'Some checks failed; see the messages above.';
}

/** Cleans up after success or failure, and reports both errors when both fail. */
const endWell = async (work: Promise<void>, tidyUp: () => Promise<void>): Promise<void> => {
  const [worked] = await Promise.allSettled([work]);
  if (worked.status === 'rejected') console.error(worked.reason instanceof Interrupted ? 'interrupted' : worked.reason);
  try {
    await programsEnded();
    await tidyUp();
  } finally {
    console.log(`\n${steps.table()}`);
  }
  if (worked.status === 'rejected') throw new Told();
};

/** Rejects on Ctrl-C; then the stage is deleted. */
const interruption = (): { readonly signal: AbortSignal; readonly never: Promise<never> } => {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      console.log(controller.signal.aborted ? '-- still taking the stage away' : `-- ${signal}: taking the stage away`);
      controller.abort();
    });
  const never = new Promise<never>((_, reject) => {
    controller.signal.addEventListener('abort', () => reject(new Interrupted()));
  });
  never.catch(() => {});
  return { signal: controller.signal, never };
};

const perform = async (options: Options, held: AsyncDisposableStack): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'flotilla-aws-'));
  held.defer(async () => rmSync(folder, { recursive: true, force: true }));
  const isSimulated = options.own === undefined && options.destroy === undefined;
  const simulators = isSimulated || options.isEmulated ? await startSimulators(held) : undefined;
  const { isEmulated } = options;
  const place = isEmulated
    ? await step('MiniStack', () => startEmulated(held, { folder, eks: simulators?.eks ?? '' }))
    : await findAccount();
  const relayKey = randomBytes(16).toString('hex');
  const stage = new Stage(place, {
    ...{ stage: options.destroy ?? random(), folder, isEmulated },
    ...(isSimulated ? { relayKey } : {}),
    ...(options.own === undefined ? {} : { config: resolve(options.own.config) }),
  });
  console.log(`stage ${stage.name} in ${place.account} ${place.region}, as ${place.caller}`);
  if (options.destroy !== undefined) return tearDown(place, stage);
  const { signal, never } = interruption();
  const run = { options, place, stage, folder, relayKey, signal, simulators: isSimulated ? simulators : undefined };
  const work = async (): Promise<void> => {
    const bootstrapped = await step('cdk bootstrap', () => stage.bootstrap(signal));
    console.log(`   ${bootstrapped}`);
    const outputs = await step('cdk deploy', () => stage.deploy(signal));
    await checkStage(run, outputs);
  };
  await endWell(Promise.race([work(), never]), async () => {
    if (options.keep) console.log(`kept; delete it with: ${destroyCommand(stage)}`);
    else await tearDown(place, stage);
  });
};

const main = async (): Promise<number> => {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') {
    console.log(help);
    return 0;
  }
  await using held = new AsyncDisposableStack();
  await perform(options, held);
  return 0;
};

/** An interrupted request may still wait for an answer, which nobody needs any more. */
main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    const isUsage =
      error instanceof Misused || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS') === true;
    console.error(isUsage || error instanceof Told ? (error as Error).message : error);
    process.exit(isUsage ? 2 : 1);
  },
);
