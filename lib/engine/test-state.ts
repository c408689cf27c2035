import type { EngineClock } from './clock.ts';
import type { Definition, State } from './definition/machine.ts';
import type { EventDraft } from './execution.ts';
import { ApiError, StateFailure } from './failure.ts';
import type { Json } from './json.ts';
import { findCatcher, findRetrier, retryDelay } from './recovery.ts';
import { catchFailure, checkSize, runState } from './run-state.ts';
import { runThread } from './run-thread.ts';
import type { Runtime } from './runtime.ts';
import { beginMapRun, toleranceExceeded } from './states/distributed-map.ts';
import { inputOfItem } from './states/map-fields.ts';
import { scheduleTask } from './states/task.ts';
import type { Transition } from './states/transition.ts';
import type { TestStateRequest } from './test-state-request.ts';
import { threadFor, tokenIn } from './test-state-thread.ts';
import type { Thread } from './thread.ts';

/** What TestState answers; texts of JSON as on the wire. */
export interface TestStateAnswer {
  readonly status: 'SUCCEEDED' | 'FAILED' | 'RETRIABLE' | 'CAUGHT_ERROR';
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
  readonly nextState?: string;
  readonly inspectionData?: Readonly<Record<string, unknown>>;
}

/** What a state is tested with, beside the request. */
export interface TestStateHost {
  readonly definition: Definition;
  readonly clock: EngineClock;
  readonly random: () => number;
  readonly uuid: () => string;
}

type Found = Record<string, unknown>;

const refuse = (what: string): never => {
  throw new ApiError('ValidationException', what);
};

/** Nothing is called, and nothing starts: what would needs a mock. */
const runtimeFor = ({ context }: TestStateRequest, { clock, random, uuid }: TestStateHost): Runtime => {
  const never = (): never => refuse('The embedded engine tests this state with a mock only');
  return {
    ...{ clock, random, uuid, invoke: never, startChild: never, abortChild: never, onChildEnded: never },
    onDefect: (error) => {
      throw error;
    },
    breathe: async () => {},
    journal: { all: never, committed: async () => {} },
    tokens: { issue: () => tokenIn(context) ?? uuid(), open: never, close: never },
  };
};

const checkMock = (state: State, { mock, stateConfiguration }: TestStateRequest): void => {
  const canBeMocked = state.type === 'Task' || state.type === 'Map' || state.type === 'Parallel';
  if (mock === undefined && canBeMocked) refuse(`The embedded engine tests a ${state.type} with a mock only`);
  if (mock !== undefined && !canBeMocked)
    refuse(`State type '${state.type}' is not supported when a mock is specified`);
  if (state.type === 'Parallel' || (state.type === 'Map' && !state.isDistributed))
    refuse(`The embedded engine does not test an inline Map or a Parallel: '${state.name}'`);
  if (state.type !== 'Map' || mock === undefined) return;
  if ('result' in mock && !Array.isArray(mock.result)) refuse('Mocked result must be an array.');
  const { errorCausedByState: source } = stateConfiguration;
  if ('errorOutput' in mock && (source === undefined || !state.processor.states.has(source)))
    refuse(`stateConfiguration.errorCausedByState must name a state within '${state.name}'`);
};

/** Evaluates all that comes before a call, or before the children of a Map. Puts down what an inspection shows of it. */
const begin = async (runtime: Runtime, thread: Thread, found: Found): Promise<void> => {
  const state = thread.current;
  if (state.type === 'Task') await scheduleTask(runtime, thread, state);
  if (state.type !== 'Map') return;
  const { items, concurrency } = await beginMapRun(runtime, thread, state);
  const inputs: Json[] = [];
  for (const [index, value] of items.entries()) inputs.push(await inputOfItem(thread, state, { index, value }));
  Object.assign(found, { afterItemSelector: JSON.stringify(inputs), maxConcurrency: concurrency });
};

/** Puts the mock where the end of the call, or of the children, would be written. */
const applyMock = (thread: Thread, { mock, stateConfiguration }: TestStateRequest): void => {
  if (mock === undefined) return;
  if ('errorOutput' in mock) {
    const { error, cause } = mock.errorOutput;
    throw new StateFailure(error, cause, error !== 'States.Runtime');
  }
  const { phase } = thread;
  if (phase.at === 'map-run' && stateConfiguration.mapIterationFailureCount > phase.toleratedFailures)
    throw toleranceExceeded();
  thread.phase = { at: 'succeeded', result: mock.result };
};

const leftBy = ({ output, next }: Transition) => ({
  output: JSON.stringify(output),
  ...(next === undefined ? {} : { nextState: next }),
});

const catchIndexOf = (state: State, failure: StateFailure): number => {
  const catcher = findCatcher(state.catch, failure);
  return catcher === undefined ? -1 : state.catch.indexOf(catcher);
};

const told = ({ error, reason }: StateFailure) => ({
  ...(error === undefined ? {} : { error }),
  ...(reason === undefined ? {} : { cause: reason }),
});

/** What becomes of a failure: the same Retry and Catch as in an execution, but nothing waits for another attempt. */
const failedBy = async (thread: Thread, failure: StateFailure, found: Found): Promise<TestStateAnswer> => {
  const state = thread.current;
  const retry = findRetrier(state.retry, thread.retries, failure);
  if (retry !== undefined) {
    // With jitter the longest of the possible pauses.
    const retryBackoffIntervalSeconds = retryDelay(retry.retrier, retry.done, 1) / 1000;
    found.errorDetails = { retryIndex: retry.index, retryBackoffIntervalSeconds };
    return { status: 'RETRIABLE', ...told(failure) };
  }
  try {
    const transition = await catchFailure(thread, state, failure);
    checkSize(thread, transition);
    found.errorDetails = { catchIndex: catchIndexOf(state, failure) };
    return { status: 'CAUGHT_ERROR', ...told(failure), ...leftBy(transition) };
  } catch (thrown) {
    if (thrown instanceof StateFailure) return { status: 'FAILED', ...told(thrown) };
    throw thrown;
  }
};

const answerOf = async (
  runtime: Runtime,
  thread: Thread,
  request: TestStateRequest,
): Promise<[TestStateAnswer, Found]> => {
  const found: Found = { input: JSON.stringify(thread.input) };
  try {
    await begin(runtime, thread, found);
    applyMock(thread, request);
    const transition = await runState(runtime, thread, { state: thread.current, runThread });
    checkSize(thread, transition);
    found.variables = JSON.stringify({ ...thread.variables, ...transition.assigned });
    return [{ status: 'SUCCEEDED', ...leftBy(transition) }, found];
  } catch (error) {
    if (!(error instanceof StateFailure)) throw error;
    return [await failedBy(thread, error, found), found];
  }
};

/**
 * TestState: what one state of a definition makes of an input and of what its task gives, by the code that runs it in an
 * execution. Throws ApiError for what it does not test.
 */
export const testState = async (request: TestStateRequest, host: TestStateHost): Promise<TestStateAnswer> => {
  const scheduled: EventDraft[] = [];
  const now = host.clock.now();
  const onEvents = (events: readonly EventDraft[]): void => void scheduled.push(...events);
  const thread = threadFor(request, host.definition, { now, onEvents });
  checkMock(thread.current, request);
  const [answer, found] = await answerOf(runtimeFor(request, host), thread, request);
  if (request.inspectionLevel === 'INFO') return answer;
  const { parameters } = scheduled.find(({ type }) => type === 'TaskScheduled')?.details ?? {};
  if (parameters !== undefined) found.afterArguments = JSON.stringify(parameters);
  return { ...answer, inspectionData: found };
};
