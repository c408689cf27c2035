import type { Json, JsonObject } from '../json.ts';
import { isJsonObject } from '../json.ts';
import type { TestStateAnswer } from '../test-state/test-state.ts';
import type { StateCase, StateRefusalCase } from './case.ts';
import { difference } from './match.ts';

/** A request without a mock needs a role; the recordings leave it out. */
const roleArn = 'arn:aws:iam::111111111111:role/sfn-role';

const textOf = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

const mockOf = (mock: Json): Json =>
  isJsonObject(mock) && mock.result !== undefined ? { ...mock, result: textOf(mock.result) } : mock;

/** The request as it was on the wire: what the recording parsed becomes text again. */
export const requestOf = (recorded: StateCase | StateRefusalCase, definition: string): JsonObject => {
  const { context, variables, mock, input = recorded.input, ...others } = recorded.request;
  const needsRole = recorded.kind === 'test-state' && mock === undefined;
  return {
    ...(needsRole ? { roleArn } : {}),
    ...others,
    definition,
    ...(input === undefined ? {} : { input: JSON.stringify(input) }),
    ...(context === undefined ? {} : { context: textOf(context) }),
    ...(variables === undefined ? {} : { variables: textOf(variables) }),
    ...(mock === undefined ? {} : { mock: mockOf(mock) }),
  };
};

const opened = (text: unknown): unknown => {
  if (typeof text !== 'string') return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/** The first difference between the recorded answer and ours, both with their JSON texts parsed. */
export const answerDifference = ({ expected }: StateCase, answer: TestStateAnswer): string | undefined => {
  const { output, inspectionData, ...rest } = answer;
  const shown = Object.entries(inspectionData ?? {}).map(([name, text]) => [name, opened(text)]);
  const actual = {
    ...rest,
    ...(output === undefined ? {} : { output: opened(output) }),
    ...(inspectionData === undefined ? {} : { inspectionData: Object.fromEntries(shown) }),
  };
  return difference(expected, actual, 'answer');
};
