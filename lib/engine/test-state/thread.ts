import type { Definition, Program, State } from '../definition/machine.ts';
import { type EventDraft, Execution } from '../execution.ts';
import { Thread } from '../thread.ts';
import { madeUpContext, type TestPlace } from './place.ts';
import { refusal, type TestStateRequest } from './request.ts';

const programOf = ({ programs }: Definition, stateName: string): { program: Program; state: State } => {
  for (const program of programs.values()) {
    const state = program.states.get(stateName);
    if (state !== undefined) return { program, state };
  }
  throw refusal('State not found in definition');
};

/** A thread that has just entered the tested state, in an execution that is not stored. */
export const threadFor = (
  request: TestStateRequest,
  tested: { readonly definition: Definition; readonly stateName: string },
  place: TestPlace & { readonly onEvents: (events: readonly EventDraft[]) => void },
): Thread => {
  const { program, state } = programOf(tested.definition, tested.stateName);
  const { now, onEvents } = place;
  const birth = {
    ...{ id: 0, arn: '', name: '', machineArn: '', definitionId: '', program: '', input: 'null', startedAt: now },
    ...{ mapRunArn: undefined, itemIndex: undefined },
  };
  const context = request.context ?? madeUpContext(request, state, place);
  const { definition } = tested;
  const facts = { birth, definition, context, roleArn: '', parent: undefined, events: 0, transitions: 0 };
  const forgetful = { append: ({ events = [] }: { readonly events?: readonly EventDraft[] }) => onEvents(events) };
  const execution = new Execution<Thread>(facts, forgetful, () => now);
  const thread = new Thread({ execution, program, parent: undefined, index: 0, input: request.input, lastEvent: 0 });
  thread.state = state.name;
  thread.variables = request.variables;
  thread.phase = { at: 'entered' };
  // As the first state of an execution.
  thread.entered = { id: 2, previous: 0, at: now };
  thread.lastEvent = 2;
  thread.retries = state.retry.map(() => request.stateConfiguration.retrierRetryCount ?? 0);
  return thread;
};
