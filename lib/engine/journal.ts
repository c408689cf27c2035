import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { HistoryEvent } from './history.ts';
import type { ExecutionBirth, ExecutionEnd, JournalEntry, JournalEntryKind, ThreadSnapshot } from './journal-entry.ts';
import { journalSchema, laterColumns } from './journal-schema.ts';

export { type JournalEntryKind, journalEntryKinds } from './journal-entry.ts';

/** One execution's pending entries in the open batch. */
interface PendingExecution {
  readonly events: HistoryEvent[];
  transitions: number;
  readonly threads: Map<number, (() => ThreadSnapshot) | undefined>;
  birth: ExecutionBirth | undefined;
  redriven: JournalEntry['redriven'];
  end: ExecutionEnd | undefined;
}

/** Makes commits survive a power cut: notified of each, and awaited before anything follows from it. */
export interface Durability {
  wrote(): void;
  /** Resolves when everything written before is on the disk. Once it has failed, it always fails. */
  synced(): Promise<void>;
}

export interface JournalOptions {
  /** A file, or `:memory:`. */
  readonly path: string;
  /** Without it, the journal only survives a killed process. */
  readonly durability?: Durability;
  /** Called for each entry after its transaction. */
  readonly onCommitted?: (kind: JournalEntryKind) => void;
  /**
   * Called if a batch cannot be written or synced to disk; nothing is accepted any more. Default: the process ends with
   * the error.
   */
  readonly onFailure?: (error: unknown) => void;
}

/**
 * The engine's durable memory, in SQLite. Entries of one turn of the event loop form one transaction: an execution's
 * events become one row, and only each thread's last position is written. `committed` precedes every effect: a function
 * is invoked and a call is answered only after it. Transactions do not wait for the disk; `committed` does.
 */
export class Journal {
  readonly #database: DatabaseSync;
  readonly #onCommitted: ((kind: JournalEntryKind) => void) | undefined;
  readonly #onFailure: (error: unknown) => void;
  readonly #durability: Durability | undefined;
  readonly #statements = new Map<string, StatementSync>();
  #pending = new Map<number, PendingExecution>();
  #kinds: JournalEntryKind[] = [];
  #batch: { readonly promise: Promise<void>; resolve(): void; reject(error: unknown): void } | undefined;
  #lastExecution: number;
  /** How many are waiting for the disk. */
  #syncing = 0;
  #isOpen = true;
  #failure: { readonly error: unknown } | undefined;

  constructor({ path, durability, onCommitted, onFailure }: JournalOptions) {
    this.#database = new DatabaseSync(path);
    this.#database.exec(journalSchema);
    this.#addLaterColumns();
    this.#durability = durability;
    this.#onCommitted = onCommitted;
    this.#onFailure =
      onFailure ??
      ((error) => {
        throw error;
      });
    this.#lastExecution = (this.get('SELECT max(id) AS id FROM executions')?.id as number | null) ?? 0;
  }

  /** True while entries wait for their transaction, or callers for the disk. */
  get hasPending(): boolean {
    return this.#isOpen && (this.#batch !== undefined || this.#syncing > 0);
  }

  nextExecutionId(): number {
    this.#lastExecution += 1;
    return this.#lastExecution;
  }

  append(entry: JournalEntry): void {
    if (this.#failure !== undefined) throw this.#failure.error;
    if (!this.#isOpen) throw new Error('The journal is closed');
    const pending = this.#pendingOf(entry.execution);
    if (entry.events !== undefined) pending.events.push(...entry.events);
    if (entry.transitions !== undefined) pending.transitions = entry.transitions;
    if (entry.birth !== undefined) pending.birth = entry.birth;
    if (entry.redriven !== undefined) pending.redriven = entry.redriven;
    if (entry.end !== undefined) pending.end = entry.end;
    if (entry.thread !== undefined) pending.threads.set(entry.thread.id, entry.thread.snapshot);
    for (const id of entry.removedThreads ?? []) pending.threads.set(id, undefined);
    this.#kinds.push(entry.kind);
    this.#openBatch();
  }

  /** Resolves when everything appended so far is durable. */
  async committed(): Promise<void> {
    await this.#batch?.promise;
    if (this.#durability === undefined) return;
    this.#syncing += 1;
    try {
      await this.#durability.synced();
    } catch (error) {
      // Closing the file syncs it, and the file may then be removed.
      if (!this.#isOpen) return;
      if (this.#failure === undefined) setImmediate(() => this.#onFailure(error));
      this.#fail(error);
    } finally {
      this.#syncing -= 1;
    }
  }

  /** Writes pending entries now. Reads call this first, so that they see what was appended. */
  flush(): void {
    const batch = this.#batch;
    if (batch === undefined || !this.#isOpen) return;
    const [pending, kinds] = [this.#pending, this.#kinds];
    this.#pending = new Map();
    this.#kinds = [];
    this.#batch = undefined;
    try {
      this.#transaction(() => {
        for (const [id, execution] of pending) this.#write(id, execution);
      });
    } catch (error) {
      batch.reject(error);
      this.#fail(error);
    }
    this.#durability?.wrote();
    batch.resolve();
    if (this.#onCommitted !== undefined) for (const kind of kinds) this.#onCommitted(kind);
  }

  /** Stores a definition once, and the machine that uses it. */
  putMachine(machine: { arn: string; name: string; definitionId: string; text: string; createdAt: number }): void {
    this.#transaction(() => {
      this.run('INSERT OR IGNORE INTO definitions VALUES (?, ?)', machine.definitionId, machine.text);
      this.run(
        `INSERT INTO machines VALUES (?, ?, ?, ?) ON CONFLICT (arn) DO UPDATE SET definition_id = excluded.definition_id`,
        ...[machine.arn, machine.name, machine.definitionId, machine.createdAt],
      );
    });
    this.#durability?.wrote();
    this.#onCommitted?.('machine-created');
  }

  /** One row of a query, after all pending entries. */
  get(sql: string, ...values: (string | number | null)[]): Record<string, unknown> | undefined {
    this.flush();
    return this.#statement(sql).get(...values) as Record<string, unknown> | undefined;
  }

  /** All rows of a query, after all pending entries. */
  all(sql: string, ...values: (string | number | null)[]): Record<string, unknown>[] {
    this.flush();
    return this.#statement(sql).all(...values) as Record<string, unknown>[];
  }

  run(sql: string, ...values: (string | number | null)[]): void {
    this.#statement(sql).run(...values);
  }

  /** Writes pending entries and closes the file. */
  close(): void {
    if (!this.#isOpen) return;
    this.flush();
    this.abandon();
  }

  /** Closes the file like a crash: pending entries are lost. */
  abandon(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#statements.clear();
    this.#database.close();
  }

  /** Memory and disk no longer agree: nothing may happen from here on. */
  #fail(error: unknown): never {
    this.#failure = { error };
    throw error;
  }

  #pendingOf(execution: number): PendingExecution {
    let pending = this.#pending.get(execution);
    if (pending === undefined) {
      pending = {
        events: [],
        transitions: 0,
        threads: new Map(),
        birth: undefined,
        redriven: undefined,
        end: undefined,
      };
      this.#pending.set(execution, pending);
    }
    return pending;
  }

  #openBatch(): void {
    if (this.#batch !== undefined) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    // A batch that nobody waits for may fail too. That is reported below, so nothing is swallowed.
    promise.catch(() => undefined);
    this.#batch = { promise, resolve, reject };
    setImmediate(() => {
      try {
        this.flush();
      } catch (error) {
        this.#onFailure(error);
      }
    });
  }

  #write(id: number, { birth, redriven, events, transitions, threads, end }: PendingExecution): void {
    if (birth !== undefined) this.#writeBirth(birth);
    // A redrive has read the end first, so one batch never contains them in the opposite order.
    if (redriven !== undefined) this.#writeRedriven(id, redriven);
    const [first, last] = [events[0], events.at(-1)];
    if (first !== undefined && last !== undefined) {
      this.run(
        'INSERT INTO history VALUES (?, ?, ?, ?, ?)',
        id,
        first.id,
        last.id,
        transitions,
        JSON.stringify(events),
      );
    }
    // A successful execution leaves no threads: what would be deleted below is not written.
    for (const [thread, snapshot] of end?.status === 'SUCCEEDED' ? [] : threads) {
      if (snapshot === undefined) this.run('DELETE FROM threads WHERE execution = ? AND id = ?', id, thread);
      else this.run('INSERT OR REPLACE INTO threads VALUES (?, ?, ?)', id, thread, JSON.stringify(snapshot()));
    }
    if (end !== undefined) this.#writeEnd(id, end);
  }

  #addLaterColumns(): void {
    const known = new Set(this.all('SELECT name FROM pragma_table_info(?)', 'executions').map(({ name }) => name));
    for (const [name, type] of Object.entries(laterColumns)) {
      if (!known.has(name)) this.#database.exec(`ALTER TABLE executions ADD COLUMN ${name} ${type}`);
    }
  }

  #writeBirth(birth: ExecutionBirth): void {
    const { id, arn, name, machineArn, definitionId, program, input, startedAt, mapRunArn, itemIndex } = birth;
    const { mapRunRedrive = 0 } = birth;
    this.run(
      `INSERT INTO executions (id, arn, name, machine_arn, definition_id, program, status, input, started_at, map_run, item_index, map_run_redrive)
       VALUES (?, ?, ?, ?, ?, ?, 'RUNNING', ?, ?, ?, ?, ?)`,
      ...[id, arn, name, machineArn, definitionId, program, input, startedAt, mapRunArn ?? null, itemIndex ?? null],
      mapRunRedrive,
    );
  }

  #writeRedriven(id: number, { count, at, mapRunRedrive, tokens }: NonNullable<JournalEntry['redriven']>): void {
    this.run(
      `UPDATE executions SET status = 'RUNNING', error = NULL, cause = NULL, stopped_at = NULL, redrives = ?, redriven_at = ?,
       map_run_redrive = ?, redrive_tokens = ? WHERE id = ?`,
      ...[count, at, mapRunRedrive, tokens, id],
    );
  }

  #writeEnd(id: number, { status, output, error, cause, stoppedAt }: ExecutionEnd): void {
    this.run(
      'UPDATE executions SET status = ?, output = ?, error = ?, cause = ?, stopped_at = ? WHERE id = ?',
      ...[status, output ?? null, error ?? null, cause ?? null, stoppedAt, id],
    );
    // A redrive continues from where it stood.
    if (status === 'SUCCEEDED') this.run('DELETE FROM threads WHERE execution = ?', id);
  }

  #transaction(work: () => void): void {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      work();
      this.#database.exec('COMMIT');
    } catch (error) {
      this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}
