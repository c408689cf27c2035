import type { Definition } from './definition/machine.ts';
import type { HistoryEvent } from './history.ts';
import type { Journal } from './journal.ts';
import type { ExecutionBirth, ExecutionEnd, JournalEntry } from './journal-entry.ts';
import type { Json, JsonObject } from './json.ts';

/** An event without its number yet. */
export interface EventDraft {
  readonly type: string;
  readonly details?: JsonObject;
  /** The event that led to this one. Default: the thread's last. */
  readonly previous?: number;
  /** True for an event that the thread's later events do not refer to. */
  readonly isAside?: boolean;
}

/**
 * One running execution: its facts, its counters and its live threads (of the type `Thread`, which refers to
 * executions).
 */
export class Execution<Thread> {
  readonly birth: ExecutionBirth;
  readonly definition: Definition;
  readonly roleArn: string;
  readonly input: Json;
  /** The whole context object if a test provides it; otherwise it is built from the facts. */
  readonly context: JsonObject | undefined;
  /** For a child, the parent's thread in the Distributed Map. */
  readonly parent: Thread | undefined;
  readonly children = new Set<Execution<Thread>>();
  readonly threads = new Map<number, Thread>();
  readonly #journal: Pick<Journal, 'append'>;
  readonly #now: () => number;
  events: number;
  transitions: number;
  end: ExecutionEnd | undefined;
  cancelTimeout: (() => void) | undefined;
  #lastThread = -1;

  constructor(
    facts: {
      readonly birth: ExecutionBirth;
      readonly definition: Definition;
      readonly context?: JsonObject;
      readonly parent: Thread | undefined;
      readonly roleArn: string;
      readonly events: number;
      readonly transitions: number;
    },
    journal: Pick<Journal, 'append'>,
    now: () => number,
  ) {
    this.roleArn = facts.roleArn;
    this.birth = facts.birth;
    this.definition = facts.definition;
    this.input = JSON.parse(facts.birth.input) as Json;
    this.context = facts.context;
    this.parent = facts.parent;
    this.events = facts.events;
    this.transitions = facts.transitions;
    this.#journal = journal;
    this.#now = now;
  }

  /** The number for a new thread. `taken` is one that was read from the journal. */
  nextThread(taken?: number): number {
    this.#lastThread = taken === undefined ? this.#lastThread + 1 : Math.max(this.#lastThread, taken);
    return this.#lastThread;
  }

  /** Numbers the events, appends the entry, and returns the numbered events. */
  append(
    entry: Omit<JournalEntry, 'execution' | 'events' | 'transitions'>,
    drafts: readonly EventDraft[],
    last: number,
  ): HistoryEvent[] {
    let previous = last;
    const at = this.#now();
    const events = drafts.map((draft): HistoryEvent => {
      this.events += 1;
      const event = {
        id: this.events,
        previous: draft.previous ?? previous,
        type: draft.type,
        at,
        ...(draft.details === undefined ? {} : { details: draft.details }),
      };
      if (draft.isAside !== true) previous = event.id;
      return event;
    });
    this.#journal.append({ ...entry, execution: this.birth.id, events, transitions: this.transitions });
    return events;
  }
}
