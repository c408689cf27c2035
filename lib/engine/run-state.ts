import type { State } from './definition/machine.ts';
import { evaluateExit } from './evaluate.ts';
import { StateFailure } from './failure.ts';
import { isOverDataLimit } from './json.ts';
import { findCatcher } from './recovery.ts';
import type { RunThread, Runtime } from './runtime.ts';
import { runChoice } from './states/choice.ts';
import { runDistributedMap } from './states/distributed-map.ts';
import { runFail } from './states/fail.ts';
import { runInlineMap } from './states/inline-map.ts';
import { runParallel } from './states/parallel.ts';
import { runPass } from './states/pass.ts';
import { runTask } from './states/task.ts';
import type { Transition } from './states/transition.ts';
import { runWait } from './states/wait.ts';
import type { Thread } from './thread.ts';

/** Runs one attempt of a thread's current state. Throws StateFailure. */
export const runState = (
  runtime: Runtime,
  thread: Thread,
  { state, runThread }: { readonly state: State; readonly runThread: RunThread },
): Promise<Transition> => {
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

/** The event with which a Map or a Parallel fails. A failure that cannot be caught has none. */
const recordFailed = (thread: Thread, { type }: State, { isCatchable }: StateFailure): void => {
  if (!isCatchable || (type !== 'Map' && type !== 'Parallel')) return;
  thread.record('task-failed', [{ type: `${type}StateFailed` }]);
};

/**
 * How a failure without a further retry leaves its state: through the first matching Catch. Without one it is rethrown.
 */
export const catchFailure = async (thread: Thread, state: State, failure: StateFailure): Promise<Transition> => {
  const before = thread.lastEvent;
  recordFailed(thread, state, failure);
  const catcher = findCatcher(state.catch, failure);
  if (catcher === undefined) throw failure;
  const errorOutput = {
    ...(failure.error === undefined ? {} : { Error: failure.error }),
    ...(failure.reason === undefined ? {} : { Cause: failure.reason }),
  };
  const failed = thread.lastEvent;
  // Measured: if the Catch itself cannot be evaluated, that follows what came before the state's failure, and the state
  // fails again.
  thread.lastEvent = before;
  try {
    const exit = await evaluateExit(thread, catcher, { fallback: errorOutput, extra: { errorOutput } });
    thread.lastEvent = failed;
    return { ...exit, next: catcher.next };
  } catch (error) {
    if (error instanceof StateFailure) recordFailed(thread, state, error);
    throw error;
  }
};

/** Throws if a state's result is too large. */
export const checkSize = (thread: Thread, { output, assigned }: Transition): void => {
  if (!isOverDataLimit(output) && !isOverDataLimit(assigned)) return;
  const reason = `The state/task '${thread.state}' returned a result with a size exceeding the maximum number of bytes service limit.`;
  throw new StateFailure('States.DataLimitExceeded', reason, false);
};
