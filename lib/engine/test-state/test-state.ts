import type { EngineClock } from '../clock.ts';
import type { Definition, State } from '../definition/machine.ts';
import type { EventDraft } from '../execution.ts';
import { StateFailure } from '../failure.ts';
import { findCatcher, findRetrier, retrierIndex, retryDelay } from '../recovery.ts';
import { catchFailure, checkSize, runState } from '../run-state.ts';
import { runThread } from '../run-thread.ts';
import type { Invoke, Runtime } from '../runtime.ts';
import { toleranceExceeded } from '../states/distributed-map.ts';
import { toleratedFailures } from '../states/map-fields.ts';
import type { Transition } from '../states/transition.ts';
import type { Thread } from '../thread.ts';
import { type Begun, begin, type Inspection } from './inspection.ts';
import { checkMock, mockedResult } from './mock.ts';
import { tokenIn } from './place.ts';
import { refusal, type TestStateRequest } from './request.ts';
import { onlyState } from './single-state.ts';
import { threadFor } from './thread.ts';

/** The response of TestState. JSON texts as on the wire. */
export interface TestStateAnswer {
  readonly status: 'SUCCEEDED' | 'FAILED' | 'RETRIABLE' | 'CAUGHT_ERROR';
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
  readonly nextState?: string;
  readonly inspectionData?: Readonly<Record<string, unknown>>;
}

/** What a test needs besides the request. */
export interface TestStateHost {
  readonly definition: Definition;
  readonly clock: EngineClock;
  readonly random: () => number;
  readonly uuid: () => string;
  readonly invoke: Invoke;
  readonly arnPrefix: string;
  readonly roleArn: string;
}

/** Calls functions unless a mock replaces them. Starts nothing else. */
const runtimeFor = ({ context }: TestStateRequest, { clock, random, uuid, invoke }: TestStateHost): Runtime => {
  const never = (): never => {
    throw refusal('The embedded engine tests this state with a mock only');
  };
  return {
    ...{ clock, random, uuid, invoke, startChild: never, redriveChild: never, abortChild: never, onChildEnded: never },
    onDefect: (error) => {
      throw error;
    },
    breathe: async () => {},
    journal: { all: never, committed: async () => {} },
    tokens: { issue: () => tokenIn(context) ?? uuid(), open: never, close: never },
  };
};

/** Puts the mock's result where the end of the call, or of what runs below the state, would be written. */
const applyMock = (thread: Thread, { mock, stateConfiguration }: TestStateRequest, begun: Begun): void => {
  if (mock === undefined) return;
  const result = mockedResult(mock);
  // Recorded: without its own tolerance, a Map ignores the given number of failed items.
  const tolerated = toleratedFailures(begun.tolerance, begun.length);
  const { mapIterationFailureCount: failed = 0 } = stateConfiguration;
  if (tolerated !== undefined && failed > tolerated) throw toleranceExceeded();
  thread.phase = { at: 'succeeded', result };
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

const showVariables = (shown: Inspection, thread: Thread, { assigned }: Transition): void => {
  const variables = { ...thread.variables, ...assigned };
  if (Object.keys(variables).length > 0) shown.variables = JSON.stringify(variables);
};

/** The result of a failure: the same Retry and Catch as in an execution, but nothing waits for another attempt. */
const failedBy = async (thread: Thread, failure: StateFailure, shown: Inspection): Promise<TestStateAnswer> => {
  const state = thread.current;
  const retryIndex = retrierIndex(state.retry, failure);
  const retry = findRetrier(state.retry, thread.retries, failure);
  if (retry !== undefined) {
    // With jitter, the longest possible pause.
    const retryBackoffIntervalSeconds = retryDelay(retry.retrier, retry.done, 1) / 1000;
    shown.errorDetails = { retryIndex, retryBackoffIntervalSeconds };
    return { status: 'RETRIABLE', ...told(failure) };
  }
  // Recorded: a Retry without attempts left is reported too.
  const details: Record<string, number> = retryIndex < 0 ? {} : { retryIndex };
  if (retryIndex >= 0) shown.errorDetails = details;
  try {
    const transition = await catchFailure(thread, state, failure);
    checkSize(thread, transition);
    shown.errorDetails = { ...details, catchIndex: catchIndexOf(state, failure) };
    showVariables(shown, thread, transition);
    return { status: 'CAUGHT_ERROR', ...told(failure), ...leftBy(transition) };
  } catch (thrown) {
    if (thrown instanceof StateFailure) return { status: 'FAILED', ...told(thrown) };
    throw thrown;
  }
};

/**
 * TestState: what one state of a definition returns for an input and a task result, using the same code as an
 * execution. Throws ApiError for what it cannot test.
 */
export const testState = async (request: TestStateRequest, host: TestStateHost): Promise<TestStateAnswer> => {
  const events: EventDraft[] = [];
  const { definition, arnPrefix, roleArn } = host;
  const tested = { definition, stateName: request.stateName ?? onlyState };
  const onEvents = (more: readonly EventDraft[]): void => void events.push(...more);
  const thread = threadFor(request, tested, { arnPrefix, roleArn, now: host.clock.now(), onEvents });
  checkMock(thread.current, request);
  const shown: Inspection = { input: JSON.stringify(thread.input) };
  const answer = await answerOf(runtimeFor(request, host), thread, { request, shown, events });
  return request.inspectionLevel === 'INFO' ? answer : { ...answer, inspectionData: shown };
};

const answerOf = async (
  runtime: Runtime,
  thread: Thread,
  {
    request,
    shown,
    events,
  }: { readonly request: TestStateRequest; readonly shown: Inspection; readonly events: readonly EventDraft[] },
): Promise<TestStateAnswer> => {
  try {
    const begun = await begin(runtime, thread, { shown, events });
    applyMock(thread, request, begun);
    const transition = await runState(runtime, thread, { state: thread.current, runThread });
    checkSize(thread, transition);
    if (thread.current.type === 'Task' && thread.phase.at === 'succeeded')
      shown.result = JSON.stringify(thread.phase.result);
    showVariables(shown, thread, transition);
    return { status: 'SUCCEEDED', ...leftBy(transition) };
  } catch (error) {
    if (!(error instanceof StateFailure)) throw error;
    return await failedBy(thread, error, shown);
  }
};
