import type { Engine } from '../../engine/engine.ts';
import { ApiError } from '../../engine/failure.ts';
import { isJsonObject } from '../../engine/json.ts';
import type { EngineAnswer } from '../../engine/listen.ts';
import { handleRequest, operationOf, refused } from '../../engine/protocol.ts';
import { withoutTokens } from '../../engine/tokens.ts';

export interface Engines {
  /** The engine that runs batches. */
  readonly own: Engine;
  /** The engine for requests through the port. It calls no function, and forgets everything when it ends. */
  readonly visitors: Engine;
}

/** Read-only requests about Flotilla's own machines and executions. */
const readings: readonly string[] = [
  'DescribeStateMachine',
  'DescribeExecution',
  'ListExecutions',
  'GetExecutionHistory',
];

const ownNames: readonly string[] = ['batch', 'watch', 'preview'];

/** The machine behind the ARN of a machine, an execution, a Map Run or a child of one. */
const machineIn = (arn: unknown): string | undefined =>
  typeof arn === 'string' ? /^(?:[^:]*:){5}(?:stateMachine|execution|mapRun):([^:/]+)/.exec(arn)?.[1] : undefined;

/**
 * Runs an authenticated request at the engine's port. The caller's own machines run on a separate engine, where no name
 * leads to a function, a token or an execution of Flotilla. Flotilla's own machines are read-only.
 */
export const handleVisitor = async (
  { own, visitors }: Engines,
  target: string,
  body: string,
): Promise<EngineAnswer> => {
  const operation = operationOf(target);
  const { name, stateMachineArn, executionArn, mapRunArn } = fieldsOf(body);
  const isOurs = [stateMachineArn, executionArn, mapRunArn].some((arn) => ownNames.includes(machineIn(arn) ?? ''));
  const takesOurName = operation === 'CreateStateMachine' && ownNames.includes(String(name));
  if (!isOurs && !takesOurName) return handleRequest(visitors, target, body);
  if (takesOurName || !readings.includes(operation)) {
    const why = `${operation} changes what belongs to Flotilla; its machines can be looked at, by ${readings.join(', ')}`;
    return refused(new ApiError('AccessDeniedException', why));
  }
  const answer = await handleRequest(own, target, body);
  return { ...answer, body: withoutTokens(answer.body) };
};

/** The visitor's engine rejects what is not JSON. */
const fieldsOf = (body: string): { readonly [field: string]: unknown } => {
  try {
    const value: unknown = JSON.parse(body);
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
};
