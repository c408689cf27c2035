import { isJsonObject, type Json, type JsonObject } from '../json.ts';

/** What AWS calls a state that is tested without a machine around it (recorded). */
export const onlyState = 'StateName';

const listOf = (value: Json | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? value.filter(isJsonObject) : [];

/** The definition of one state as that of a machine: what the state names for its next ones ends there. */
export const machineAround = (text: string): string => {
  let state: unknown;
  try {
    state = JSON.parse(text);
  } catch {
    return text;
  }
  if (!isJsonObject(state)) return text;
  const places = [state, ...listOf(state.Catch), ...listOf(state.Choices)];
  const next = places.flatMap(({ Next, Default }) => [Next, Default]).filter((name) => typeof name === 'string');
  const ends = Object.fromEntries(next.map((name) => [name, { Type: 'Succeed' }]));
  return JSON.stringify({ StartAt: onlyState, States: { ...ends, [onlyState]: state } });
};
