import type { Definition } from './machine.ts';
import type { Place, Rules } from './rules.ts';

/**
 * The part of the States Language that our files use. Everything else is refused: the embedded engine lacks it, or it
 * is known to go wrong. Examples: integrations other than Lambda, readers, batchers, nested executions, HTTP, JSONPath,
 * and time-outs of a machine, which run no Catch.
 */
const fields: Readonly<Record<string, readonly string[]>> = {
  Task: ['Resource', 'Arguments', 'TimeoutSeconds', 'Retry', 'Catch', 'Assign', 'Output', 'Next', 'End'],
  Map: [
    ...['Label', 'Items', 'ItemSelector', 'MaxConcurrency', 'ToleratedFailurePercentage', 'ItemProcessor'],
    ...['Catch', 'Assign', 'Output', 'Next'],
  ],
  Choice: ['Choices', 'Default', 'Assign', 'Output'],
  Wait: ['Seconds', 'Assign', 'Output', 'Next'],
  Succeed: ['Output'],
};
const parts: Readonly<Record<string, readonly string[]>> = {
  definition: ['Comment', 'QueryLanguage', 'StartAt', 'States'],
  ItemProcessor: ['ProcessorConfig', 'StartAt', 'States'],
  ProcessorConfig: ['Mode', 'ExecutionType'],
  Arguments: ['FunctionName', 'Payload'],
  Retry: ['ErrorEquals', 'IntervalSeconds', 'BackoffRate', 'MaxAttempts', 'MaxDelaySeconds', 'JitterStrategy'],
  Catch: ['ErrorEquals', 'Assign', 'Output', 'Next'],
  Choices: ['Condition', 'Assign', 'Output', 'Next'],
};
const resources = ['arn:aws:states:::lambda:invoke', 'arn:aws:states:::lambda:invoke.waitForTaskToken'];

const beyond = (value: object | undefined, allowed: readonly string[] | undefined, where: string): readonly string[] =>
  Object.keys(value ?? {})
    .filter((field) => allowed?.includes(field) !== true)
    .map((field) => `${where} has the field ${field}, which is not in our part of the language`);

const subset = ({ state }: Place): readonly string[] => {
  const allowed = fields[state.Type];
  if (allowed === undefined) return [`the type ${state.Type} is not in our part of the language`];
  const rows = (part: string) =>
    (state[part] ?? []).flatMap((row: object, index: number) => beyond(row, parts[part], `${part}[${index}]`));
  return [
    ...beyond(state, ['Type', 'Comment', ...allowed], state.Type),
    ...beyond(state.Arguments, parts.Arguments, 'Arguments'),
    ...beyond(state.ItemProcessor, parts.ItemProcessor, 'ItemProcessor'),
    ...beyond(state.ItemProcessor?.ProcessorConfig, parts.ProcessorConfig, 'ProcessorConfig'),
    ...['Retry', 'Catch', 'Choices'].flatMap(rows),
  ];
};

const resource = ({ state }: Place): readonly string[] =>
  state.Type !== 'Task' || resources.includes(state.Resource)
    ? []
    : [`the resource ${state.Resource} is not a Lambda function`];

/**
 * As many children at once as there may be deployments: a waiting child must not keep the one it waits for from
 * starting.
 */
const largestBatch = 10_000;

const map = ({ state }: Place): readonly string[] => {
  if (state.Type !== 'Map') return [];
  const { Mode, ExecutionType } = state.ItemProcessor?.ProcessorConfig ?? {};
  return [
    ...(Mode === 'DISTRIBUTED' && ExecutionType === 'STANDARD' ? [] : ['is not distributed over standard executions']),
    ...(state.ToleratedFailurePercentage === 100 ? [] : ['one child that fails aborts its siblings']),
    ...(state.MaxConcurrency >= largestBatch ? [] : [`children wait for each other below ${largestBatch} at once`]),
    ...(typeof state.Label === 'string' ? [] : ['the ARNs of the children have a random label']),
  ];
};

const language = (definition: Definition): readonly string[] =>
  definition.QueryLanguage === 'JSONata' ? [] : ['the machine does not say that its language is JSONata'];

const definitionFields = (definition: Definition): readonly string[] =>
  beyond(definition, parts.definition, 'the machine');

export const shapeRules: Rules = {
  states: { subset, resource, map },
  definitions: { language, fields: definitionFields },
};
