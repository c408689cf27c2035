import { isDeepStrictEqual } from 'node:util';
import type { TestStateCommandInput, TestStateCommandOutput } from '@aws-sdk/client-sfn';
import type { Json, JsonObject } from '../../lib/engine/json.ts';

export type MachineName = 'batch' | 'watch' | 'preview';

/** The output of a state, or its failure. */
export interface Left {
  readonly status: 'SUCCEEDED' | 'FAILED' | 'RETRIABLE' | 'CAUGHT_ERROR';
  readonly next?: string;
  readonly output?: Json;
  readonly error?: string;
  /** The input of the function, or of each child; left out where it is not checked. */
  readonly given?: Json;
}

/** One attempt of one state: its input, its task's result, and what follows. */
export interface StateCase {
  readonly title: string;
  readonly machine: MachineName;
  readonly state: string;
  readonly input: Json;
  /** TestState accepts a context only together with a mock; without one the execution's input is the state's. */
  readonly context?: JsonObject;
  readonly mock?: { readonly result: Json } | { readonly error: string; readonly cause?: string };
  /** Where an error of a Map comes from. */
  readonly errorFrom?: string;
  /** Attempts that its Retry has already made. */
  readonly retried?: number;
  readonly expected: Left;
}

const mockOf = (mock: NonNullable<StateCase['mock']>): NonNullable<TestStateCommandInput['mock']> =>
  'result' in mock
    ? // The result of a task with a token differs from Invoke's, and an answer of Invoke has its payload as JSON.
      { result: JSON.stringify(mock.result), fieldValidationMode: 'NONE' }
    : { errorOutput: { error: mock.error, ...(mock.cause === undefined ? {} : { cause: mock.cause }) } };

/** The case as TestState accepts it, for the deployed definition of its machine. */
export const requestOf = (one: StateCase, definition: string): TestStateCommandInput => {
  const { state, input, context, mock, errorFrom, retried = 0 } = one;
  const configuration = {
    ...(retried === 0 ? {} : { retrierRetryCount: retried }),
    ...(errorFrom === undefined ? {} : { errorCausedByState: errorFrom }),
  };
  return {
    ...{ definition, stateName: state, input: JSON.stringify(input), inspectionLevel: 'DEBUG' },
    ...(context === undefined ? {} : { context: JSON.stringify(context) }),
    ...(mock === undefined ? {} : { mock: mockOf(mock) }),
    ...(Object.keys(configuration).length === 0 ? {} : { stateConfiguration: configuration }),
  };
};

const parsed = (text: string | undefined): Json | undefined =>
  text === undefined ? undefined : (JSON.parse(text) as Json);

/** The answer in the form of a case. The function's name is left out: it differs between deployments. */
const leftBy = ({ status, nextState, output, error, inspectionData = {} }: TestStateCommandOutput): object => {
  const { afterArguments, afterItemSelector } = inspectionData;
  const call = parsed(afterArguments) as { readonly Payload?: Json } | undefined;
  return { status, next: nextState, output: parsed(output), error, given: call?.Payload ?? parsed(afterItemSelector) };
};

/** Where an answer differs from the case: one line for each field. */
export const differencesOf = ({ expected }: StateCase, answer: TestStateCommandOutput): readonly string[] => {
  const left = leftBy(answer) as Record<string, unknown>;
  return (['status', 'next', 'output', 'error', 'given'] as const).flatMap((field) => {
    const isOpen = field === 'given' && expected.given === undefined;
    if (isOpen || isDeepStrictEqual(left[field], expected[field])) return [];
    return [`${field}: ${JSON.stringify(left[field])}, and not ${JSON.stringify(expected[field])}`];
  });
};
