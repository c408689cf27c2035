import type { ChoiceState } from '../definition/machine.ts';
import { bindingsOf, evaluateAs, evaluateExit, failedWhile } from '../evaluate.ts';
import { StateFailure } from '../failure.ts';
import type { Thread } from '../thread.ts';
import type { Transition } from './transition.ts';

/** Choice: the first true condition wins. Its rule has its own Assign and Output; the default uses the state's. */
export const runChoice = async (thread: Thread, state: ChoiceState): Promise<Transition> => {
  const bindings = bindingsOf(thread);
  for (const [index, rule] of state.choices.entries()) {
    const field = { template: rule.condition, name: `Choices[${index}]/Condition`, type: 'boolean' } as const;
    if ((await evaluateAs(thread, field, bindings)) !== true) continue;
    return { ...(await evaluateExit(thread, rule, { fallback: thread.input })), next: rule.next };
  }
  if (state.defaultNext === undefined) {
    throw new StateFailure('States.NoChoiceMatched', `${failedWhile(thread)} Failed to find a match for the choices`);
  }
  return { ...(await evaluateExit(thread, state, { fallback: thread.input })), next: state.defaultNext };
};
