import type { MapState, ParallelState, TaskState } from '../definition/machine.ts';
import { evaluateExit } from '../evaluate.ts';
import { StateFailure } from '../failure.ts';
import type { Thread } from '../thread.ts';
import type { Transition } from './transition.ts';

/** How a Task, a Map and a Parallel are left, once their end is written. */
export const leaveWithResult = async (
  thread: Thread,
  state: TaskState | MapState | ParallelState,
): Promise<Transition> => {
  const { phase } = thread;
  if (phase.at === 'failed') throw new StateFailure(phase.error, phase.cause, phase.isCatchable);
  if (phase.at !== 'succeeded') throw new Error(`A ${state.type} cannot go on from ${phase.at}`);
  const { result } = phase;
  return { ...(await evaluateExit(thread, state, { fallback: result, extra: { result } })), next: state.next };
};
