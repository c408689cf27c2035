import type { MapState, Template } from '../definition/machine.ts';
import { bindingsOf, evaluate, evaluateAs, evaluationFailure, failedWhile } from '../evaluate.ts';
import { StateFailure } from '../failure.ts';
import type { Json } from '../json.ts';
import type { Thread } from '../thread.ts';

/** A Map's items: the field Items, or the state's input. */
export const itemsOf = async (thread: Thread, state: MapState): Promise<readonly Json[]> => {
  if (state.items !== undefined) {
    const field = { template: state.items, name: 'Items', type: 'array' } as const;
    return (await evaluateAs(thread, field, bindingsOf(thread))) as readonly Json[];
  }
  if (Array.isArray(thread.input)) return thread.input as readonly Json[];
  throw evaluationFailure(thread, `Map state input must be an array but was: ${JSON.stringify(thread.input)}`);
};

/** The input of one item's branch: the result of ItemSelector, or the item. */
export const inputOfItem = async (
  thread: Thread,
  state: MapState,
  item: { readonly index: number; readonly value: Json },
): Promise<Json> =>
  state.itemSelector === undefined
    ? item.value
    : await evaluate(thread, state.itemSelector, bindingsOf(thread, { item }));

const numberOf = async (thread: Thread, name: string, template: Template): Promise<number> =>
  (await evaluateAs(thread, { template, name, type: 'number' }, bindingsOf(thread))) as number;

/** MaxConcurrency; undefined if absent or 0, which both leave it to the engine. */
export const concurrencyOf = async (thread: Thread, state: MapState): Promise<number | undefined> => {
  if (state.maxConcurrency === undefined) return undefined;
  const value = await numberOf(thread, 'MaxConcurrency', state.maxConcurrency);
  if (Number.isInteger(value) && value >= 0) return value === 0 ? undefined : value;
  throw evaluationFailure(thread, `MaxConcurrency must be a non-negative integer but was: ${value}`, 'MaxConcurrency');
};

const runtimeFailure = (thread: Thread, message: string): StateFailure =>
  new StateFailure('States.Runtime', `${failedWhile(thread)} ${message}`, false);

/** The failures that a Map tolerates, by the field that says so. */
export interface Tolerance {
  readonly count?: number;
  readonly percentage?: number;
}

export const toleranceOf = async (thread: Thread, state: MapState): Promise<Tolerance> => {
  const read = async (name: 'ToleratedFailureCount' | 'ToleratedFailurePercentage', template: Template | undefined) =>
    template === undefined ? undefined : await numberOf(thread, name, template);
  const count = await read('ToleratedFailureCount', state.toleratedFailureCount);
  if (count !== undefined && (!Number.isInteger(count) || count < 0))
    throw runtimeFailure(thread, 'ToleratedFailureCount cannot be negative.');
  const percentage = await read('ToleratedFailurePercentage', state.toleratedFailurePercentage);
  if (percentage !== undefined && (percentage < 0 || percentage > 100))
    throw runtimeFailure(thread, 'ToleratedFailurePercentage must be between 0 and 100.');
  return { ...(count === undefined ? {} : { count }), ...(percentage === undefined ? {} : { percentage }) };
};

/** How many of this many items may fail. Of count and percentage, the one exceeded first decides. */
export const toleratedFailures = ({ count, percentage }: Tolerance, length: number): number | undefined => {
  const limits = [
    ...(count === undefined ? [] : [count]),
    ...(percentage === undefined ? [] : [Math.floor((length * percentage) / 100)]),
  ];
  return limits.length === 0 ? undefined : Math.min(...limits);
};

/** How many items may fail before the Map does. */
export const toleratedFailuresOf = async (thread: Thread, state: MapState, length: number): Promise<number> =>
  toleratedFailures(await toleranceOf(thread, state), length) ?? 0;
