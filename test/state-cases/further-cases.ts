import type { Json, JsonObject } from '../../lib/engine/json.ts';
import { machineNames, needsMock, statesOf } from './definitions.ts';
import type { Left, MachineName, StateCase } from './state-case.ts';

/** Where a state leads for any error; a state that is not named here fails its execution. */
const leads: Readonly<Record<string, (input: JsonObject, error: Json) => { next: string; output: Json }>> = {
  Plan: (_, error) => ({ next: 'Conclude', output: { round: 1, error } }),
  Deployments: ({ round = null }, error) => ({ next: 'Conclude', output: { round, error } }),
  ...Object.fromEntries(
    ['AwaitTurn', 'Capture', 'Deploy', 'Verify', 'Restore', 'VerifyRestore'].map((name) => [
      name,
      (_: JsonObject, error: Json) => ({ next: 'Record', output: { error } }),
    ]),
  ),
  LookBack: (input) => ({ next: 'Restore', output: input }),
  WatchExecutor: () => ({ next: 'Pause', output: {} }),
  WatchCluster: () => ({ next: 'Pause', output: {} }),
  Fetch: (_, error) => ({ next: 'Tell', output: { error } }),
  Preview: (_, error) => ({ next: 'Tell', output: { error, place: '' } }),
};

/** Where an error leads that a Catch names, from any state. */
const leadsByName: Readonly<Record<string, { next: string; output: Json }>> = {
  TurnReturned: { next: 'AwaitTurn', output: {} },
};

interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly MaxAttempts: number;
}

const cause = 'ordered by the test';

/** The case with another end: the state starts with the same input, and an error comes out. */
const failing = (
  base: StateCase,
  { error, retried = 0, isLost = false }: { error: string; retried?: number; isLost?: boolean },
): StateCase => {
  const mock = isLost ? { error } : { error, cause };
  const Cause = isLost ? {} : { Cause: cause };
  const lead = error === 'States.Runtime' ? undefined : leads[base.state];
  const expected: Left =
    lead === undefined
      ? { status: 'FAILED', error }
      : { status: 'CAUGHT_ERROR', error, ...lead(base.input as JsonObject, { Error: error, ...Cause }) };
  const { given } = base.expected;
  return {
    ...withRetries(base, retried),
    ...{ title: `${error}${retried === 0 ? '' : ` after ${retried} more attempts`}`, mock },
    expected: given === undefined ? expected : { ...expected, given },
    ...(base.state === 'Deployments' ? { errorFrom: 'AwaitTurn' } : {}),
  };
};

/** A Catch that names an error leads on without the error: nothing has gone wrong. */
const caughtByName = (base: StateCase, error: string): readonly StateCase[] => {
  const lead = leadsByName[error];
  if (lead === undefined) return [];
  const { given } = base.expected;
  const expected: Left = { status: 'CAUGHT_ERROR', error, ...lead, ...(given === undefined ? {} : { given }) };
  return [{ ...failing(base, { error }), expected }];
};

const withRetries = (base: StateCase, retried: number): StateCase => {
  const { State = {}, ...context } = (base.context ?? {}) as { readonly State?: JsonObject };
  return { ...base, retried, context: { ...context, State: { ...State, RetryCount: retried } } };
};

const again = (base: StateCase, error: string, retried: number): StateCase => {
  const { given } = base.expected;
  const expected: Left = { status: 'RETRIABLE', error, ...(given === undefined ? {} : { given }) };
  return { ...failing(base, { error, retried }), expected };
};

/** Each error of a Retry, the first time and the last, and the outcome of one that does not stop. */
const retriesOf = (base: StateCase, retriers: readonly Retrier[]): readonly StateCase[] =>
  retriers.flatMap(({ ErrorEquals, MaxAttempts }) => {
    const [first = ''] = ErrorEquals;
    return [
      ...ErrorEquals.map((error) => again(base, error, 0)),
      again(base, first, MaxAttempts - 1),
      failing(base, { error: first, retried: MaxAttempts }),
    ];
  });

/** What no path produces in every state. */
const errorsOf = (base: StateCase, caught: ReadonlySet<string>): readonly StateCase[] => [
  ...['States.TaskFailed', 'AttemptFailed', 'Lambda.Unknown', 'States.Runtime']
    .filter((error) => !caught.has(error))
    .map((error) => failing(base, { error })),
  // A time-out has no cause.
  ...(base.state === 'Deployments' ? [] : [failing(base, { error: 'States.Timeout', isLost: true })]),
];

const ofState = (base: StateCase): readonly StateCase[] => {
  const { Retry = [], Catch = [] } = statesOf(base.machine).get(base.state) ?? {};
  const caught = new Set((Catch as readonly { ErrorEquals: readonly string[] }[]).flatMap((row) => row.ErrorEquals));
  return [
    ...retriesOf(base, Retry as readonly Retrier[]),
    ...errorsOf(base, caught),
    ...[...caught].flatMap((error) => caughtByName(base, error)),
  ];
};

const plain = (machine: MachineName, state: string, input: Json, expected: Omit<Left, 'status'>): StateCase => ({
  ...{ title: 'by hand', machine, state, input },
  expected: { status: 'SUCCEEDED', ...expected },
});

/** States that call nothing, when paths do not take every way through them. */
const unmocked: readonly StateCase[] = [
  plain('watch', 'More?', { more: true }, { next: 'Which?', output: { more: true } }),
  plain('watch', 'Pause', {}, { next: 'Which?', output: {} }),
  plain('preview', 'Fetch?', { fetch: true }, { next: 'Fetch', output: { fetch: true } }),
  plain('preview', 'Fetch?', { fetch: false }, { next: 'Preview', output: { fetch: false } }),
  plain('preview', 'More?', { place: 'payments' }, { next: 'Preview', output: { place: 'payments' } }),
  plain('preview', 'More?', {}, { next: 'Done', output: {} }),
  plain('preview', 'Done', {}, { output: {} }),
];

const previewOf = (state: string, task: string, more: Partial<Pick<Left, 'next'>> & { error?: Json }): StateCase => {
  const { error, ...left } = more;
  const told = error === undefined ? {} : { error };
  const where = error === undefined ? {} : { place: '' };
  return {
    ...plain('preview', state, told, { ...left, output: {}, given: { task, preview_id: 'P1', ...told, ...where } }),
    context: { Execution: { Input: { preview_id: 'P1', fetch: true } } },
    mock: { result: { Payload: {} } },
  };
};

/**
 * No path of a batch runs a preview: each of its states calls one function, and ends with nothing when no place has to
 * go on.
 */
const previews: readonly StateCase[] = [
  previewOf('Fetch', 'fetch', { next: 'Preview' }),
  previewOf('Preview', 'preview', { next: 'More?' }),
  previewOf('Tell', 'preview', { next: 'More?', error: { Error: 'States.Timeout', Cause: 'too late' } }),
];

/**
 * Everything that the paths leave out, for every state of each machine. Errors and attempts start where a path has
 * passed through successfully.
 */
export const furtherCases = (derived: readonly StateCase[]): readonly StateCase[] => [
  ...unmocked,
  ...previews,
  ...machineNames.flatMap((machine) =>
    [...statesOf(machine)].flatMap(([name, state]) => {
      if (!needsMock(state)) return [];
      const isWell = (one: StateCase): boolean => one.machine === machine && one.state === name;
      const base = [...derived, ...previews].find((one) => isWell(one) && one.expected.status === 'SUCCEEDED');
      if (base === undefined) throw new Error(`no path comes through ${machine} ${name}`);
      return ofState(base);
    }),
  ),
];
