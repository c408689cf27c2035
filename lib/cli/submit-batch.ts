import type { BatchView } from '../usecases/batch/read-batch.ts';
import type { Answered, Send } from './api-client.ts';
import type { CommandContext } from './command-context.ts';
import { CommandFailure, exitStatus, Unreachable } from './failure.ts';
import { Patience } from './patience.ts';
import { onStopSignal, type StopSignal, signalStatus } from './stop-signal.ts';

export type Accepted = Pick<BatchView, 'batch_id' | 'name' | 'status' | 'total' | 'warnings'>;

export interface Submission<Answer> {
  /** The command that sends the same again, without the key. */
  readonly again: readonly string[];
  readonly send: (send: Pick<Send, 'headers' | 'signal'>) => Promise<Answered<Answer>>;
  /** The user's own key. Without it one is generated, so that a retry never starts a batch twice. */
  readonly idempotencyKey?: string | undefined;
  /** How many seconds to keep asking a server that does not answer. */
  readonly patience?: number | undefined;
}

/** The API's answer if the key belongs to an existing batch; a new one is 202. */
const CREATED_BEFORE = 200;

/** Submits a batch exactly once, retrying if needed. `isNew` is false if the user's key was used before. */
export const submitBatch = async <Answer = Accepted>(
  context: CommandContext,
  { again: words, send, idempotencyKey, patience }: Submission<Answer>,
): Promise<{ readonly accepted: Answer; readonly isNew: boolean }> => {
  const key = idempotencyKey ?? context.ids.next();
  const stop = new AbortController();
  const callOff = onStopSignal((name) => stop.abort(name));
  const told = { idempotency_key: key };
  const again = `To send it again, and not to start it twice: ${context.command(...words, '--idempotency-key', key)}`;
  const waiting = new Patience(context, { seconds: patience, signal: stop.signal });
  const sending = { headers: { 'idempotency-key': key }, signal: stop.signal };
  try {
    const { status, answer } = await waiting.until(() => send(sending));
    return { accepted: answer, isNew: status !== CREATED_BEFORE || idempotencyKey === undefined };
  } catch (error) {
    if (stop.signal.aborted) {
      const lines = ['Stopped; the batch may have been accepted or not.', again];
      throw new CommandFailure(signalStatus[stop.signal.reason as StopSignal], lines, { detail: lines[0], ...told });
    }
    if (error instanceof Unreachable) throw error.with(again, told);
    if (error instanceof CommandFailure && error.status === exitStatus.noAnswer) {
      throw new CommandFailure(error.status, [...error.lines, again], { ...error.problem, ...told });
    }
    throw error;
  } finally {
    callOff();
  }
};
