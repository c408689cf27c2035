import { isJsonObject, type Json, type JsonObject } from '../json.ts';

/** AWS's name for a state that is tested without a machine (recorded). */
export const onlyState = 'StateName';

const listOf = (value: Json | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? value.filter(isJsonObject) : [];

/** Wraps a single state's definition in a machine: the next states that it names are ends. */
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
