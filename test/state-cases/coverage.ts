import type { TestStateCommandOutput } from '@aws-sdk/client-sfn';
import type { State } from '../statemachines/machine.ts';
import { machineNames, statesOf } from './definitions.ts';
import type { StateCase } from './state-case.ts';

type Row = { readonly ErrorEquals: readonly string[] };

const rowsOf = (state: State, list: 'Catch' | 'Retry'): readonly Row[] => (state[list] ?? []) as readonly Row[];

const waysOutOf = (state: State): readonly string[] => {
  const choices = ((state.Choices ?? []) as readonly State[]).map(({ Next }) => `to ${Next}`);
  return [
    ...choices,
    ...(state.Default === undefined ? [] : [`to ${state.Default}`]),
    ...(state.Type === 'Choice' ? [] : [`to ${state.Next ?? 'its end'}`]),
    ...rowsOf(state, 'Catch').map((_, index) => `Catch[${index}]`),
    // An error that is retried, by its name, and one without retries left.
    ...rowsOf(state, 'Retry').flatMap(({ ErrorEquals }, index) => [
      ...ErrorEquals.map((error) => `Retry[${index}] of ${error}`),
      `Retry[${index}] no more`,
    ]),
  ];
};

/** Everything that a state can do: each way out, each Catch, and each Retry with each of its errors. */
export const toBeCovered = (): readonly string[] =>
  machineNames.flatMap((machine) =>
    [...statesOf(machine)].flatMap(([name, state]) => waysOutOf(state).map((way) => `${machine} ${name}: ${way}`)),
  );

const isExhausted = ({ machine, state, mock, retried = 0 }: StateCase): number => {
  if (mock === undefined || !('error' in mock)) return -1;
  const rows = (statesOf(machine).get(state)?.Retry ?? []) as readonly (Row & { readonly MaxAttempts: number })[];
  return rows.findIndex(({ ErrorEquals, MaxAttempts }) => ErrorEquals.includes(mock.error) && retried >= MaxAttempts);
};

const done = (one: StateCase, answer: TestStateCommandOutput): readonly string[] => {
  const { status, nextState, error, inspectionData } = answer;
  const { catchIndex, retryIndex } = inspectionData?.errorDetails ?? {};
  if (status === 'SUCCEEDED') return [`to ${nextState ?? 'its end'}`];
  if (status === 'RETRIABLE') return [`Retry[${retryIndex}] of ${error}`];
  const exhausted = isExhausted(one);
  return [
    ...(exhausted < 0 ? [] : [`Retry[${exhausted}] no more`]),
    ...(status === 'CAUGHT_ERROR' ? [`Catch[${catchIndex}]`] : []),
  ];
};

/** What an answer shows about a state. */
export const coveredBy = (one: StateCase, answer: TestStateCommandOutput): readonly string[] =>
  done(one, answer).map((way) => `${one.machine} ${one.state}: ${way}`);
