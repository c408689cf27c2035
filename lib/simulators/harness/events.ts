import type { Memory } from '../memory.ts';
import { millisecondsOf } from './faults.ts';
import type { Ids } from './ids.ts';
import type { Settled, SimulatedTrigger } from './options.ts';
import { type Remembered, type RunOrigin, recalled, remembered } from './run.ts';
import type { Runs } from './runs.ts';

/** A stored webhook event: what a 200 of the webhook stands for. */
export interface StoredEvent {
  readonly id: string;
  readonly createdAt: number;
  readonly triggers: readonly SimulatedTrigger[];
  readonly origin: Omit<RunOrigin, 'pipeline' | 'trigger'>;
  status: string;
  message?: string;
  warning?: string;
  exceptionOccured: boolean;
  readonly runs: string[];
}

/** A remembered event. */
type EventRecord = Omit<StoredEvent, 'origin'> & { readonly origin: Remembered<StoredEvent['origin']> };

/** Events, and the worker that turns each into its runs some time later. */
export class Events {
  readonly #options: Settled;
  readonly #ids: Ids;
  readonly #runs: Runs;
  readonly #memory: Memory;
  readonly #all = new Map<string, StoredEvent>();
  readonly #closing = new AbortController();

  constructor(options: Settled, { ids, runs }: { readonly ids: Ids; readonly runs: Runs }) {
    this.#options = options;
    this.#ids = ids;
    this.#runs = runs;
    this.#memory = options.memory;
    for (const record of options.memory.all<EventRecord>('event')) {
      const event = { ...record, origin: recalled(record.origin) };
      this.#all.set(event.id, event);
      if (event.status === 'QUEUED') void this.#work(event);
    }
  }

  store(triggers: readonly SimulatedTrigger[], origin: StoredEvent['origin']): StoredEvent {
    const event: StoredEvent = {
      id: this.#ids.event(),
      createdAt: this.#options.clock.now(),
      triggers,
      origin,
      status: 'QUEUED',
      exceptionOccured: false,
      runs: [],
    };
    this.#all.set(event.id, event);
    this.#keep(event);
    void this.#work(event);
    return event;
  }

  find(id: string): StoredEvent | undefined {
    return this.#all.get(id);
  }

  list(): readonly StoredEvent[] {
    return [...this.#all.values()];
  }

  close(): void {
    this.#closing.abort();
  }

  async #work(event: StoredEvent): Promise<void> {
    const { faults } = event.origin;
    if (faults.has('lose-event')) return;
    const { clock, eventMilliseconds } = this.#options;
    const due = event.createdAt + eventMilliseconds + millisecondsOf(faults, 'late-event');
    await clock.sleep(Math.max(0, due - clock.now()), this.#closing.signal);
    if (this.#closing.signal.aborted) return;
    // Both or neither: an event that did not know its runs would start them again.
    this.#memory.together(() => {
      const fail = faults.get('fail-event');
      if (fail === undefined) this.#startRuns(event);
      else {
        event.status = fail.status ?? 'NO_MATCHING_TRIGGER_FOR_PAYLOAD_CONDITIONS';
        event.message = 'SIMULATED: the event did not lead to a run';
        event.exceptionOccured = true;
      }
      this.#keep(event);
    });
  }

  #keep(event: StoredEvent): void {
    this.#memory.put('event', event.id, { ...event, origin: remembered(event.origin) } satisfies EventRecord);
  }

  #startRuns(event: StoredEvent): void {
    for (const { pipeline, trigger } of event.triggers) {
      const run = this.#runs.start({ ...event.origin, pipeline, trigger, event: event.id });
      event.runs.push(run.id);
    }
    event.status = 'TARGET_EXECUTION_REQUESTED';
    event.message = 'Trigger execution was successful, pipeline execution requested';
    if (event.runs.length > 1) event.warning = `${event.runs.length} triggers matched; only the first is shown`;
  }
}
