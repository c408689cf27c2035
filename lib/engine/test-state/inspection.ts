import type { State } from '../definition/machine.ts';
import { bindingsOf, evaluate } from '../evaluate.ts';
import type { EventDraft } from '../execution.ts';
import type { Json } from '../json.ts';
import type { Runtime } from '../runtime.ts';
import { concurrencyOf, inputOfItem, itemsOf, type Tolerance, toleranceOf } from '../states/map-fields.ts';
import { scheduleTask } from '../states/task.ts';
import type { Thread } from '../thread.ts';

/** What DEBUG and TRACE show of a state, under AWS's names. JSON texts as on the wire. */
export type Inspection = Record<string, unknown>;

/** The results of everything that is evaluated before a call, or before branches and children run. */
export interface Begun {
  readonly length: number;
  readonly tolerance: Tolerance;
}

const beginMap = async (thread: Thread, state: State & { type: 'Map' }, shown: Inspection): Promise<Begun> => {
  const items = await itemsOf(thread, state);
  shown.maxConcurrency = (await concurrencyOf(thread, state)) ?? 0;
  const tolerance = await toleranceOf(thread, state);
  if (tolerance.count !== undefined) shown.toleratedFailureCount = tolerance.count;
  if (tolerance.percentage !== undefined) shown.toleratedFailurePercentage = tolerance.percentage;
  if (state.itemSelector !== undefined) {
    const inputs: Json[] = [];
    for (const [index, value] of items.entries()) inputs.push(await inputOfItem(thread, state, { index, value }));
    shown.afterItemSelector = JSON.stringify(inputs);
  }
  return { length: items.length, tolerance };
};

/** A scheduled task's arguments, from its event. */
const argumentsIn = (events: readonly EventDraft[]): Json | undefined => {
  const { details = {} } = events.find(({ type }) => type.endsWith('Scheduled')) ?? {};
  return details.parameters ?? details.input;
};

/**
 * Evaluates what comes before the call, the branches or the children, and collects what an inspection shows (recorded).
 */
export const begin = async (
  runtime: Runtime,
  thread: Thread,
  { shown, events }: { readonly shown: Inspection; readonly events: readonly EventDraft[] },
): Promise<Begun> => {
  const state = thread.current;
  if (state.type === 'Map') return await beginMap(thread, state, shown);
  if (state.type === 'Parallel' && state.arguments !== undefined)
    await evaluate(thread, state.arguments, bindingsOf(thread));
  if (state.type === 'Task') {
    await scheduleTask(runtime, thread, state);
    const given = argumentsIn(events);
    if (state.arguments !== undefined && given !== undefined) shown.afterArguments = JSON.stringify(given);
  }
  return { length: 0, tolerance: {} };
};
