import type { Exit, Template } from './definition/machine.ts';
import { follow } from './definition/reference-path.ts';
import { StateFailure } from './failure.ts';
import { type Json, type JsonObject, jsonTypeName, NotJson } from './json.ts';
import { jsonataMessage } from './jsonata/expression.ts';
import type { Thread } from './thread.ts';

/** What `$states` and the context object contain besides what every state has. */
export interface Extra {
  readonly result?: Json;
  readonly errorOutput?: Json;
  readonly token?: string | undefined;
  /** The item of an ItemSelector. */
  readonly item?: { readonly index: number; readonly value: Json };
}

export type Bindings = Record<string, unknown>;

const isoTime = (milliseconds: number): string => new Date(milliseconds).toISOString();

/** The item of the nearest inline Map around a thread. */
const itemAround = (thread: Thread): Extra['item'] => {
  for (let inner = thread; inner.parent !== undefined; inner = inner.parent) {
    const { phase, current } = inner.parent;
    if (current.type === 'Map' && phase.at === 'branches')
      return { index: inner.index, value: phase.items[inner.index] ?? null };
  }
  return undefined;
};

const factsOf = (thread: Thread): JsonObject => {
  const { birth, input, roleArn } = thread.execution;
  const { type } = thread.current;
  const hasRetries = type === 'Task' || type === 'Map' || type === 'Parallel';
  return {
    Execution: {
      Id: birth.arn,
      Input: input,
      StartTime: isoTime(birth.startedAt),
      Name: birth.name,
      RoleArn: roleArn,
      RedriveCount: birth.redrive?.count ?? 0,
      ...(birth.redrive === undefined ? {} : { RedriveTime: isoTime(birth.redrive.at) }),
    },
    StateMachine: { Id: birth.machineArn, Name: birth.machineArn.split(':').at(-1) ?? '' },
    State: {
      Name: thread.state,
      EnteredTime: isoTime(thread.entered.at),
      ...(hasRetries ? { RetryCount: thread.retries.reduce((sum, count) => sum + (count ?? 0), 0) } : {}),
    },
  };
};

const contextObject = (thread: Thread, extra: Extra): Json => {
  const item = extra.item ?? itemAround(thread);
  return {
    ...(thread.execution.context ?? factsOf(thread)),
    ...(extra.token === undefined ? {} : { Task: { Token: extra.token } }),
    ...(item === undefined ? {} : { Map: { Item: { Index: item.index, Value: item.value } } }),
  };
};

/** The variables that a thread sees: its own, and those around it. */
const visibleVariables = (thread: Thread): Bindings =>
  thread.parent === undefined ? { ...thread.variables } : { ...visibleVariables(thread.parent), ...thread.variables };

/** What a state's expressions see. Templates evaluated with the same bindings see one snapshot. */
export const bindingsOf = (thread: Thread, extra: Extra = {}): Bindings => {
  const states: Record<string, Json> = { input: thread.input, context: contextObject(thread, extra) };
  if (extra.result !== undefined) states.result = extra.result;
  if (extra.errorOutput !== undefined) states.errorOutput = extra.errorOutput;
  return { ...visibleVariables(thread), states };
};

/** The beginning of every cause that a state itself produces. */
export const failedWhile = (thread: Thread): string =>
  `An error occurred while executing the state '${thread.state}' (entered at the event id #${thread.entered.id}).`;

/** Records that an evaluation failed and returns the failure to throw. */
export const evaluationFailure = (
  thread: Thread,
  message: string,
  location?: string,
  previous?: number,
): StateFailure => {
  const [error, cause] = ['States.QueryEvaluationError', `${failedWhile(thread)} ${message}`];
  // Recorded: if nothing followed the entry, the event refers to what came before it.
  const before = thread.lastEvent === thread.entered.id ? thread.entered.previous : thread.lastEvent;
  const details = { cause, error, ...(location === undefined ? {} : { location }), state: thread.state };
  thread.record('evaluation-failed', [{ type: 'EvaluationFailed', details, previous: previous ?? before }]);
  return new StateFailure(error, cause);
};

/** The value of a template. Records and throws StateFailure if an expression fails or returns nothing. */
export const evaluate = async (thread: Thread, template: Template, bindings: Bindings): Promise<Json> => {
  switch (template.kind) {
    case 'literal':
      return template.value;
    case 'list': {
      const list: Json[] = [];
      for (const member of template.members) list.push(await evaluate(thread, member, bindings));
      return list;
    }
    case 'object': {
      const object: Record<string, Json> = {};
      for (const [key, member] of template.members) object[key] = await evaluate(thread, member, bindings);
      return object;
    }
    case 'path':
      return valueAt(thread, template, bindings);
    case 'expression':
      return await evaluateExpression(thread, template, bindings);
  }
};

const valueAt = (thread: Thread, template: Extract<Template, { kind: 'path' }>, bindings: Bindings): Json => {
  const { path, field } = template;
  const { input, context } = bindings.states as { readonly input: Json; readonly context: Json };
  const root = { input, context, variable: path.root.kind === 'variable' ? bindings[path.root.name] : undefined }[
    path.root.kind
  ];
  const value = follow(path, root) as Json | undefined;
  if (value !== undefined) return value;
  const words = `The JSONPath '${path.text}' specified for the field '${field}' could not be found in the input '${JSON.stringify(root)}'`;
  throw new StateFailure('States.Runtime', `${failedWhile(thread)} ${words}`, false);
};

const evaluateExpression = async (
  thread: Thread,
  template: Extract<Template, { kind: 'expression' }>,
  bindings: Bindings,
): Promise<Json> => {
  const { expression, location } = template;
  const words = `The JSONata expression '${expression.text}' specified for the field '${location}'`;
  let value: Json | undefined;
  try {
    value = await expression.evaluate(bindings);
  } catch (thrown) {
    const what =
      thrown instanceof NotJson
        ? 'returned an unsupported result type.'
        : `threw an error during evaluation. ${jsonataMessage(thrown)}`;
    throw evaluationFailure(thread, `${words} ${what}`, location);
  }
  if (value === undefined) throw evaluationFailure(thread, `${words} returned nothing (undefined).`, location);
  return value;
};

/** The value of a template that must have a given type; otherwise a failure in Step Functions' words. */
export const evaluateAs = async (
  thread: Thread,
  field: {
    readonly template: Template;
    readonly name: string;
    readonly type: 'array' | 'boolean' | 'number' | 'string';
  },
  bindings: Bindings,
): Promise<Json> => {
  const { template, name, type } = field;
  const value = await evaluate(thread, template, bindings);
  if (jsonTypeName(value) === type) return value;
  const source =
    template.kind === 'expression'
      ? `The JSONata expression '${template.expression.text}' specified for`
      : 'The value of';
  const message = `${source} the field '${name}' returned an unexpected result type. Expected '${type}', but was '${jsonTypeName(value)}' for value: ${JSON.stringify(value)}`;
  throw evaluationFailure(thread, message, name);
};

/** A state's output and variables on leaving, from one snapshot. */
export const evaluateExit = async (
  thread: Thread,
  exit: Exit,
  given: { readonly fallback: Json; readonly extra?: Extra },
): Promise<{ readonly output: Json; readonly assigned: JsonObject }> => {
  if (exit.assign === undefined && exit.output === undefined) return { output: given.fallback, assigned: {} };
  const bindings = bindingsOf(thread, given.extra);
  const assigned = exit.assign === undefined ? {} : ((await evaluate(thread, exit.assign, bindings)) as JsonObject);
  const output = exit.output === undefined ? given.fallback : await evaluate(thread, exit.output, bindings);
  return { output, assigned };
};
