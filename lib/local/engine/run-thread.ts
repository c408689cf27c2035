import type { State } from './definition/machine.ts';
import { evaluateExit } from './evaluate.ts';
import type { EventDraft } from './execution.ts';
import { StateFailure } from './failure.ts';
import { mostEvents } from './history.ts';
import { isOverDataLimit, type Json } from './json.ts';
import { findCatcher, findRetrier, retryDelay } from './recovery.ts';
import type { Runtime } from './runtime.ts';
import { runChoice } from './states/choice.ts';
import { runDistributedMap } from './states/distributed-map.ts';
import { runFail } from './states/fail.ts';
import { runInlineMap } from './states/inline-map.ts';
import { runParallel } from './states/parallel.ts';
import { runPass } from './states/pass.ts';
import { runTask } from './states/task.ts';
import type { Transition } from './states/transition.ts';
import { runWait, sleepUntil } from './states/wait.ts';
import type { Thread } from './thread.ts';

/** Runs the levels below: given to Map and Parallel, which would else import this file in a circle. */
export type RunThread = (runtime: Runtime, thread: Thread) => Promise<Json>;

const runState = (runtime: Runtime, thread: Thread, state: State): Promise<Transition> => {
  switch (state.type) {
    case 'Pass':
    case 'Succeed':
      return runPass(thread, state);
    case 'Fail':
      return runFail(thread, state);
    case 'Choice':
      return runChoice(thread, state);
    case 'Wait':
      return runWait(runtime, thread, state);
    case 'Task':
      return runTask(runtime, thread, state);
    case 'Map':
      return state.isDistributed
        ? runDistributedMap(runtime, thread, state)
        : runInlineMap(runtime, thread, state, runThread);
    case 'Parallel':
      return runParallel(runtime, thread, state, runThread);
  }
};

/** A state's failure goes to its Retry, then to its Catch, then to what is around the state. */
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
  // Recorded: what cannot be caught ends the execution without this event.
  if (failure.isCatchable && (state.type === 'Map' || state.type === 'Parallel')) {
    thread.record('task-failed', [{ type: `${state.type}StateFailed` }]);
  }
  const catcher = findCatcher(state.catch, failure);
  if (catcher === undefined) throw failure;
  const errorOutput = {
    ...(failure.error === undefined ? {} : { Error: failure.error }),
    ...(failure.reason === undefined ? {} : { Cause: failure.reason }),
  };
  return {
    ...(await evaluateExit(thread, catcher, { fallback: errorOutput, extra: { errorOutput } })),
    next: catcher.next,
  };
};

/** Runs the state that the thread stands in, through its retries, until it is left. */
const leaveState = async (runtime: Runtime, thread: Thread): Promise<Transition> => {
  const state = thread.current;
  for (;;) {
    if (thread.phase.at === 'retrying') {
      await sleepUntil(runtime, thread, thread.phase.until);
      thread.phase = { at: 'entered' };
    }
    try {
      return await runState(runtime, thread, state);
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

const checkSize = (thread: Thread, { output, assigned }: Transition): void => {
  if (!isOverDataLimit(output) && !isOverDataLimit(assigned)) return;
  const reason = `The state/task '${thread.state}' returned a result with a size exceeding the maximum number of bytes service limit.`;
  throw new StateFailure('States.DataLimitExceeded', reason, false);
};

/** Runs a thread from where it stands to its end. Gives its output; throws StateFailure, or ThreadEnded when it was ended from outside. */
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
