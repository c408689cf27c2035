import type { Engine } from '../../engine/engine.ts';
import { ApiError } from '../../engine/failure.ts';
import { isJsonObject } from '../../engine/json.ts';
import type { EngineAnswer } from '../../engine/listen.ts';
import { handleRequest, operationOf, refused } from '../../engine/protocol.ts';
import { withoutTokens } from '../../engine/tokens.ts';

export interface Engines {
  /** The one that carries batches out. */
  readonly own: Engine;
  /** One for whoever comes by the port: it calls no function, and forgets all when it ends. */
  readonly visitors: Engine;
}

/** What may be asked about Flotilla's own machines and executions: nothing that changes anything. */
const readings: readonly string[] = [
  'DescribeStateMachine',
  'DescribeExecution',
  'ListExecutions',
  'GetExecutionHistory',
];

const ownNames: readonly string[] = ['batch', 'watch', 'preview'];

/** The machine that an ARN is about: its own, or that of its execution, its Map Run or a child of one. */
const machineIn = (arn: unknown): string | undefined =>
  typeof arn === 'string' ? /^(?:[^:]*:){5}(?:stateMachine|execution|mapRun):([^:/]+)/.exec(arn)?.[1] : undefined;

/**
 * Carries out a request of whoever was let in at the engine's port. Machines of his own run on an engine of their own, where no
 * name leads to a function, a token or an execution of Flotilla; those of Flotilla can be looked at.
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

/** What is no JSON is refused by the engine that it goes to, and that is not ours. */
const fieldsOf = (body: string): { readonly [field: string]: unknown } => {
  try {
    const value: unknown = JSON.parse(body);
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
};
