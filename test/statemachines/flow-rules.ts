import type { Scope, State } from './machine.ts';
import type { Facts, Place, Rules } from './rules.ts';

const canFail = (state: State): boolean => ['Task', 'Map', 'Parallel'].includes(state.Type);

/** AWS refuses `States.ALL` beside another name, or before another row, only when the machine is created. */
const catchAll = ({ state }: Place): readonly string[] =>
  ['Catch', 'Retry'].flatMap((part) =>
    ((state[part] ?? []) as State[]).flatMap(({ ErrorEquals }, index, rows) => {
      if (!ErrorEquals.includes('States.ALL')) return [];
      return [
        ...(ErrorEquals.length > 1 ? [`States.ALL is not alone in ${part}[${index}]`] : []),
        ...(index < rows.length - 1 ? [`States.ALL is not the last row of ${part}`] : []),
      ];
    }),
  );

const caught = ({ scope, name, state, facts }: Place): readonly string[] => {
  const expected = facts.expectations[scope.name];
  if (expected === undefined || !canFail(state)) return [];
  if (expected.uncaught.includes(name)) return state.Catch === undefined ? [] : ['catches, but nothing comes after it'];
  const last = (state.Catch ?? []).at(-1);
  const next = expected.goesOn?.[name] ?? expected.catchTo;
  return last?.ErrorEquals.includes('States.ALL') && last.Next === next ? [] : [`does not lead every error to ${next}`];
};

const ends = ({ scope, name, state, facts }: Place): readonly string[] => {
  const isEnd = state.End === true || ['Succeed', 'Fail'].includes(state.Type);
  const expected = facts.expectations[scope.name]?.ends ?? [];
  return isEnd && !expected.includes(name) ? [`an execution may end here, and not in ${expected.join(', ')}`] : [];
};

const errorNames = ({ state, facts }: Place): readonly string[] =>
  ((state.Catch ?? []) as State[])
    .flatMap(({ ErrorEquals }) => ErrorEquals as string[])
    .filter((name) => name !== 'States.ALL' && !facts.errorNames.has(name))
    .map((name) => `catches ${name}, which nothing throws`);

const expectation = (scope: Scope, facts: Facts): readonly string[] =>
  facts.expectations[scope.name] === undefined ? [`no rule says where ${scope.name} leads its errors`] : [];

const straightPath = (scope: Scope): readonly string[] => {
  const path: string[] = [];
  for (let name: string | undefined = scope.startAt; name !== undefined && !path.includes(name); ) {
    path.push(name);
    name = scope.states[name]?.Next;
  }
  return path;
};

const transitions = (scope: Scope, facts: Facts): readonly string[] => {
  const most = facts.expectations[scope.name]?.transitions ?? Number.POSITIVE_INFINITY;
  const path = straightPath(scope);
  return path.length > most
    ? [`the straight path has ${path.length} transitions, not ${most}: ${path.join(', ')}`]
    : [];
};

export const flowRules: Rules = {
  states: { 'catch-all': catchAll, caught, ends, 'error-names': errorNames },
  scopes: { expectation, transitions },
};
