import type { TaskState, Template } from '../definition/machine.ts';
import { type Bindings, bindingsOf, evaluate, evaluateAs, evaluationFailure } from '../evaluate.ts';
import { StateFailure } from '../failure.ts';
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import type { InvokingPhase } from '../phase.ts';
import type { Runtime } from '../runtime.ts';
import type { Thread } from '../thread.ts';
import { leaveWithResult } from './leave-with-result.ts';
import { performTask } from './perform-task.ts';
import { functionNameOf, scheduledEvents } from './task-events.ts';
import type { Transition } from './transition.ts';

const secondsOf = async (
  thread: Thread,
  name: 'TimeoutSeconds' | 'HeartbeatSeconds',
  template: Template | undefined,
  bindings: Bindings,
): Promise<number | undefined> => {
  if (template === undefined) return undefined;
  const seconds = (await evaluateAs(thread, { template, name, type: 'number' }, bindings)) as number;
  if (Number.isInteger(seconds) && seconds > 0 && seconds <= 99_999_999) return seconds;
  throw evaluationFailure(thread, `The ${name} field must be an integer from 1 to 99999999 but was: ${seconds}`, name);
};

/** The function and its payload, from the evaluated arguments. */
const callOf = (state: TaskState, given: Json): { readonly functionName: string; readonly payload: Json } => {
  if (state.resource.kind === 'function') return { functionName: functionNameOf(state.resource.arn), payload: given };
  const { FunctionName: name, Payload: payload, ...others } = (isJsonObject(given) ? given : {}) as JsonObject;
  const [other] = Object.keys(others);
  if (other !== undefined)
    throw new StateFailure('States.Runtime', `The argument '${other}' of lambda:invoke is not supported`, false);
  if (typeof name !== 'string' || name === '') {
    throw new StateFailure('States.Runtime', `The argument 'FunctionName' of lambda:invoke must be a text`, false);
  }
  return { functionName: functionNameOf(name), payload: payload ?? {} };
};

/** Evaluates what the attempt needs and records it, with its own token if it waits for one. */
export const scheduleTask = async (runtime: Runtime, thread: Thread, state: TaskState): Promise<InvokingPhase> => {
  const waitsForToken = state.resource.kind === 'invoke' && state.resource.waitsForToken;
  const token = waitsForToken ? runtime.tokens.issue(thread.execution.birth.arn, runtime.uuid()) : undefined;
  const bindings = bindingsOf(thread, { token });
  const timeoutSeconds = await secondsOf(thread, 'TimeoutSeconds', state.timeoutSeconds, bindings);
  const heartbeatSeconds = await secondsOf(thread, 'HeartbeatSeconds', state.heartbeatSeconds, bindings);
  const given = state.arguments === undefined ? thread.input : await evaluate(thread, state.arguments, bindings);
  const call = callOf(state, given);
  const now = runtime.clock.now();
  const phase: InvokingPhase = {
    at: 'invoking',
    ...call,
    token,
    timeoutAt: timeoutSeconds === undefined ? undefined : now + timeoutSeconds * 1000,
    // Only a task with a token has heartbeats; a function call has none.
    heartbeatSeconds: waitsForToken ? heartbeatSeconds : undefined,
    heartbeatAt: waitsForToken && heartbeatSeconds !== undefined ? now + heartbeatSeconds * 1000 : undefined,
  };
  thread.record('task-scheduled', scheduledEvents(state, { given, timeoutSeconds, heartbeatSeconds }), { phase });
  return phase;
};

/** Task: the attempt is written before the function is called, and its end before anything follows from it. */
export const runTask = async (runtime: Runtime, thread: Thread, state: TaskState): Promise<Transition> => {
  if (thread.phase.at === 'entered') await scheduleTask(runtime, thread, state);
  if (thread.phase.at === 'invoking' || thread.phase.at === 'submitted') await performTask(runtime, thread, state);
  return leaveWithResult(thread, state);
};
