import { knownFunctions, type Uses, usesOf } from './jsonata-uses.ts';
import { assignedBefore, edgesOf, expressionIn, type Scope, type State, type Text, textsOf } from './machine.ts';
import type { Place, Rules } from './rules.ts';

const usesIn = ({ text }: Text): Uses | undefined => {
  const expression = expressionIn(text);
  try {
    return expression === undefined ? undefined : usesOf(expression);
  } catch {
    return undefined; // the rule `syntax` reports that
  }
};

const each = (state: State, find: (uses: Uses, text: Text) => readonly string[]): readonly string[] =>
  textsOf(state).flatMap((text) => {
    const uses = usesIn(text);
    return uses === undefined ? [] : find(uses, text);
  });

/** A text with half of the brackets, or with space around them, counts as plain text. */
const syntax = ({ state }: Place): readonly string[] =>
  textsOf(state).flatMap(({ text, path }) => {
    const expression = expressionIn(text);
    if (expression === undefined) return /\{%|%\}/.test(text) ? [`${path} is not an expression: ${text}`] : [];
    try {
      usesOf(expression);
      return [];
    } catch (error) {
      return [`${path}: ${(error as { message?: string }).message}`];
    }
  });

const functions = ({ state }: Place): readonly string[] =>
  each(state, (uses, { path }) =>
    [...uses.functions].filter((name) => !knownFunctions.has(name)).map((name) => `${path} calls $${name}`),
  );

const bare = ({ state }: Place): readonly string[] =>
  each(state, (uses, { path }) => [...uses.bare].map((name) => `${path} refers to ${name}, which does not exist`));

const contextFields = [
  ...['Execution.Id', 'Execution.Input', 'Execution.Name', 'Execution.StartTime', 'Execution.RedriveCount'],
  ...['State.Name', 'State.EnteredTime', 'State.RetryCount', 'StateMachine.Id', 'StateMachine.Name', 'Task.Token'],
];

/** What `$states` holds at the text's place. */
const rootsIn = (type: string, { field }: Text): readonly string[] => {
  const hasResult = ['Task', 'Map', 'Parallel'].includes(type);
  if (field === 'Catch.Output' || field === 'Catch.Assign') return ['input', 'context', 'errorOutput'];
  return hasResult && ['Output', 'Assign'].includes(field) ? ['input', 'context', 'result'] : ['input', 'context'];
};

const isKnown = (used: string, type: string, text: Text): boolean => {
  const [root = '', ...rest] = used.split('.');
  if (!rootsIn(type, text).includes(root)) return false;
  if (root !== 'context') return true;
  const fields = text.field === 'ItemSelector' ? [...contextFields, 'Map.Item.Index', 'Map.Item.Value'] : contextFields;
  return fields.some((field) => `${rest.join('.')}.`.startsWith(`${field}.`));
};

const states = ({ state }: Place): readonly string[] =>
  each(state, (uses, text) =>
    [...uses.states]
      .filter((used) => !isKnown(used, state.Type, text))
      .map((used) => `${text.path} reads $states.${used}, which does not exist`),
  );

/** Children of a Distributed Map see no variable of their parent; items of an inline Map see all. */
const outerOf = ({ map }: Scope): ReadonlySet<string> =>
  map === undefined || map.isDistributed
    ? new Set()
    : (assignedBefore(map.in, outerOf(map.in)).get(map.name) ?? new Set());

const variables = (scope: Scope): readonly string[] =>
  [...assignedBefore(scope, outerOf(scope))].flatMap(([name, assigned]) =>
    each(scope.states[name] ?? {}, (uses, { path }) =>
      [...uses.variables]
        .filter((variable) => !assigned.has(variable))
        .map((variable) => `${name}: ${path} reads $${variable}, which is not set on every way here`),
    ),
  );

/** An expression would call the function where the variable is not set. */
const variableNames = ({ state }: Place): readonly string[] =>
  edgesOf(state)
    .flatMap(({ assigns }) => assigns)
    .filter((name) => knownFunctions.has(name) || name === 'states')
    .map((name) => `assigns ${name}, which exists already`);

export const expressionRules: Rules = {
  states: { syntax, functions, bare, states, 'variable-names': variableNames },
  scopes: { variables },
};
