import { isDeepStrictEqual } from 'node:util';
import type { ExecutionDescription } from '../../lib/engine/engine.ts';
import { isJsonObject, type Json, type JsonObject } from '../../lib/engine/json.ts';
import type { State } from '../statemachines/machine.ts';
import { go, type Path } from '../workflow/path.ts';
import { World } from '../workflow/world.ts';
import { machineNames, needsMock, statesOf, waitsForToken } from './definitions.ts';
import type { Left, MachineName, StateCase } from './state-case.ts';
import { type Attempt, attemptsIn } from './visits.ts';

interface Walked {
  readonly world: World;
  readonly machine: MachineName;
  readonly execution: ExecutionDescription;
}

const childrenOf = async (
  { engine }: World,
  mapRunArn: string | undefined,
): Promise<readonly ExecutionDescription[]> => {
  if (mapRunArn === undefined) return [];
  const { executions } = await engine.listExecutions({ mapRunArn });
  // Newest first, and they were started in the order of the items.
  return await Promise.all(executions.toReversed().map((one) => engine.describeExecution(one)));
};

/** Every execution of a path, with children. */
const executionsOf = async (world: World): Promise<readonly Walked[]> => {
  const found: Walked[] = [];
  for (const machine of machineNames) {
    const stateMachineArn = world.engine.stateMachineArn(machine);
    for (const { executionArn } of (await world.engine.listExecutions({ stateMachineArn })).executions) {
      found.push({ world, machine, execution: await world.engine.describeExecution({ executionArn }) });
      for (const { mapRunArn } of attemptsIn(world.engine.history(executionArn)))
        found.push(...(await childrenOf(world, mapRunArn)).map((execution) => ({ world, machine, execution })));
    }
  }
  return found;
};

const contextOf = ({ execution }: Walked, attempt: Attempt, state: State): JsonObject => {
  const { executionArn, name, input, stateMachineArn, startDate } = execution;
  const token = (attempt.parameters?.Payload as JsonObject | undefined)?.token;
  return {
    Execution: {
      ...{ Id: executionArn, Input: JSON.parse(input) as Json, Name: name },
      RoleArn: 'arn:aws:iam::000000000000:role/embedded-engine',
      StartTime: new Date(startDate * 1000).toISOString(),
    },
    State: {
      Name: attempt.state,
      EnteredTime: new Date(attempt.enteredAt).toISOString(),
      RetryCount: retriedIn(attempt),
    },
    StateMachine: { Id: stateMachineArn, Name: stateMachineArn.split(':').at(-1) ?? '' },
    ...(waitsForToken(state) && token !== undefined ? { Task: { Token: token } } : {}),
  };
};

/** Earlier attempts matter only to an error. */
const retriedIn = ({ end, nth }: Attempt): number => (end !== undefined && 'error' in end ? nth : 0);

const leftIn = ({ after, end }: Attempt): Left | undefined => {
  const failed = end !== undefined && 'error' in end ? end.error : undefined;
  const error = failed === undefined ? {} : { error: failed };
  if (after.kind === 'again') return { status: 'RETRIABLE', ...error };
  if (after.kind === 'failed') return { status: 'FAILED', ...error };
  if (after.kind !== 'left') return undefined;
  const { output, next } = after;
  const status = failed === undefined ? 'SUCCEEDED' : 'CAUGHT_ERROR';
  return { status, output, ...(next === undefined ? {} : { next }), ...error };
};

/** The input of the call, or of each child. */
const givenIn = async ({ world }: Walked, { parameters, mapRunArn }: Attempt): Promise<Json | undefined> =>
  mapRunArn === undefined
    ? parameters?.Payload
    : (await childrenOf(world, mapRunArn)).map(({ input }) => JSON.parse(input) as Json);

const resultOfMap = async ({ world }: Walked, mapRunArn: string): Promise<Json> =>
  (await childrenOf(world, mapRunArn)).map(({ output = 'null' }) => JSON.parse(output) as Json);

/** A state without a mock sees the execution's input only where it is its own. */
const isAskable = ({ execution }: Walked, { input }: Attempt, state: State): boolean =>
  !JSON.stringify(state).includes('$states.context') || isDeepStrictEqual(JSON.parse(execution.input), input);

const caseOf = async (walked: Walked, attempt: Attempt, title: string): Promise<StateCase | undefined> => {
  const { machine } = walked;
  const state = statesOf(machine).get(attempt.state) ?? {};
  const { mapRunArn, end = mapRunArn === undefined ? undefined : { result: await resultOfMap(walked, mapRunArn) } } =
    attempt;
  const left = leftIn(attempt);
  if (left === undefined) return undefined;
  const given = await givenIn(walked, attempt);
  const expected = { ...left, ...(given === undefined ? {} : { given }) };
  const common = { title, machine, state: attempt.state, input: attempt.input, expected };
  if (!needsMock(state)) return isAskable(walked, attempt, state) ? common : undefined;
  // Without an end, the evaluation failed: the history does not show what a mock would have to be.
  if (end === undefined) return undefined;
  const retried = retriedIn(attempt);
  const context = contextOf(walked, attempt, state);
  return { ...common, context, mock: end, ...(retried === 0 ? {} : { retried }) };
};

/** A value without the parts that differ between paths: ids, times, numbers. */
const shapeOf = (value: Json | undefined): unknown => {
  if (Array.isArray(value)) return [...new Set(value.map((part) => JSON.stringify(shapeOf(part))))];
  if (isJsonObject(value)) return Object.entries(value).map(([key, part]) => [key, shapeOf(part)]);
  return typeof value === 'boolean' ? value : typeof value;
};

const kindOf = ({ machine, state, input, mock, retried, expected }: StateCase): string => {
  const given = mock === undefined ? 'none' : 'error' in mock ? mock.error : shapeOf(mock.result);
  const { status, next, output, error } = expected;
  return JSON.stringify([machine, state, shapeOf(input), given, retried, status, next, shapeOf(output), error]);
};

/** The cases of all paths, each kind once. */
export const deriveCases = async (paths: readonly Path[]): Promise<readonly StateCase[]> => {
  const kinds = new Map<string, StateCase>();
  for (const path of paths) {
    const world = await World.open(path.options);
    try {
      await go(world, path);
      for (const walked of await executionsOf(world)) {
        for (const attempt of attemptsIn(world.engine.history(walked.execution.executionArn))) {
          const one = await caseOf(walked, attempt, path.title);
          if (one !== undefined && !kinds.has(kindOf(one))) kinds.set(kindOf(one), one);
        }
      }
    } finally {
      world.close();
    }
  }
  return [...kinds.values()];
};
