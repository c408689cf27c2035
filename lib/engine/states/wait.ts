import type { WaitState } from '../definition/machine.ts';
import { bindingsOf, evaluateAs, evaluateExit, evaluationFailure } from '../evaluate.ts';
import type { Runtime } from '../runtime.ts';
import type { Thread } from '../thread.ts';
import type { Transition } from './transition.ts';

const isoOffsetTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

const untilTimestamp = (thread: Thread, text: string): number => {
  const time = isoOffsetTime.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(time)) return time;
  const message = `The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: ${text}`;
  // Recorded: the expression itself was fine, so the event follows the entry.
  throw evaluationFailure(thread, message, 'Timestamp', thread.lastEvent);
};

const waitEnd = async (runtime: Runtime, thread: Thread, state: WaitState): Promise<number> => {
  const bindings = bindingsOf(thread);
  if (state.timestamp !== undefined) {
    const field = { template: state.timestamp, name: 'Timestamp', type: 'string' } as const;
    return untilTimestamp(thread, (await evaluateAs(thread, field, bindings)) as string);
  }
  const template = state.seconds ?? ({ kind: 'literal', value: 0 } as const);
  const seconds = (await evaluateAs(thread, { template, name: 'Seconds', type: 'number' }, bindings)) as number;
  if (Number.isInteger(seconds) && seconds >= 0 && seconds <= 99_999_999) return runtime.clock.now() + seconds * 1000;
  throw evaluationFailure(
    thread,
    `The Seconds field must be an integer from 0 to 99999999 but was: ${seconds}`,
    'Seconds',
    thread.lastEvent,
  );
};

/** Parks a thread until a moment. A moment in the past costs nothing. */
export const sleepUntil = async (runtime: Runtime, thread: Thread, until: number): Promise<void> => {
  if (until <= runtime.clock.now()) return;
  await thread.park<void>((goOn) => runtime.clock.setTimer(until, () => goOn()));
};

/** Wait: the moment is fixed when the state is entered, and survives a restart. */
export const runWait = async (runtime: Runtime, thread: Thread, state: WaitState): Promise<Transition> => {
  if (thread.phase.at !== 'waiting') {
    const until = await waitEnd(runtime, thread, state);
    thread.record('wait-started', [], { phase: { at: 'waiting', until } });
  }
  if (thread.phase.at === 'waiting') await sleepUntil(runtime, thread, thread.phase.until);
  return { ...(await evaluateExit(thread, state, { fallback: thread.input })), next: state.next };
};
