import type { FailState } from '../definition/machine.ts';
import { bindingsOf, evaluateAs } from '../evaluate.ts';
import { StateFailure } from '../failure.ts';
import type { Thread } from '../thread.ts';

/** Fail: never left, always fails what is around it. */
export const runFail = async (thread: Thread, state: FailState): Promise<never> => {
  const bindings = bindingsOf(thread);
  const textOf = async (name: 'Error' | 'Cause'): Promise<string | undefined> => {
    const template = name === 'Error' ? state.error : state.cause;
    return template === undefined
      ? undefined
      : ((await evaluateAs(thread, { template, name, type: 'string' }, bindings)) as string);
  };
  throw new StateFailure(await textOf('Error'), await textOf('Cause'));
};
