import type { EventDraft } from '../execution.ts';
import type { Runtime } from '../runtime.ts';
import type { Thread } from '../thread.ts';

/** States that have an event if they were entered and never left. */
const abortable: ReadonlySet<string> = new Set(['Task', 'Wait', 'Map', 'Parallel']);

/** A Map's event for an iteration. A Parallel has none for its branches. */
export const iterationEvent = (
  state: { readonly type: string; readonly name: string },
  word: 'Started' | 'Succeeded' | 'Failed' | 'Aborted',
  index: number,
): readonly EventDraft[] =>
  state.type === 'Map' ? [{ type: `MapIteration${word}`, details: { index, name: state.name } }] : [];

/**
 * The events of a thread that is stopped before its end. Recorded from outside in: a Map's iteration, then its current
 * state. Anything below that state follows in the same way.
 */
export const abortedEvents = (thread: Thread): readonly EventDraft[] => {
  if (thread.state === '' || thread.phase.at === 'ended') return [];
  const { current, phase, branches } = thread;
  if (!abortable.has(current.type)) return [];
  const run = phase.at === 'map-run' ? [{ type: 'MapRunAborted' }] : [];
  const below = [...branches.values()].filter(isOpen).flatMap((branch) => abortedBranch(thread, branch));
  return [{ type: `${current.type}StateAborted` }, ...run, ...below];
};

/** The events of a branch that is stopped, or whose sibling failed. */
export const abortedBranch = (parent: Thread, branch: Thread): readonly EventDraft[] => [
  ...iterationEvent(parent.current, 'Aborted', branch.index),
  ...abortedEvents(branch),
];

/**
 * The events of a failed branch. Recorded: its Task or Wait is aborted, because nothing leaves it. A Map or Parallel
 * has failed itself.
 */
export const failedBranch = (parent: Thread, branch: Thread): readonly EventDraft[] => {
  const hasFailed = branch.state !== '' && (branch.current.type === 'Map' || branch.current.type === 'Parallel');
  return [...iterationEvent(parent.current, 'Failed', branch.index), ...(hasFailed ? [] : abortedEvents(branch))];
};

export const isOpen = (branch: Thread): boolean => !branch.isEnded && branch.phase.at !== 'ended';

/** Ends the children of a thread's current Map Run. */
export const abortChildren = (runtime: Runtime, { execution, phase }: Thread): void => {
  if (phase.at !== 'map-run') return;
  for (const child of [...execution.children]) if (child.birth.mapRunArn === phase.arn) runtime.abortChild(child);
};

/** Ends the children of every Map Run below a thread. */
export const abortChildrenBelow = (runtime: Runtime, thread: Thread): void => {
  for (const branch of thread.branches.values()) {
    abortChildren(runtime, branch);
    abortChildrenBelow(runtime, branch);
  }
};
