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

/** Runs one attempt of the state that a thread stands in. Throws StateFailure. */
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

/** How a failure that is not tried again leaves its state: by the first Catch that takes it. Without one it is thrown on. */
export const catchFailure = async (thread: Thread, state: State, failure: StateFailure): Promise<Transition> => {
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

/** Throws when what a state is left with is too large. */
export const checkSize = (thread: Thread, { output, assigned }: Transition): void => {
  if (!isOverDataLimit(output) && !isOverDataLimit(assigned)) return;
  const reason = `The state/task '${thread.state}' returned a result with a size exceeding the maximum number of bytes service limit.`;
  throw new StateFailure('States.DataLimitExceeded', reason, false);
};
