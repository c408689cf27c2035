import type { Program, State } from './machine.ts';
import type { Reader } from './reader.ts';

/** Where a state may go: the target's place in the state, and its name. */
const targets = (state: State): readonly (readonly [string, string])[] => [
  ...(state.next === undefined ? [] : [['Next', state.next] as const]),
  ...state.catch.map(({ next }, index) => [`Catch[${index}]/Next`, next] as const),
  ...(state.type === 'Choice' ? state.choices.map(({ next }, index) => [`Choices[${index}]/Next`, next] as const) : []),
  ...(state.type === 'Choice' && state.defaultNext !== undefined ? [['Default', state.defaultNext] as const] : []),
];

const reachable = (program: Program): ReadonlySet<string> => {
  const found = new Set<string>();
  const open = [program.startAt];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const state = program.states.get(name);
    if (state === undefined || found.has(name)) continue;
    found.add(name);
    open.push(...targets(state).map(([, target]) => target));
  }
  return found;
};

/** Checks that every target exists, every state is reachable, and the level can end. `names` are all given names. */
export const checkGraph = (reader: Reader, program: Program, names: readonly string[]): void => {
  const { problems } = reader.reading;
  if (program.startAt !== '' && !names.includes(program.startAt)) {
    problems.invalid('MISSING_TRANSITION_TARGET', `Missing 'StartAt' target: ${program.startAt}`, reader.at('StartAt'));
  }
  for (const state of program.states.values()) {
    for (const [field, target] of targets(state)) {
      if (target === '' || names.includes(target)) continue;
      const word = field.split('/').at(-1);
      problems.invalid('MISSING_TRANSITION_TARGET', `Missing '${word}' target: ${target}`, `${state.pointer}/${field}`);
    }
  }
  // An unreadable state hides what comes after it.
  if (program.states.size < names.length) return;
  const found = reachable(program);
  for (const state of program.states.values()) {
    if (!found.has(state.name))
      problems.invalid('UNREACHABLE_STATE', `The state '${state.name}' cannot be reached`, state.pointer);
  }
  const ends = [...program.states.values()].some(({ type, next }) => type !== 'Choice' && next === undefined);
  if (!ends) problems.schema(`No state of ${reader.title} is terminal`, reader.at('States'));
};
