import { ApiError } from './failure.ts';
import { type HistoryEvent, wireEvent } from './history.ts';
import type { Journal } from './journal.ts';
import type { ExecutionStatus } from './journal-entry.ts';
import type { JsonObject } from './json.ts';

/** Times are seconds since 1970, as on the wire. */
export interface ExecutionSummary {
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly name: string;
  readonly status: ExecutionStatus;
  readonly startDate: number;
  readonly stopDate?: number;
  readonly mapRunArn?: string;
}

export type ExecutionDescription = ExecutionSummary & {
  readonly redriveCount: number;
  readonly redriveDate?: number;
  readonly redriveStatus?: string;
  readonly redriveStatusReason?: string;
  readonly input: string;
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
};

export interface ListQuery {
  readonly stateMachineArn?: string;
  readonly mapRunArn?: string;
  readonly statusFilter?: ExecutionStatus;
  readonly maxResults?: number;
  readonly nextToken?: string;
}

export interface HistoryQuery {
  readonly executionArn: string;
  readonly maxResults?: number;
  readonly reverseOrder?: boolean;
  readonly nextToken?: string;
}

type Row = Record<string, unknown>;

const summaryOf = (row: Row): ExecutionSummary => ({
  executionArn: row.arn as string,
  stateMachineArn: row.machine_arn as string,
  name: row.name as string,
  status: row.status as ExecutionStatus,
  startDate: (row.started_at as number) / 1000,
  ...(row.stopped_at === null ? {} : { stopDate: (row.stopped_at as number) / 1000 }),
  ...(row.map_run === null ? {} : { mapRunArn: row.map_run as string }),
});

/** The place to continue from. A token from outside must be one that was issued. */
const placeOf = (nextToken: string | undefined, otherwise: number): number => {
  const place = nextToken === undefined ? otherwise : Number(nextToken);
  if (!Number.isSafeInteger(place)) throw new ApiError('InvalidToken', `Invalid Token: '${nextToken}'`);
  return place;
};

/** Reads machines and executions from the journal. */
export class Records {
  readonly #journal: Journal;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** Throws StateMachineDoesNotExist. */
  machine(arn: string): Row {
    const row = this.#journal.get('SELECT * FROM machines WHERE arn = ?', arn);
    if (row === undefined) throw new ApiError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
    return row;
  }

  definitionText(id: string): string {
    return this.#journal.get('SELECT text FROM definitions WHERE id = ?', id)?.text as string;
  }

  describeMachine(arn: string): JsonObject {
    const row = this.machine(arn);
    const definition = this.definitionText(row.definition_id as string);
    const creationDate = (row.created_at as number) / 1000;
    return {
      stateMachineArn: arn,
      name: row.name as string,
      definition,
      creationDate,
      status: 'ACTIVE',
      type: 'STANDARD',
    };
  }

  row(executionArn: string): Row | undefined {
    return this.#journal.get('SELECT * FROM executions WHERE arn = ?', executionArn);
  }

  /** Throws ExecutionDoesNotExist. */
  knownRow(executionArn: string): Row {
    const row = this.row(executionArn);
    if (row === undefined) throw new ApiError('ExecutionDoesNotExist', `Execution Does Not Exist: '${executionArn}'`);
    return row;
  }

  describe(executionArn: string): ExecutionDescription {
    const row = this.knownRow(executionArn);
    const optional = { output: row.output, error: row.error, cause: row.cause };
    const set = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== null));
    const redriven = row.redriven_at === null ? {} : { redriveDate: (row.redriven_at as number) / 1000 };
    return { ...summaryOf(row), input: row.input as string, ...set, redriveCount: row.redrives as number, ...redriven };
  }

  /** Executions of a machine, or children of a Map Run, newest first. */
  list(query: ListQuery): { readonly executions: readonly ExecutionSummary[]; readonly nextToken?: string } {
    const { stateMachineArn = '', mapRunArn, statusFilter = null } = query;
    if (mapRunArn === undefined) this.machine(stateMachineArn);
    const column = mapRunArn === undefined ? 'machine_arn' : 'map_run';
    const limit = query.maxResults || 1000;
    const rows = this.#journal.all(
      `SELECT * FROM executions WHERE ${column} = ? AND id < ? AND (? IS NULL OR status = ?) ORDER BY id DESC LIMIT ?`,
      ...[
        mapRunArn ?? stateMachineArn,
        placeOf(query.nextToken, Number.MAX_SAFE_INTEGER),
        statusFilter,
        statusFilter,
        limit,
      ],
    );
    const nextToken = rows.length === limit ? { nextToken: String(rows.at(-1)?.id) } : {};
    return { executions: rows.map(summaryOf), ...nextToken };
  }

  /** The events of an execution, in order of their ids. */
  history(executionArn: string): readonly HistoryEvent[] {
    const { id } = this.knownRow(executionArn);
    const rows = this.#journal.all('SELECT events FROM history WHERE execution = ? ORDER BY first_event', id as number);
    return rows.flatMap((row) => JSON.parse(row.events as string) as HistoryEvent[]);
  }

  historyPage(query: HistoryQuery): { readonly events: readonly JsonObject[]; readonly nextToken?: string } {
    const events = [...this.history(query.executionArn)];
    if (query.reverseOrder === true) events.reverse();
    const start = placeOf(query.nextToken, 0);
    const end = start + (query.maxResults || 1000);
    const nextToken = end < events.length ? { nextToken: String(end) } : {};
    return { events: events.slice(start, end).map(wireEvent), ...nextToken };
  }

  /** An execution's state transitions that are written so far. */
  transitions(executionArn: string): number {
    const { id } = this.knownRow(executionArn);
    const sql = 'SELECT transitions FROM history WHERE execution = ? ORDER BY first_event DESC LIMIT 1';
    return (this.#journal.get(sql, id as number)?.transitions as number | undefined) ?? 0;
  }
}
