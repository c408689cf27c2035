import type { HistoryEvent } from './history.ts';
import type { Json } from './json.ts';
import type { Phase } from './phase.ts';

/** Every kind of entry. A crash after any of them must lose nothing that was answered or done. */
export const journalEntryKinds = [
  'machine-created',
  'execution-started',
  'state-entered',
  'task-scheduled',
  'task-submitted',
  'task-heartbeat',
  'task-succeeded',
  'task-failed',
  'evaluation-failed',
  'retry-scheduled',
  'wait-started',
  'map-started',
  'parallel-started',
  'map-run-started',
  'branch-started',
  'branch-ended',
  'state-ended',
  'execution-ended',
  'execution-redriven',
] as const;

export type JournalEntryKind = (typeof journalEntryKinds)[number];

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

/** What is fixed when an execution starts. */
export interface ExecutionBirth {
  readonly id: number;
  readonly arn: string;
  readonly name: string;
  readonly machineArn: string;
  readonly definitionId: string;
  /** Pointer of its program: empty, or an ItemProcessor. */
  readonly program: string;
  readonly input: string;
  readonly startedAt: number;
  /** Set for a child of a Distributed Map. */
  readonly mapRunArn: string | undefined;
  readonly itemIndex: number | undefined;
  /** For a child: its Map Run's redrive in which it was started or redriven. */
  readonly mapRunRedrive?: number;
  /** Its last redrive. */
  readonly redrive?: Redrive;
}

/** A redrive of an unsuccessful execution: its count, and since when. */
export interface Redrive {
  readonly count: number;
  readonly at: number;
}

/** How an execution ended. */
export interface ExecutionEnd {
  readonly status: ExecutionStatus;
  readonly output: string | undefined;
  readonly error: string | undefined;
  readonly cause: string | undefined;
  readonly stoppedAt: number;
}

/** Where a thread of an execution stands: everything needed to continue. */
export interface ThreadSnapshot {
  readonly id: number;
  readonly parent: number | undefined;
  readonly index: number;
  readonly program: string;
  readonly state: string;
  readonly input: Json;
  readonly variables: { readonly [name: string]: Json };
  readonly phase: Phase;
  readonly lastEvent: number;
  readonly entered: { readonly id: number; readonly previous: number; readonly at: number };
  readonly retries: readonly number[];
}

export interface JournalEntry {
  readonly kind: JournalEntryKind;
  readonly execution: number;
  readonly events?: readonly HistoryEvent[];
  /** The execution's state transitions, including this entry. */
  readonly transitions?: number;
  /** Called when the batch is written, so that only the last of several positions in one batch is written. */
  readonly thread?: { readonly id: number; snapshot(): ThreadSnapshot };
  readonly removedThreads?: readonly number[];
  readonly birth?: ExecutionBirth;
  readonly end?: ExecutionEnd;
  /** The execution runs again. `tokens` come from the requesting clients. */
  readonly redriven?: Redrive & { readonly mapRunRedrive: number; readonly tokens: string };
}
