import type { State } from '../definition/machine.ts';
import type { JsonObject } from '../json.ts';
import type { TestStateRequest } from './request.ts';

/** Where and when a state is tested without an execution. */
export interface TestPlace {
  /** `arn:aws:states:REGION:ACCOUNT` */
  readonly arnPrefix: string;
  readonly roleArn: string;
  readonly now: number;
}

/**
 * The context object if the request has none (recorded): an Express execution with the state's input, which cannot be
 * redriven.
 */
export const madeUpContext = (request: TestStateRequest, { name, type }: State, place: TestPlace): JsonObject => {
  const { retrierRetryCount: RetryCount = 0 } = request.stateConfiguration;
  const hasRetries = type === 'Task' || type === 'Map' || type === 'Parallel';
  const time = new Date(place.now).toISOString();
  return {
    Execution: {
      ...{ Id: `${place.arnPrefix}:express:tested:test`, Input: request.input, Name: 'test', StartTime: time },
      RoleArn: request.roleArn ?? place.roleArn,
    },
    StateMachine: { Id: `${place.arnPrefix}:stateMachine:tested`, Name: 'tested' },
    State: { Name: name, EnteredTime: time, ...(hasRetries ? { RetryCount } : {}) },
  };
};

/** The task token in a given context. */
export const tokenIn = (context: JsonObject | undefined): string | undefined =>
  (context?.Task as { readonly Token?: string } | undefined)?.Token;
