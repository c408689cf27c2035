import type { StateType } from './machine.ts';

/** Fields of the States Language by state type, as this engine runs them. All others are refused. */

const everywhere = ['Type', 'Comment', 'QueryLanguage'] as const;
const flow = ['Next', 'End'] as const;
const exit = ['Assign', 'Output'] as const;
const recovery = ['Retry', 'Catch'] as const;

export const jsonataFields: Readonly<Record<StateType, readonly string[]>> = {
  Pass: [...everywhere, ...flow, ...exit],
  Succeed: [...everywhere, 'Output'],
  Fail: [...everywhere, 'Error', 'Cause'],
  Choice: [...everywhere, ...exit, 'Choices', 'Default'],
  Wait: [...everywhere, ...flow, ...exit, 'Seconds', 'Timestamp'],
  Task: [...everywhere, ...flow, ...exit, ...recovery, 'Resource', 'Arguments', 'TimeoutSeconds', 'HeartbeatSeconds'],
  Map: [
    ...everywhere,
    ...flow,
    ...exit,
    ...recovery,
    'Items',
    'ItemSelector',
    'ItemProcessor',
    'MaxConcurrency',
    'ToleratedFailureCount',
    'ToleratedFailurePercentage',
    'Label',
  ],
  Parallel: [...everywhere, ...flow, ...exit, ...recovery, 'Arguments', 'Branches'],
};

/**
 * In a JSONPath state, the engine only runs what needs no path (except in Assign): the state passes its input on.
 * There, a Choice is always about paths, and a Map or Parallel would pass the language down.
 */
export const jsonPathFields: Readonly<Record<StateType, readonly string[]>> = {
  Pass: [...everywhere, ...flow, 'Assign'],
  Succeed: [...everywhere],
  Fail: [...everywhere, 'Error', 'Cause'],
  Choice: [...everywhere],
  Wait: [...everywhere, ...flow, 'Seconds', 'Timestamp'],
  Task: [...everywhere, ...flow, ...recovery, 'Resource', 'TimeoutSeconds', 'HeartbeatSeconds'],
  Map: [...everywhere],
  Parallel: [...everywhere],
};

/** What Step Functions supports beyond that. The message is then "not supported" instead of "unknown". */
export const otherKnownFields: ReadonlySet<string> = new Set([
  ...['InputPath', 'OutputPath', 'ResultPath', 'Parameters', 'ResultSelector', 'Result', 'ItemsPath', 'Iterator'],
  ...['SecondsPath', 'TimestampPath', 'ErrorPath', 'CausePath', 'TimeoutSecondsPath', 'HeartbeatSecondsPath'],
  ...['MaxConcurrencyPath', 'ToleratedFailureCountPath', 'ToleratedFailurePercentagePath', 'Credentials'],
  ...['ItemReader', 'ItemBatcher', 'ResultWriter', 'Choices', 'Default', 'Branches', 'ItemProcessor', 'Items'],
  ...['ItemSelector', 'MaxConcurrency', 'ToleratedFailureCount', 'ToleratedFailurePercentage', 'Label'],
]);

const programFields = ['StartAt', 'States', 'Comment'] as const;
export const machineFields: readonly string[] = [...programFields, 'QueryLanguage', 'TimeoutSeconds', 'Version'];
export const processorFields: readonly string[] = [...programFields, 'ProcessorConfig'];
export const branchFields: readonly string[] = [...programFields];
export const retrierFields: readonly string[] = [
  ...['ErrorEquals', 'IntervalSeconds', 'MaxAttempts', 'BackoffRate', 'MaxDelaySeconds', 'JitterStrategy', 'Comment'],
];
export const catcherFields: readonly string[] = ['ErrorEquals', 'Next', 'Assign', 'Output', 'Comment'];
export const jsonPathCatcherFields: readonly string[] = ['ErrorEquals', 'Next', 'Comment'];
export const choiceRuleFields: readonly string[] = ['Condition', 'Next', 'Assign', 'Output', 'Comment'];

/** Error names that Step Functions itself uses. No others may start with `States.`. */
export const reservedErrorNames: ReadonlySet<string> = new Set([
  ...['States.ALL', 'States.TaskFailed', 'States.Timeout', 'States.HeartbeatTimeout', 'States.Permissions'],
  ...['States.ResultPathMatchFailure', 'States.ParameterPathFailure', 'States.BranchFailed', 'States.NoChoiceMatched'],
  ...['States.IntrinsicFailure', 'States.ExceedToleratedFailureThreshold', 'States.ItemReaderFailed'],
  ...['States.ResultWriterFailed', 'States.DataLimitExceeded', 'States.QueryEvaluationError', 'States.Runtime'],
  'States.Http.Socket',
]);
