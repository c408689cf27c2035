import type { State } from './definition/machine.ts';
import type { EventDraft } from './execution.ts';
import { StateFailure } from './failure.ts';
import { mostEvents } from './history.ts';
import type { Json } from './json.ts';
import { findRetrier, retryDelay } from './recovery.ts';
import { catchFailure, checkSize, runState } from './run-state.ts';
import type { RunThread, Runtime } from './runtime.ts';
import type { Transition } from './states/transition.ts';
import { sleepUntil } from './states/wait.ts';
import type { Thread } from './thread.ts';

/** A state's failure goes to its Retry, then to its Catch, then to whatever is around the state. */
const recover = async (
  runtime: Runtime,
  thread: Thread,
  state: State,
  failure: StateFailure,
): Promise<Transition | 'again'> => {
  const found = findRetrier(state.retry, thread.retries, failure);
  if (found !== undefined) {
    const until = runtime.clock.now() + retryDelay(found.retrier, found.done, runtime.random());
    thread.retries[found.index] = found.done + 1;
    thread.execution.transitions += 1;
    thread.record('retry-scheduled', [], { phase: { at: 'retrying', until } });
    return 'again';
  }
  return await catchFailure(thread, state, failure);
};

/** Runs the thread's current state, including its retries, until it is left. */
const leaveState = async (runtime: Runtime, thread: Thread): Promise<Transition> => {
  const state = thread.current;
  for (;;) {
    if (thread.phase.at === 'retrying') {
      await sleepUntil(runtime, thread, thread.phase.until);
      thread.phase = { at: 'entered' };
    }
    try {
      return await runState(runtime, thread, { state, runThread });
    } catch (error) {
      if (!(error instanceof StateFailure)) throw error;
      const recovered = await recover(runtime, thread, state, error);
      if (recovered !== 'again') return recovered;
    }
  }
};

const enter = (thread: Thread, name: string, input: Json, exited: readonly EventDraft[]): void => {
  const { execution } = thread;
  if (execution.events >= mostEvents) {
    throw new StateFailure(
      'States.Runtime',
      `The execution reached the maximum number of history events (${mostEvents}).`,
      false,
    );
  }
  execution.transitions += 1;
  thread.state = name;
  thread.input = input;
  thread.retries = [];
  const entered = { type: `${thread.current.type}StateEntered`, details: { input, name } };
  const event = thread.record('state-entered', [...exited, entered], { phase: { at: 'entered' } }).at(-1);
  if (event !== undefined) thread.entered = { id: event.id, previous: event.previous, at: event.at };
};

const exitEvent = (thread: Thread, { output, assigned }: Transition): EventDraft => ({
  type: `${thread.current.type}StateExited`,
  details: {
    ...(Object.keys(assigned).length === 0 ? {} : { assignedVariables: assigned }),
    name: thread.state,
    output,
  },
});

/**
 * Runs a thread from its place to its end. Returns its output; throws StateFailure, or ThreadEnded if it was ended from
 * outside.
 */
export const runThread: RunThread = async (runtime, thread) => {
  if (thread.phase.at === 'starting') enter(thread, thread.program.startAt, thread.input, []);
  while (thread.phase.at !== 'ended') {
    const transition = await leaveState(runtime, thread);
    thread.checkAlive();
    checkSize(thread, transition);
    const exited = [exitEvent(thread, transition)];
    thread.variables = { ...thread.variables, ...transition.assigned };
    if (transition.next === undefined) {
      thread.record('state-ended', exited, { phase: { at: 'ended', output: transition.output } });
      break;
    }
    enter(thread, transition.next, transition.output, exited);
  }
  if (thread.phase.at !== 'ended') throw new Error('A thread ends in the phase ended');
  return thread.phase.output;
};
