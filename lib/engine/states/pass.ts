import type { PassState, SucceedState } from '../definition/machine.ts';
import { evaluateExit } from '../evaluate.ts';
import type { Thread } from '../thread.ts';
import type { Transition } from './transition.ts';

/** Pass and Succeed: pass on the input, or the result of Output. */
export const runPass = async (thread: Thread, state: PassState | SucceedState): Promise<Transition> => ({
  ...(await evaluateExit(thread, state, { fallback: thread.input })),
  next: state.next,
});
