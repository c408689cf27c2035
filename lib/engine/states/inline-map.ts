import type { MapState } from '../definition/machine.ts';
import type { Json } from '../json.ts';
import type { RunThread, Runtime } from '../runtime.ts';
import type { Thread } from '../thread.ts';
import { Branches, type BranchPlan } from './branches.ts';
import { leaveWithResult } from './leave-with-result.ts';
import { concurrencyOf, inputOfItem, itemsOf, toleratedFailuresOf } from './map-fields.ts';
import type { Transition } from './transition.ts';

/** Roughly how many iterations Step Functions runs at once without MaxConcurrency (aws.md 6). */
const inlineConcurrency = 40;

const begin = async (thread: Thread, state: MapState): Promise<void> => {
  const items = await itemsOf(thread, state);
  const concurrency = (await concurrencyOf(thread, state)) ?? inlineConcurrency;
  const started = thread.record('map-started', [{ type: 'MapStateStarted', details: { length: items.length } }]).at(-1);
  const toleratedFailures = await toleratedFailuresOf(thread, state, items.length);
  const phase = { at: 'branches', items, concurrency, toleratedFailures, startedEvent: started?.id ?? 0 } as const;
  thread.record('map-started', [], { phase });
};

const planOf = (thread: Thread, state: MapState, items: readonly Json[]): BranchPlan => ({
  count: items.length,
  succeeded: 'MapStateSucceeded',
  programOf: () => state.processor,
  inputOf: (index) => inputOfItem(thread, state, { index, value: items[index] ?? null }),
});

/** Map, inline: the iterations are threads of the same execution. */
export const runInlineMap = async (
  runtime: Runtime,
  thread: Thread,
  state: MapState,
  runThread: RunThread,
): Promise<Transition> => {
  if (thread.phase.at === 'entered') await begin(thread, state);
  const { phase } = thread;
  if (phase.at === 'branches')
    await new Branches(runtime, thread, { plan: planOf(thread, state, phase.items), phase, runThread }).run();
  return leaveWithResult(thread, state);
};
