import { create as createDispatchTurns } from '../../functions/dispatch-turns.ts';
import { create as createPublishEvents } from '../../functions/publish-events.ts';
import { create as createSettleExecution } from '../../functions/settle-execution.ts';
import { create as createSweep, measured } from '../../functions/sweep.ts';
import { StepFunctions } from '../../lib/adapters/step-functions.ts';
import type { OnUse } from '../../lib/adapters/table-use.ts';
import type { Catalogue } from '../../lib/domain/catalogue/catalogue.ts';
import { stemOfCopy } from '../../lib/domain/catalogue/function-place.ts';
import { simulatedConfiguration } from '../../lib/domain/catalogue/simulated-configuration.ts';
import { allRights } from '../../lib/domain/grants/rights.ts';
import type { BusEvent, Executor, Machine, Table } from '../../lib/domain/ports.ts';
import { keys } from '../../lib/domain/record/keys.ts';
import { type HeaderRow, rowOf } from '../../lib/domain/record/rows.ts';
import { Engine } from '../../lib/engine/engine.ts';
import { Journal } from '../../lib/engine/journal.ts';
import type { Json } from '../../lib/engine/json.ts';
import type { StatusChange } from '../../lib/engine/status-change.ts';
import { inProcessClient } from '../../lib/local/runtime/in-process-client.ts';
import { makeInvoke } from '../../lib/local/runtime/invoke.ts';
import { loadMachines } from '../../lib/local/runtime/machines.ts';
import { repeat } from '../../lib/local/runtime/repeat.ts';
import { submitBatch } from '../../lib/usecases/batch/submit-batch.ts';
import { type AskedBy, cloudPace, type Deps, type Pace } from '../../lib/usecases/deps.ts';
import { ownWaitingRoom } from '../../lib/usecases/record/waiting-room.ts';
import { MemoryDocuments } from '../memory-documents.ts';
import { MemoryUploads } from '../usecases/batch/memory-uploads.ts';
import { MemoryAnchors, testSigner } from '../usecases/record/memory-anchors.ts';
import { batchText, type Wanted, type WantedStrategy } from './batch-text.ts';
import { CallMeter } from './call-meter.ts';
import { ScriptedCluster } from './scripted-cluster.ts';
import { ScriptedExecutor } from './scripted-executor.ts';
import { type Store, sqliteStore } from './store.ts';
import { TableRights } from './table-rights.ts';
import { WorkLog } from './work-log.ts';
import { WholeClock } from './world-clock.ts';

export interface WorldOptions {
  readonly pace?: Partial<Pace>;
  readonly onUse?: OnUse;
  /** Where rows are kept. SQLite in memory by default. */
  readonly store?: () => Promise<Store>;
  /** Milliseconds. Infinity: nobody sweeps. */
  readonly sweepEvery?: number;
  /** Whose ends send an event: on AWS it is not certain that children's ends do. Nobody's by default. */
  readonly tellsEndsOf?: 'nobody' | 'machines' | 'all';
  /** Counts what is in flight at each sweep, as on AWS. */
  readonly measures?: boolean;
  /** Changes the batch machine, for what the shipped one cannot be made to do. */
  readonly alter?: (definition: string) => string;
  /** A number from 0 up to, not including, 1. */
  readonly random?: () => number;
  /** The built-in configuration by default. Every cluster in it is the same. */
  readonly catalogue?: Catalogue;
  /**
   * Instead of the scripted one: called for each executor that is requested. Its calls may sleep, so they do not count
   * as work.
   */
  readonly executor?: (world: World) => () => Executor;
}

/** A function of a state machine, called: the test may throw in its place before it runs, or afterwards. */
export type InvokeFault = (call: { readonly name: string; readonly payload: Json; readonly nth: number }) =>
  | {
      readonly error: Error;
      readonly when: 'before' | 'after';
    }
  | undefined;

const hour = 3_600_000;
const unsuccessful = ['FAILED', 'TIMED_OUT', 'ABORTED'] as const;

/**
 * The whole system in one process: the engine with the shipped files, the handlers, the consumers of the stream and the
 * sweeper. Time passes only when nobody has anything to do. Executor and cluster follow a script.
 */
export class World {
  readonly clock = new WholeClock();
  readonly cluster = new ScriptedCluster('cluster-eu-1', this.clock);
  /** For a service on several. */
  readonly otherCluster = makeOther(this.clock);
  readonly executor = new ScriptedExecutor(this.clock, (name) =>
    name === 'cluster-us-1' ? this.otherCluster : this.cluster,
  );
  readonly log = new WorkLog(() => this.clock.now());
  readonly meter = new CallMeter(this.log);
  readonly rights = new TableRights(() => this.log.current);
  readonly table: Table;
  readonly engine: Engine;
  readonly published: BusEvent[] = [];
  readonly anchors = new MemoryAnchors();
  /** Lines of the log. */
  readonly told: string[] = [];
  /** What the stream's consumers and the sweeper threw. */
  readonly faults: unknown[] = [];
  invokeFault: InvokeFault | undefined;
  /** What the state machine hears instead of a function's result. Undefined changes nothing. */
  reply: (call: { readonly name: string; readonly payload: Json }) => Json | undefined = () => undefined;
  readonly #options: WorldOptions;
  readonly #store: Store;
  readonly #invoked = new Map<string, number>();
  #deps: (Deps & AskedBy) | undefined;
  #close: () => void = () => {};
  #dispatch: () => Promise<void> = async () => {};
  #publishEvents: ReturnType<typeof createPublishEvents> = async () => {};
  #sweep: () => Promise<void> = async () => {};
  #machineArn = '';

  private constructor(options: WorldOptions, store: Store) {
    this.#options = options;
    const { random = () => 0.5 } = options;
    this.#store = store;
    this.table = store.table;
    this.engine = new Engine({
      journal: new Journal({ path: ':memory:' }),
      clock: this.clock,
      random: { next: random },
      invoke: (name, payload) => this.#invoke(name, payload),
      onStatusChange: { of: unsuccessful, tell: (event) => this.#tellEnd(event) },
    });
  }

  /** For a test: it is closed when the test is over. */
  static async make(options: WorldOptions = {}): Promise<World> {
    const world = await World.open(options);
    const { expect, onTestFinished } = await import('vitest');
    onTestFinished(() => {
      world.close();
      expect(world.rights.denied).toEqual([]);
    });
    return world;
  }

  /** For code that closes it. */
  static async open(options: WorldOptions = {}): Promise<World> {
    const world = new World(options, (await options.store?.()) ?? sqliteStore(options.onUse));
    await world.#open();
    return world;
  }

  get deps(): Deps & AskedBy {
    return this.#deps!;
  }

  async #open(): Promise<void> {
    const machines = await loadMachines(this.engine);
    if (this.#options.alter !== undefined) await this.#alter(machines.batch, this.#options.alter);
    this.#machineArn = machines.batch;
    this.#deps = this.#makeDeps(machines);
    const onFault = async (error: unknown): Promise<void> => {
      this.faults.push(error);
      await this.clock.sleep(1_000);
    };
    this.renew();
    const stopStream = this.#store.follow({
      dispatch: () => this.log.during('dispatch-turns', () => this.#dispatch()),
      publish: (events) => this.log.during('publish-events', () => this.#publishEvents(events)),
      onFault,
    });
    const { sweepEvery = 30_000 } = this.#options;
    const stopSweeping = Number.isFinite(sweepEvery)
      ? repeat(() => this.log.during('sweep', () => this.#sweep()), { every: sweepEvery, clock: this.clock, onFault })
      : () => {};
    this.#close = () => {
      stopStream();
      stopSweeping();
      this.engine.close();
      this.#store.close();
    };
  }

  #tellEnd(event: StatusChange): void {
    const { tellsEndsOf = 'nobody' } = this.#options;
    const isChild = event.detail.stateMachineArn.includes('/');
    if (tellsEndsOf === 'nobody' || (tellsEndsOf === 'machines' && isChild)) return;
    this.#settle ??= createSettleExecution(this.deps);
    const settle = this.#settle;
    this.log
      .during('settle-execution', () => settle(JSON.parse(JSON.stringify(event))))
      .catch((error) => this.faults.push(error));
  }
  #settle: ReturnType<typeof createSettleExecution> | undefined;

  close(): void {
    this.#close();
  }

  /** Another one, which knows nothing of the previous one's plans. */
  renewDispatcher(): void {
    this.#dispatch = createDispatchTurns(this.deps);
  }

  /** All of them, as after a kill: everything that was only in their memory is gone. */
  renew(): void {
    this.renewDispatcher();
    this.#publishEvents = createPublishEvents(this.deps);
    this.#sweep = this.#options.measures ? measured(this.deps, createSweep(this.deps)) : createSweep(this.deps);
    this.#settle = undefined;
    this.#invokeHandlers = undefined;
  }

  async #alter(stateMachineArn: string, alter: (definition: string) => string): Promise<void> {
    const { definition } = await this.engine.describeStateMachine({ stateMachineArn });
    const altered = alter(definition as string);
    if (altered === definition) throw new Error('nothing was altered');
    await this.engine.createStateMachine({ name: 'batch', definition: altered });
  }

  #makeDeps(machines: Readonly<Record<Machine, string>>): Deps & AskedBy {
    let ids = 0;
    const { catalogue = simulatedConfiguration().catalogue } = this.#options;
    const scripted = this.meter.watch('executor', this.executor);
    const executor = this.#options.executor?.(this) ?? (() => scripted);
    const cluster = this.meter.watch('cluster', this.cluster);
    const other = this.meter.watch('cluster', this.otherCluster);
    return {
      table: this.meter.watch('table', this.rights.guard(this.table)),
      documents: this.meter.watch('documents', new MemoryDocuments()),
      uploads: new MemoryUploads(this.clock),
      anchors: this.meter.watch('anchors', this.anchors),
      signer: this.meter.watch('signer', testSigner),
      waitingRoom: ownWaitingRoom(),
      workflow: this.meter.watch('workflow', new StepFunctions(inProcessClient(this.engine, this.table), machines)),
      bus: this.meter.watch('bus', { put: async (events: readonly BusEvent[]) => this.#publish(events) }),
      clock: { now: () => this.clock.now(), sleep: (...args) => this.log.deathOf() ?? this.clock.sleep(...args) },
      random: { next: this.#options.random ?? (() => 0.5) },
      ids: { next: () => `01WORLD${String(++ids).padStart(8, '0')}` },
      pace: { ...cloudPace, ...this.#options.pace },
      catalogue: async () => catalogue,
      rights: allRights,
      executor: async () => executor(),
      cluster: async (name) => (name === 'cluster-us-1' ? other : cluster),
      tell: (message) => void this.told.push(message),
    };
  }

  #publish(events: readonly BusEvent[]): readonly BusEvent[] {
    this.published.push(...events);
    return [];
  }

  async #invoke(name: string, payload: Json): Promise<Json> {
    this.#invokeHandlers ??= makeInvoke(this.deps);
    const nth = (this.#invoked.get(name) ?? 0) + 1;
    this.#invoked.set(name, nth);
    const fault = this.invokeFault?.({ name, payload, nth });
    if (fault?.when === 'before') throw fault.error;
    const invoke = this.#invokeHandlers;
    const result = await this.log.during(stemOfCopy(name), () => invoke(name, payload));
    if (fault?.when === 'after') throw fault.error;
    return this.reply({ name, payload }) ?? result;
  }
  #invokeHandlers: ReturnType<typeof makeInvoke> | undefined;

  /** Sends a batch. By default its services run in version 1.0.0 now. */
  async submit(wanted: readonly Wanted[], { strategy = {}, without = [] }: Submission = {}): Promise<string> {
    for (const { name } of wanted) {
      if (this.cluster.running(name) === undefined && !without.includes(name)) this.cluster.set(name, '1.0.0', 'good');
    }
    const { header } = await submitBatch(this.deps, { text: batchText(wanted, strategy), actor: 'ada' });
    return header.batch_id;
  }

  async header(batchId: string): Promise<HeaderRow> {
    return rowOf<HeaderRow>(await this.table.get(keys.header(batchId)))!;
  }

  /** Until nobody has anything to do but to wait for time to pass. */
  async idle(): Promise<void> {
    for (let quiet = 0; quiet < 2; ) {
      const before = this.meter.calls;
      await this.engine.idle();
      await this.#store.arrived();
      quiet = this.meter.inFlight === 0 && this.meter.calls === before ? quiet + 1 : 0;
    }
  }

  /** Lets time pass until something holds. */
  async until(holds: () => Promise<boolean> | boolean, most = 48 * hour): Promise<void> {
    const end = this.clock.now() + most;
    for (;;) {
      await this.idle();
      if (await holds()) return;
      if (this.clock.now() > end || !this.clock.runNext()) throw new Error(`it never happened: ${String(holds)}`);
    }
  }

  /** Lets this many seconds pass. */
  async pass(seconds: number): Promise<void> {
    const end = this.clock.now() + seconds * 1_000;
    this.clock.setTimer(end, () => {});
    await this.until(() => this.clock.now() >= end);
  }

  sealed(batchId: string): Promise<void> {
    return this.until(async () => (await this.header(batchId)).ended_at !== undefined);
  }

  /** Until the batch is sealed and nobody watches or follows anything any more. */
  async settled(batchId: string): Promise<void> {
    await this.sealed(batchId);
    await this.until(async () => !(await this.isAtWork()));
  }

  /** Whether anybody watches, follows, or has a turn. */
  async isAtWork(): Promise<boolean> {
    const stateMachineArn = this.#machineArn.replace(/:batch$/, ':watch');
    const { executions } = await this.engine.listExecutions({ stateMachineArn, statusFilter: 'RUNNING' });
    if (executions.length > 0 || this.#store.isBehind()) return true;
    const inbox = await this.table.query({ pk: 'INBOX', limit: 1 });
    const turns = await this.table.query({ pk: 'DISPATCHER', prefix: 'TURN#', limit: 1 });
    return inbox.items.length + turns.items.length > 0;
  }

  batchArn(batchId: string): string {
    return this.engine.executionArn(this.#machineArn, batchId);
  }

  watchArn(name: string): string {
    return this.engine.executionArn(this.#machineArn.replace(/:batch$/, ':watch'), name);
  }
}

const makeOther = (clock: WholeClock): ScriptedCluster => {
  const cluster = new ScriptedCluster('cluster-us-1', clock);
  cluster.identities = ['kube-system:other'];
  cluster.address = 'https://other.test#ca';
  return cluster;
};

export interface Submission {
  readonly strategy?: WantedStrategy;
  /** Services that do not exist yet. */
  readonly without?: readonly string[];
}
