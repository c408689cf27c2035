import { SqliteTable } from '../../../lib/adapters/sqlite-table.ts';
import type { Status } from '../../../lib/domain/deployment/status.ts';
import { FlotillaError, isFlotillaError } from '../../../lib/domain/errors.ts';
import type { Clock, Documents, Item, Key, Table, Workflow, Write } from '../../../lib/domain/ports.ts';
import { changeItem, pendingItem } from '../../../lib/domain/record/change.ts';
import type { InboxMessage } from '../../../lib/domain/record/inbox-message.ts';
import { documentPaths, keys } from '../../../lib/domain/record/keys.ts';
import { type HeaderRow, type ItemRow, itemOf, rowOf, type TurnRow } from '../../../lib/domain/record/rows.ts';
import type { Place } from '../../../lib/domain/schedule/place.ts';
import type { Sheet } from '../../../lib/domain/schedule/sheet.ts';
import { type RollbackRequest, stoppedBecause } from '../../../lib/domain/undo/undo-rows.ts';
import { cloudPace } from '../../../lib/usecases/deps.ts';
import { awaitTurn } from '../../../lib/usecases/schedule/await-turn.ts';
import { type DispatcherMemory, dispatchTurns } from '../../../lib/usecases/schedule/dispatch-turns.ts';
import { bindToken } from '../../../lib/usecases/wait/answer-wait.ts';
import { Ledger, nameOf } from '../../domain/schedule/ledger.ts';
import type { Chance } from '../../domain/schedule/random-world.ts';
import { Crash, FaultyGate, gatedTable, gatedWorkflow } from './faulty-gate.ts';

/** The child execution of a deployment, as far as its turn goes. */
interface Child {
  /** The token that the state machine waits with now. */
  token?: string;
  tokens: number;
  answer?: 'granted' | 'refused';
  isDead: boolean;
}

interface Dispatcher {
  readonly gate: FaultyGate;
  readonly memory: DispatcherMemory;
  readonly table: Table;
  readonly workflow: Workflow;
  /** Its latest run, which may be paused. */
  run?: Promise<void>;
}

/**
 * Everything around the dispatcher: children that wait for their turns, deployments that end, two dispatcher processes
 * with faults, a clock. All commits go into a ledger, which throws when they break a law of turns.
 */
export class DispatchWorld {
  readonly ledger: Ledger;
  readonly table: SqliteTable;
  readonly dispatchers: Dispatcher[];
  readonly #chance: Chance;
  readonly #children = new Map<string, Child>();
  readonly #sent: InboxMessage[] = [];
  readonly #errors: unknown[] = [];
  #now = 1_000_000;
  #ids = 0;
  #holders = 0;

  constructor(sheets: readonly Sheet[], chance: Chance) {
    this.ledger = new Ledger(sheets);
    this.#chance = chance;
    this.table = new SqliteTable(':memory:');
    for (const place of this.ledger.places()) this.#children.set(nameOf(place), { tokens: 0, isDead: false });
    this.dispatchers = [this.#newDispatcher(), this.#newDispatcher()];
  }

  readonly #clock: Clock = {
    now: () => this.#now,
    sleep: async (milliseconds) => this.pass(milliseconds),
  };

  pass(milliseconds: number): void {
    this.#now += milliseconds;
  }

  // ---- Commits ----------------------------------------------------------------------------------------------

  /** The table as everybody uses it. Each commit goes into the ledger. */
  readonly #watchedTable: Table = {
    get: (key) => this.table.get(key),
    query: (query) => this.table.query(query),
    transact: async (writes) => {
      await this.table.transact(writes);
      for (const write of writes) if ('put' in write) await this.#enter(write.put);
    },
    synced: () => this.table.synced(),
  };

  async #enter(item: Item): Promise<void> {
    if (item.sk.startsWith('TURN#')) {
      const { batch_id, index, state } = rowOf<TurnRow>(item)!;
      if (state === 'refused') this.ledger.refused({ batch_id, index });
    }
    if (!item.sk.startsWith('ITEM#')) return;
    const { batch_id, index, status, outcome } = rowOf<ItemRow>(item)!;
    if (outcome !== undefined) this.ledger.ended({ batch_id, index }, outcome.status);
    else if (status === 'PROCESSING') await this.#granted({ batch_id, index });
  }

  async #granted(place: Place): Promise<void> {
    this.ledger.granted(place);
    const heads = (await this.table.query({ pk: 'DISPATCHER', prefix: 'BATCH#', limit: 100 })).items;
    const limits: Record<string, number> = {};
    for (const head of [...heads].sort((a, b) => Number(a.order) - Number(b.order))) {
      Object.assign(limits, this.ledger.sheets.get(String(head.batch_id))!.limits);
    }
    for (const name of this.ledger.limitsOf(place)) {
      const used = this.ledger.usedOf(name);
      if (used > (limits[name] ?? Number.POSITIVE_INFINITY))
        throw new Error(`${name} is ${used} with ${nameOf(place)}`);
    }
  }

  // ---- Dispatchers ------------------------------------------------------------------------------------------

  #newDispatcher(): Dispatcher {
    const gate = new FaultyGate();
    this.#holders += 1;
    return {
      gate,
      memory: { holder: `holder-${this.#holders}` },
      table: gatedTable(gate, this.#watchedTable),
      workflow: gatedWorkflow(gate, this.#workflow),
    };
  }

  /** Lets a dispatcher run until it is done, dies or pauses. A paused one only hears that there is news. */
  async dispatch(at: number): Promise<void> {
    const dispatcher = this.dispatchers[at]!;
    const { memory, table, workflow, gate } = dispatcher;
    const isPaused = gate.isPaused;
    const paused = gate.paused();
    const deps = { table, workflow, documents: this.#documents, clock: this.#clock, pace: cloudPace };
    dispatcher.run = dispatchTurns(deps, memory).catch((error: unknown) => this.#mustBeExpected(error));
    if (!isPaused) await Promise.race([dispatcher.run, paused]);
    this.#bury(at);
    this.mustBeWell();
  }

  async resume(at: number): Promise<void> {
    const { gate, run } = this.dispatchers[at]!;
    const paused = gate.paused();
    gate.resume();
    await Promise.race([run, paused]);
    this.#bury(at);
    this.mustBeWell();
  }

  /** After a crash another process takes its place, and remembers nothing. */
  #bury(at: number): void {
    if (this.dispatchers[at]!.gate.isDead) this.dispatchers[at] = this.#newDispatcher();
  }

  /** A crash and an ordered fault are no surprise. Anything else is a finding. */
  #mustBeExpected(error: unknown): void {
    const expected =
      error instanceof Crash || isFlotillaError(error, 'TableBusy') || isFlotillaError(error, 'WorkflowUnavailable');
    if (!expected) this.#errors.push(error);
  }

  mustBeWell(): void {
    if (this.#errors.length > 0) throw this.#errors[0];
  }

  // ---- The workflow and its children ------------------------------------------------------------------------

  readonly #workflow: Workflow = {
    start: async () => this.#unexpected('start'),
    describe: async () => this.#unexpected('describe'),
    succeed: async (token) => this.#deliver(token, 'granted'),
    fail: async (token, error) => {
      if (error !== 'TurnRefused') this.#unexpected(error);
      this.#deliver(token, 'refused');
    },
  };

  #unexpected(what: string): never {
    throw new Error(`nobody asked for ${what}`);
  }

  #deliver(token: string, answer: 'granted' | 'refused'): void {
    const name = token.slice(0, token.lastIndexOf('/'));
    const child = this.#children.get(name)!;
    if (child.isDead || child.token !== token) throw new FlotillaError('TokenGone', `nobody waits with ${token}`);
    delete child.token;
    if (child.answer !== undefined) throw new Error(`${name} hears ${answer} after ${child.answer}`);
    child.answer = answer;
  }

  readonly #documents: Documents = {
    get: async (path) => {
      const sheet = [...this.ledger.sheets.values()].find((each) => documentPaths.schedule(each.batch_id) === path);
      return sheet === undefined ? undefined : JSON.stringify(sheet);
    },
    put: async (path) => this.#unexpected(path),
    remove: async (path) => this.#unexpected(path),
  };

  /** The child of a deployment reaches AwaitTurn. A retry of the state reaches it again, with another token. */
  async register(place: Place): Promise<void> {
    const child = this.#children.get(nameOf(place))!;
    if (child.isDead || child.answer !== undefined) return;
    child.tokens += 1;
    child.token = `${nameOf(place)}/${child.tokens}`;
    const deps = {
      table: this.#watchedTable,
      workflow: this.#workflow,
      clock: this.#clock,
      random: { next: () => 0.5 },
    };
    await awaitTurn(deps, { ...place, token: child.token, execution_arn: 'arn:child' });
  }

  /** An invocation that everybody believed dead goes on and binds its token. Nobody waits with that token any more. */
  async registerLate(place: Place): Promise<void> {
    const child = this.#children.get(nameOf(place))!;
    if (child.tokens < 2) return;
    const { batch_id, index } = place;
    const token = { token: `${nameOf(place)}/${child.tokens - 1}`, execution_arn: 'arn:child' };
    await bindToken(
      { table: this.#watchedTable, clock: this.#clock, random: { next: () => 0.5 } },
      { batch_id, index, wait: 'turn' },
      token,
    );
  }

  answerOf(place: Place): string | undefined {
    return this.#children.get(nameOf(place))!.answer;
  }

  /** Its child dies in the middle of anything, and somebody notices. */
  async die(place: Place): Promise<void> {
    this.#children.get(nameOf(place))!.isDead = true;
    await this.record(place, 'FAILED');
  }

  isDead(place: Place): boolean {
    return this.#children.get(nameOf(place))!.isDead;
  }

  /** As the use case does: outcome, end of the turn and message in one transaction. A refusal needs no message. */
  async record(place: Place, status: Status): Promise<void> {
    const { batch_id, index } = place;
    const stored = rowOf<ItemRow>(await this.table.get(keys.item(batch_id, index)));
    if (stored?.outcome !== undefined) return;
    const turn = rowOf<TurnRow>(await this.table.get(keys.turn(batch_id, index)));
    const isRefused = turn?.state === 'refused';
    const told = { status: isRefused ? turn.status! : status, reason: 'Test', message: 'As the test wants it.' };
    const outcome = { ...told, evidence: [], warnings: [], attempts: 1, runs: [], ended_at: this.#now };
    const change = changeItem(
      stored ?? pendingItem(batch_id, index, nameOf(place)),
      { ...told, step: 'recorded', outcome },
      { at: this.#now, actor: 'test' },
    );
    await this.#watchedTable.transact([
      ...change.writes,
      { delete: keys.turn(batch_id, index) },
      ...(isRefused ? [] : [this.#messageWrite({ type: 'recorded', batch_id, index, status: told.status })]),
    ]);
  }

  // ---- Batches ----------------------------------------------------------------------------------------------

  /** Ids of messages are in no order: clocks differ. */
  #messageWrite(message: InboxMessage): Write {
    this.#sent.push(message);
    this.#ids += 1;
    const id = [this.#chance.below(10_000), this.#ids].map((number) => String(number).padStart(6, '0')).join('-');
    return { put: itemOf(keys.inbox(id), { message }) };
  }

  async plan(batch_id: string): Promise<void> {
    const header: Partial<HeaderRow> = { batch_id, status: 'PROCESSING', seq: 1 };
    await this.table.transact([
      { put: itemOf(keys.header(batch_id), header) },
      this.#messageWrite({ type: 'planned', batch_id }),
    ]);
  }

  isPlanned(batch_id: string): boolean {
    return this.#sent.some((message) => message.type === 'planned' && message.batch_id === batch_id);
  }

  async cancel(batch_id: string): Promise<void> {
    await this.#updateHeader(batch_id, 'cancel_requested_at', { type: 'cancelled', batch_id });
  }

  /** Somebody asks for the rollback of a running batch. */
  async stop(batch_id: string): Promise<void> {
    const request: RollbackRequest = { batch_id: 'back', reason: 'bad', by: 'ada', at: this.#now };
    const message = { type: 'stop', batch_id, because: stoppedBecause(request) } as const;
    await this.table.transact([
      { update: keys.header(batch_id), set: { rollback_request: { ...request } }, when: { exists: true } },
      this.#messageWrite(message),
    ]);
  }

  /** Seals the batches whose deployments have all ended. */
  async finishEnded(): Promise<void> {
    for (const batch_id of this.ledger.sheets.keys()) {
      const isSealed = this.#sent.some((message) => message.type === 'finished' && message.batch_id === batch_id);
      if (isSealed || !this.ledger.hasEnded(batch_id)) continue;
      await this.#updateHeader(batch_id, 'ended_at', { type: 'finished', batch_id });
    }
  }

  async #updateHeader(batch_id: string, name: string, message: InboxMessage): Promise<void> {
    await this.table.transact([
      { update: keys.header(batch_id), set: { [name]: this.#now }, when: { exists: true } },
      this.#messageWrite(message),
    ]);
  }

  async resolve(place: Place): Promise<void> {
    const { batch_id, index } = place;
    this.ledger.unresolved.delete(nameOf(place));
    await this.table.transact([
      this.#messageWrite({ type: 'resolved', batch_id, index, target: this.ledger.targetOf(place) }),
    ]);
  }

  /** A message comes a second time, or as if it were late. */
  async repeat(): Promise<void> {
    if (this.#sent.length > 0) await this.table.transact([this.#messageWrite(this.#chance.pick(this.#sent))]);
  }

  /** Rows that hold nothing any more when all is over. */
  async leftovers(): Promise<Key[]> {
    const rows = await Promise.all([
      this.table.query({ pk: 'INBOX', limit: 100 }),
      ...['TURN#', 'LOCK#', 'BATCH#', 'PAGE#'].map((prefix) =>
        this.table.query({ pk: 'DISPATCHER', prefix, limit: 100 }),
      ),
    ]);
    return rows.flatMap(({ items }) => items.map(({ pk, sk }) => ({ pk, sk })));
  }

  close(): void {
    this.table.close();
  }
}

/**
 * The end of a story: no more faults. Everything planned, waiting, running or paused goes on until nothing is left.
 * Every turn of the loop starts with what a sweeper would do: time passes, and the dispatchers wake up.
 */
export const liveToTheEnd = async (world: DispatchWorld, statusOfNext: () => Status): Promise<void> => {
  const { ledger } = world;
  for (const batchId of ledger.sheets.keys()) if (!world.isPlanned(batchId)) await world.plan(batchId);
  for (const at of world.dispatchers.keys()) {
    world.dispatchers[at]!.gate.disarm();
    await world.resume(at);
  }
  const places = ledger.places();
  for (let turns = 0; (await world.leftovers()).length > 0 || turns === 0; turns++) {
    if (turns > 3 * places.length + 3) throw new Error(`stuck with ${JSON.stringify(await world.leftovers())}`);
    world.pass(cloudPace.lease + 1);
    await world.dispatch(turns % 2);
    for (const place of places) {
      if (turns === 0) await world.register(place);
      if (world.answerOf(place) !== undefined) await world.record(place, statusOfNext());
    }
    for (const place of ledger.unresolved.values()) await world.resolve(place);
    await world.finishEnded();
  }
};
