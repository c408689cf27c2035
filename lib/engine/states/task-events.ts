import type { TaskState } from '../definition/machine.ts';
import type { EventDraft } from '../execution.ts';
import type { Json, JsonObject } from '../json.ts';

/** The function's name from a name, an ARN, or either with a qualifier. */
export const functionNameOf = (nameOrArn: string): string => {
  const parts = nameOrArn.split(':');
  return (parts[0] === 'arn' ? parts[6] : parts[0]) ?? nameOrArn;
};

const invokeDetails = (state: TaskState): JsonObject => ({
  resourceType: 'lambda',
  resource: state.resource.kind === 'invoke' && state.resource.waitsForToken ? 'invoke.waitForTaskToken' : 'invoke',
});

/** The events at the start of an attempt. */
export const scheduledEvents = (
  state: TaskState,
  {
    given,
    timeoutSeconds,
    heartbeatSeconds,
  }: { given: Json; timeoutSeconds: number | undefined; heartbeatSeconds: number | undefined },
): readonly EventDraft[] => {
  const limits = {
    ...(timeoutSeconds === undefined ? {} : { timeoutInSeconds: timeoutSeconds }),
    ...(heartbeatSeconds === undefined ? {} : { heartbeatInSeconds: heartbeatSeconds }),
  };
  if (state.resource.kind === 'function') {
    const { heartbeatInSeconds: _, ...timeout } = { heartbeatInSeconds: 0, ...limits };
    return [
      { type: 'LambdaFunctionScheduled', details: { input: given, resource: state.resource.arn, ...timeout } },
      { type: 'LambdaFunctionStarted' },
    ];
  }
  const details = invokeDetails(state);
  return [
    { type: 'TaskScheduled', details: { parameters: given, ...details, ...limits } },
    { type: 'TaskStarted', details },
  ];
};

/** The event of a successful attempt or submission. */
export const succeededEvent = (
  state: TaskState,
  output: Json,
  type: 'TaskSucceeded' | 'TaskSubmitted' = 'TaskSucceeded',
): EventDraft =>
  state.resource.kind === 'function'
    ? { type: 'LambdaFunctionSucceeded', details: { output } }
    : { type, details: { output, ...invokeDetails(state) } };

/** The event of a failed attempt. */
export const failedEvent = (
  state: TaskState,
  failure: { error?: string; cause?: string },
  isTimeout: boolean,
): EventDraft => {
  const word = isTimeout ? 'TimedOut' : 'Failed';
  return state.resource.kind === 'function'
    ? { type: `LambdaFunction${word}`, details: { ...failure } }
    : { type: `Task${word}`, details: { ...failure, ...invokeDetails(state) } };
};

/** The result of lambda:invoke: the payload in an envelope, as recorded. */
export const invokeEnvelope = (payload: Json, requestId: string): Json => ({
  ExecutedVersion: '$LATEST',
  Payload: payload,
  SdkHttpMetadata: { AllHttpHeaders: {}, HttpHeaders: {}, HttpStatusCode: 200 },
  SdkResponseMetadata: { RequestId: requestId },
  StatusCode: 200,
});
