import { isDeepStrictEqual } from 'node:util';
import type { Definition, Program, State } from './definition/machine.ts';
import { bindingsOf } from './evaluate.ts';
import { type EventDraft, Execution } from './execution.ts';
import { ApiError } from './failure.ts';
import { isJsonObject, type Json, type JsonObject } from './json.ts';
import type { TestStateRequest } from './test-state-request.ts';
import { Thread } from './thread.ts';

const machineArn = 'arn:aws:states:us-east-1:000000000000:stateMachine:tested';

/** What AWS fills in where a request brings no context: the state's input is the execution's. */
const contextOf = ({ context, input, stateName }: TestStateRequest, now: number): JsonObject => {
  const time = new Date(now).toISOString();
  const Id = machineArn.replace(':stateMachine:', ':execution:').concat(':test');
  const RoleArn = 'arn:aws:iam::000000000000:role/embedded-engine';
  return (
    context ?? {
      Execution: { Id, Input: input, Name: 'test', RoleArn, StartTime: time },
      State: { Name: stateName, EnteredTime: time },
      StateMachine: { Id: machineArn, Name: 'tested' },
    }
  );
};

const refused = (what: string): ApiError =>
  new ApiError('ValidationException', `Invalid Context object provided: the embedded engine ${what}`);

const fieldOf = (context: JsonObject, group: string, field: string): Json => {
  const value = isJsonObject(context[group]) ? context[group][field] : undefined;
  if (value === undefined) throw refused(`needs ${group}.${field}`);
  return value;
};

const timeOf = (context: JsonObject, group: string, field: string): number => {
  const time = Date.parse(String(fieldOf(context, group, field)));
  if (Number.isNaN(time)) throw refused(`needs a time in ${group}.${field}`);
  return time;
};

/** The token that a given context hands to the task. */
export const tokenIn = (context: JsonObject | undefined): string | undefined =>
  context?.Task === undefined ? undefined : String(fieldOf(context, 'Task', 'Token'));

/** Whether the level of states runs in the execution of the level around it. */
const isWithin = (state: State, program: Program): boolean =>
  (state.type === 'Map' && state.processor === program && !state.isDistributed) ||
  (state.type === 'Parallel' && state.branches.includes(program));

const programOf = ({ programs }: Definition, stateName: string): Program => {
  const found = [...programs.values()].find(({ states }) => states.has(stateName));
  if (found === undefined) throw new ApiError('ValidationException', `State not found: '${stateName}'`);
  if (![...programs.values()].some(({ states }) => [...states.values()].some((state) => isWithin(state, found))))
    return found;
  const words = `The embedded engine does not test a state within an inline Map or a Parallel: '${stateName}'`;
  throw new ApiError('ValidationException', words);
};

/** The context object is made of the facts of an execution, so one that no execution of the engine could have is refused. */
const checkContext = (thread: Thread, given: JsonObject): void => {
  const { current } = thread;
  const hasToken = current.type === 'Task' && current.resource.kind === 'invoke' && current.resource.waitsForToken;
  const { states } = bindingsOf(thread, hasToken ? { token: tokenIn(given) } : {});
  const { context } = states as { readonly context: JsonObject };
  for (const [group, fields] of Object.entries(given)) {
    for (const [field, value] of Object.entries(isJsonObject(fields) ? fields : { '': fields })) {
      const own = isJsonObject(context[group]) ? context[group][field] : undefined;
      if (!isDeepStrictEqual(own, value)) throw refused(`cannot have ${group}.${field} be ${JSON.stringify(value)}`);
    }
  }
};

/** A thread that has just entered the state that is to be tested, of an execution that nobody keeps. */
export const threadFor = (
  request: TestStateRequest,
  definition: Definition,
  { now, onEvents }: { readonly now: number; readonly onEvents: (events: readonly EventDraft[]) => void },
): Thread => {
  const { input, stateName, variables, stateConfiguration } = request;
  const context = contextOf(request, now);
  const text = (group: string, field: string): string => String(fieldOf(context, group, field));
  const birth = {
    ...{ id: 0, definitionId: '', program: '', mapRunArn: undefined, itemIndex: undefined },
    ...{ arn: text('Execution', 'Id'), name: text('Execution', 'Name'), machineArn: text('StateMachine', 'Id') },
    input: JSON.stringify(fieldOf(context, 'Execution', 'Input')),
    startedAt: timeOf(context, 'Execution', 'StartTime'),
  };
  const roleArn = text('Execution', 'RoleArn');
  const facts = { birth, definition, roleArn, parent: undefined, events: 0, transitions: 0 };
  const forgetful = { append: ({ events = [] }: { readonly events?: readonly EventDraft[] }) => onEvents(events) };
  const execution = new Execution<Thread>(facts, forgetful, () => now);
  const program = programOf(definition, stateName);
  const thread = new Thread({ execution, program, parent: undefined, index: 0, input, lastEvent: 0 });
  thread.state = stateName;
  thread.variables = variables;
  thread.phase = { at: 'entered' };
  thread.entered = { id: 0, previous: 0, at: timeOf(context, 'State', 'EnteredTime') };
  thread.retries = thread.current.retry.map(() => stateConfiguration.retrierRetryCount);
  if (request.context !== undefined) checkContext(thread, request.context);
  return thread;
};
