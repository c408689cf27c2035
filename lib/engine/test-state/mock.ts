import type { State } from '../definition/machine.ts';
import { ApiError, StateFailure } from '../failure.ts';
import { isJsonObject, type Json } from '../json.ts';
import { refusal, type TestStateRequest } from './request.ts';

type Mock = NonNullable<TestStateRequest['mock']>;

const canBeMocked = ({ type }: State): boolean => type === 'Task' || type === 'Map' || type === 'Parallel';

/** The response of lambda:invoke, by its model. The payload is a blob, which is text. */
const invokeAnswer: Readonly<Record<string, 'a string' | 'a number'>> = {
  ExecutedVersion: 'a string',
  FunctionError: 'a string',
  LogResult: 'a string',
  Payload: 'a string',
  StatusCode: 'a number',
};

const isOf = (value: Json, kind: 'a string' | 'a number'): boolean =>
  kind === 'a string' ? typeof value === 'string' : Number.isInteger(value);

/** No field of lambda:invoke's response is required, so STRICT and PRESENT are the same. */
const checkInvokeAnswer = (value: Json): void => {
  if (value === null) return;
  if (!isJsonObject(value)) throw refusal('Mock result must be a valid JSON object');
  for (const [field, kind] of Object.entries(invokeAnswer)) {
    const given = value[field];
    if (given !== undefined && !isOf(given, kind))
      throw refusal(`Mock result schema validation error: Field '${field}' must be ${kind}`);
  }
};

const programsIn = (state: State) =>
  state.type === 'Map' ? [state.processor] : state.type === 'Parallel' ? state.branches : [];

const checkError = (state: State, { stateConfiguration }: TestStateRequest): void => {
  const { errorCausedByState: source } = stateConfiguration;
  const programs = programsIn(state);
  if (programs.length === 0) return;
  if (source === undefined || !programs.some(({ states }) => states.has(source)))
    throw refusal(`stateConfiguration.errorCausedByState must name a state within '${state.name}'`);
};

const checkResult = (state: State, { fieldValidationMode }: Mock, value: Json): void => {
  if (state.type === 'Task') {
    const { resource } = state;
    const hasModel = resource.kind === 'invoke' && !resource.waitsForToken;
    if (hasModel && fieldValidationMode !== 'NONE') checkInvokeAnswer(value);
    return;
  }
  if (!Array.isArray(value)) throw refusal('Mocked result must be an array.');
  if (state.type === 'Parallel' && value.length !== state.branches.length)
    throw refusal(`Mocked result must be an array with the results of ${state.branches.length} branches.`);
};

/** Throws if the state cannot be tested as requested: states that run others need a mock. */
export const checkMock = (state: State, request: TestStateRequest): void => {
  const { mock, stateConfiguration } = request;
  if (mock === undefined) {
    checkCall(state, request);
    return;
  }
  if (!canBeMocked(state)) throw refusal(`State type '${state.type}' is not supported when a mock is specified`);
  // A definition with an ItemReader is refused earlier.
  if (stateConfiguration.mapItemReaderData !== undefined)
    throw refusal(`stateConfiguration.mapItemReaderData needs an ItemReader in '${state.name}'`);
  if (mock.result === undefined) checkError(state, request);
  else checkResult(state, mock, mock.result.value);
};

const checkCall = (state: State, { roleArn }: TestStateRequest): void => {
  if (state.type === 'Map' || state.type === 'Parallel') {
    const types = '[Task, Wait, Pass, Succeed, Fail, Choice]';
    throw new ApiError(
      'InvalidDefinition',
      `TestState API does not support Map or Parallel states. Supported state types include: ${types}`,
    );
  }
  if (state.type !== 'Task') return;
  if (state.resource.kind === 'invoke' && state.resource.waitsForToken)
    throw refusal('The embedded engine tests a Task that waits for its token with a mock only');
  if (roleArn === undefined) throw refusal('RoleArn must be specified when testing a Task state');
};

/** The mock's result in place of a call, of branches or of children. Throws StateFailure if it is an error. */
export const mockedResult = ({ result, errorOutput }: Mock): Json => {
  if (result !== undefined) return result.value;
  const { error, cause } = errorOutput ?? {};
  throw new StateFailure(error, cause, error !== 'States.Runtime');
};
