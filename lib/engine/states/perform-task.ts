import type { TaskState } from '../definition/machine.ts';
import { FunctionFailure } from '../failure.ts';
import { isOverDataLimit, type Json } from '../json.ts';
import type { InvokingPhase } from '../phase.ts';
import type { Runtime } from '../runtime.ts';
import type { Thread } from '../thread.ts';
import { failedEvent, invokeEnvelope, succeededEvent } from './task-events.ts';

/** The error and cause of a failed call. An error of the Lambda service itself has plain text as its cause. */
const failureOf = (thrown: unknown): { readonly error: string; readonly cause: string } => {
  const failed = thrown instanceof Error ? thrown : new Error(String(thrown));
  if (failed instanceof FunctionFailure) return { error: failed.name, cause: JSON.stringify(failed.payload) };
  if (failed.name.startsWith('Lambda.')) return { error: failed.name, cause: failed.message };
  const trace = (failed.stack ?? '').split('\n').map((line) => line.trim());
  return { error: failed.name, cause: JSON.stringify({ errorType: failed.name, errorMessage: failed.message, trace }) };
};

/** The Lambda service's error for a request that is not JSON. */
class UnreadablePayload extends Error {
  override readonly name = 'Lambda.InvalidRequestContentException';
}

/**
 * What lambda:invoke passes to the function: a text Payload is passed as it is, so text that contains JSON arrives
 * parsed (recorded).
 */
const handedOver = (payload: Json): Json => {
  if (typeof payload !== 'string') return structuredClone(payload);
  try {
    return JSON.parse(payload) as Json;
  } catch {
    throw new UnreadablePayload('Could not parse request body into json: the Payload is a text that is not JSON');
  }
};

/** One running attempt. It ends with the first of result, answer, timeout and lost heartbeat. */
class Attempt {
  readonly #runtime: Runtime;
  readonly #thread: Thread;
  readonly #state: TaskState;
  readonly #goOn: () => void;
  #phase: InvokingPhase;
  #cancelHeartbeat: (() => void) | undefined;
  #cancelTimeout: (() => void) | undefined;
  #isOver = false;

  constructor(runtime: Runtime, thread: Thread, state: TaskState, phase: InvokingPhase, goOn: () => void) {
    this.#runtime = runtime;
    this.#thread = thread;
    this.#state = state;
    this.#phase = phase;
    this.#goOn = goOn;
  }

  begin(): () => void {
    const { token, timeoutAt } = this.#phase;
    const { clock, tokens } = this.#runtime;
    if (timeoutAt !== undefined) this.#cancelTimeout = clock.setTimer(timeoutAt, () => this.#timeOut('States.Timeout'));
    this.#armHeartbeat();
    if (token !== undefined) {
      tokens.open(token, {
        succeed: (output) => this.#succeed(output),
        fail: (error, cause) =>
          this.#fail({ ...(error === undefined ? {} : { error }), ...(cause === undefined ? {} : { cause }) }),
        heartbeat: () => this.#heartbeat(),
      });
    }
    if (this.#phase.at === 'invoking') this.#invoke();
    return () => this.#cleanUp();
  }

  #invoke(): void {
    const { functionName, payload, token } = this.#phase;
    const { kind } = this.#state.resource;
    const call = async (): Promise<Json> =>
      this.#runtime.invoke(functionName, kind === 'invoke' ? handedOver(payload) : structuredClone(payload));
    call()
      .then(
        (result) => {
          if (this.#isOver) return;
          // The function's result becomes JSON here, as on the wire: undefined becomes null.
          const value = JSON.parse(JSON.stringify(result ?? null)) as Json;
          const output = this.#state.resource.kind === 'function' ? value : invokeEnvelope(value, this.#runtime.uuid());
          if (token === undefined) this.#succeed(output);
          else this.#submitted(output);
        },
        (thrown: unknown) => {
          if (!this.#isOver) this.#fail(failureOf(thrown));
        },
      )
      .catch((error: unknown) => this.#runtime.onDefect(error));
  }

  #submitted(output: Json): void {
    this.#phase = { ...this.#phase, at: 'submitted' };
    this.#thread.record('task-submitted', [succeededEvent(this.#state, output, 'TaskSubmitted')], {
      phase: this.#phase,
    });
  }

  #succeed(result: Json): void {
    if (isOverDataLimit(result)) {
      // Recorded: a result that is too large fails the task in a way that States.ALL catches.
      const cause = `The state/task 'lambda' returned a result with a size exceeding the maximum number of bytes service limit.`;
      this.#fail({ error: 'States.DataLimitExceeded', cause });
      return;
    }
    this.#thread.record('task-succeeded', [succeededEvent(this.#state, result)], {
      phase: { at: 'succeeded', result },
    });
    this.#finish();
  }

  #fail(failure: { error?: string; cause?: string }, isTimeout = false): void {
    const phase = { at: 'failed', ...failure, isCatchable: true } as const;
    this.#thread.record('task-failed', [failedEvent(this.#state, failure, isTimeout)], { phase });
    this.#finish();
  }

  #timeOut(error: 'States.Timeout' | 'States.HeartbeatTimeout'): void {
    this.#fail({ error }, true);
  }

  #heartbeat(): void {
    const { heartbeatSeconds } = this.#phase;
    if (heartbeatSeconds === undefined) return;
    this.#phase = { ...this.#phase, heartbeatAt: this.#runtime.clock.now() + heartbeatSeconds * 1000 };
    this.#thread.record('task-heartbeat', [], { phase: this.#phase });
    this.#armHeartbeat();
  }

  #armHeartbeat(): void {
    this.#cancelHeartbeat?.();
    const { heartbeatAt } = this.#phase;
    if (heartbeatAt === undefined) return;
    this.#cancelHeartbeat = this.#runtime.clock.setTimer(heartbeatAt, () => this.#timeOut('States.HeartbeatTimeout'));
  }

  #finish(): void {
    this.#cleanUp();
    this.#goOn();
  }

  #cleanUp(): void {
    this.#isOver = true;
    this.#cancelTimeout?.();
    this.#cancelHeartbeat?.();
    if (this.#phase.token !== undefined) this.#runtime.tokens.close(this.#phase.token);
  }
}

/** Runs one attempt, or continues one that a restart interrupted, until its end is written. */
export const performTask = async (runtime: Runtime, thread: Thread, state: TaskState): Promise<void> => {
  // Nothing is invoked before the entry about it is durable.
  await runtime.journal.committed();
  const { phase } = thread;
  if (phase.at !== 'invoking' && phase.at !== 'submitted')
    throw new Error(`A task cannot be performed from ${phase.at}`);
  await thread.park<void>((goOn) => new Attempt(runtime, thread, state, phase, goOn).begin());
};
