import type { EngineClock } from './clock.ts';

import type { Journal } from './journal.ts';
import type { Json } from './json.ts';
import type { Thread, ThreadedExecution } from './thread.ts';
import type { Tokens } from './tokens.ts';

/** Calls a function. A rejection's `name` is Lambda's error type, its `message` the error message. */
export type Invoke = (functionName: string, payload: Json) => Promise<Json>;

/** A child of a Distributed Map that is about to start. */
export interface ChildStart {
  readonly parent: Thread;
  readonly mapRunArn: string;
  readonly label: string;
  readonly program: string;
  readonly index: number;
  readonly input: Json;
  readonly mapRunRedrive: number;
}

/** What the state runners get: the outside world, and the little of the engine that they need. */
export interface Runtime {
  readonly clock: EngineClock;
  readonly journal: Pick<Journal, 'all' | 'committed'>;
  readonly tokens: Pick<Tokens, 'close' | 'issue' | 'open'>;
  readonly invoke: Invoke;
  random(): number;
  uuid(): string;
  startChild(child: ChildStart): ThreadedExecution;
  /** Continues an unsuccessful child in a redrive of its Map Run. False if that is impossible. */
  redriveChild(parent: Thread, child: Record<string, unknown>, mapRunRedrive: number): boolean;
  /** Ends a child whose parent gives it up. */
  abortChild(child: ThreadedExecution): void;
  /** Calls back for every child of the Map Run that ends from now on. Returns a function that stops listening. */
  onChildEnded(mapRunArn: string, callback: (child: ThreadedExecution) => void): () => void;
  /** Called with errors of the engine itself. */
  onDefect(error: unknown): void;
  /** Lets the event loop turn, so that a long fan-out does not starve what is already running. */
  breathe(): Promise<void>;
}

/** Runs the levels below. Passed to Map and Parallel, which would otherwise import the file that runs them. */
export type RunThread = (runtime: Runtime, thread: Thread) => Promise<Json>;
