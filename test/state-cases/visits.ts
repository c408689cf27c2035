import { type HistoryEvent, mostEvents } from '../../lib/engine/history.ts';
import { isJsonObject, type Json, type JsonObject } from '../../lib/engine/json.ts';

/** One attempt of a state, from the history of an execution. */
export interface Attempt {
  readonly state: string;
  readonly input: Json;
  readonly enteredAt: number;
  /** Earlier attempts of this visit. */
  readonly nth: number;
  readonly parameters?: JsonObject;
  readonly mapRunArn?: string;
  /** How the task ended; absent for a state without one, and for a task that the execution's end cut off. */
  readonly end?: { readonly result: Json } | { readonly error: string; readonly cause?: string };
  readonly after:
    | { readonly kind: 'again' | 'failed' | 'cut off' }
    | { readonly kind: 'left'; readonly output: Json; readonly next?: string };
}

/** A state does not depend on the program's file paths: the trace of an error is dropped. */
const withoutTraces = (value: Json): Json => {
  if (typeof value === 'string' && value.includes('"trace":')) {
    const { trace: _, ...rest } = JSON.parse(value) as JsonObject;
    return JSON.stringify(rest);
  }
  if (Array.isArray(value)) return value.map(withoutTraces);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withoutTraces(part)]));
};

const isFull = (cause: Json | undefined): boolean =>
  typeof cause === 'string' && cause.includes(`maximum number of history events (${mostEvents})`);

type Open = { -readonly [Field in keyof Attempt]: Attempt[Field] };

/** Reads the events of one execution, one after the other; the engine writes one line of states. */
class Reader {
  readonly attempts: Open[] = [];
  #left: Extract<Attempt['after'], { kind: 'left' }> | undefined;

  take({ type, at, details = {} }: HistoryEvent): void {
    const { name, input, output, parameters, error, cause } = withoutTraces(details) as {
      readonly [key: string]: Json;
    };
    if (type.endsWith('StateEntered')) this.#enter(String(name), input ?? null, at);
    else if (type === 'TaskScheduled') this.#schedule(parameters as JsonObject);
    else if (type === 'MapRunStarted') this.#current.mapRunArn = String(details.mapRunArn);
    else if (type === 'TaskSucceeded') this.#current.end = { result: output ?? null };
    else if (['TaskFailed', 'TaskTimedOut', 'MapRunFailed'].includes(type))
      this.#current.end = { error: String(error), ...(cause === undefined ? {} : { cause: String(cause) }) };
    else if (type.endsWith('StateExited')) this.#exit(output ?? null);
    // An execution with a full history is ended from outside: its state has not failed.
    else if (type === 'ExecutionFailed') this.#current.after = { kind: isFull(cause) ? 'cut off' : 'failed' };
  }

  get #current(): Open {
    const current = this.attempts.at(-1);
    if (current === undefined) throw new Error('no state was entered');
    return current;
  }

  #enter(state: string, input: Json, enteredAt: number): void {
    if (this.#left !== undefined) this.#current.after = { ...this.#left, next: state };
    this.#left = undefined;
    this.attempts.push({ state, input, enteredAt, nth: 0, after: { kind: 'cut off' } });
  }

  /** A second call within one visit is the next attempt. */
  #schedule(parameters: JsonObject): void {
    const { state, input, enteredAt, nth, end } = this.#current;
    if (end !== undefined) {
      this.#current.after = { kind: 'again' };
      this.attempts.push({ state, input, enteredAt, nth: nth + 1, after: { kind: 'cut off' } });
    }
    this.#current.parameters = parameters;
  }

  #exit(output: Json): void {
    this.#left = { kind: 'left', output };
    this.#current.after = this.#left;
  }
}

/** Every attempt of an execution, in order. */
export const attemptsIn = (history: readonly HistoryEvent[]): readonly Attempt[] => {
  const reader = new Reader();
  for (const event of history) reader.take(event);
  return reader.attempts;
};
