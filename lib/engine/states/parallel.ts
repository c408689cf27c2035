import type { ParallelState } from '../definition/machine.ts';
import { bindingsOf, evaluate } from '../evaluate.ts';
import type { Json } from '../json.ts';
import type { RunThread, Runtime } from '../runtime.ts';
import type { Thread } from '../thread.ts';
import { Branches, type BranchPlan } from './branches.ts';
import { leaveWithResult } from './leave-with-result.ts';
import type { Transition } from './transition.ts';

const begin = async (thread: Thread, state: ParallelState): Promise<void> => {
  const input =
    state.arguments === undefined ? thread.input : await evaluate(thread, state.arguments, bindingsOf(thread));
  const started = thread.record('parallel-started', [{ type: 'ParallelStateStarted' }]).at(-1);
  const concurrency = state.branches.length;
  const phase = {
    at: 'branches',
    items: [input],
    concurrency,
    toleratedFailures: 0,
    startedEvent: started?.id ?? 0,
  } as const;
  thread.record('parallel-started', [], { phase });
};

const planOf = (state: ParallelState, input: Json): BranchPlan => ({
  count: state.branches.length,
  succeeded: 'ParallelStateSucceeded',
  programOf: (index) => {
    const program = state.branches[index];
    if (program === undefined) throw new Error(`No branch ${index} in ${state.name}`);
    return program;
  },
  inputOf: async () => input,
});

/** Parallel: every branch is a thread of the same execution and gets the same input. */
export const runParallel = async (
  runtime: Runtime,
  thread: Thread,
  state: ParallelState,
  runThread: RunThread,
): Promise<Transition> => {
  if (thread.phase.at === 'entered') await begin(thread, state);
  const { phase } = thread;
  if (phase.at === 'branches')
    await new Branches(runtime, thread, { plan: planOf(state, phase.items[0] ?? null), phase, runThread }).run();
  return leaveWithResult(thread, state);
};
