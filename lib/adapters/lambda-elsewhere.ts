import { InvokeCommand, type InvokeCommandOutput, LambdaClient } from '@aws-sdk/client-lambda';
import type { Elsewhere } from '../domain/elsewhere-port.ts';
import { FlotillaError } from '../domain/errors.ts';
import type { Json } from '../domain/json.ts';

export type SendToLambda = (command: InvokeCommand) => Promise<InvokeCommandOutput>;

/**
 * No retry: the function may have received the call, and would do slow work twice. The time-out is less than the 29 s
 * of an API call, and more than two 8 s looks at a cluster and a cold start.
 */
export const elsewherePatience = {
  maxAttempts: 1,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 23_000, throwOnRequestTimeout: true },
};

/** Our own functions, called by name, waiting for the answer. */
export class LambdaElsewhere implements Elsewhere {
  readonly #send: SendToLambda;

  constructor(send: SendToLambda) {
    this.#send = send;
  }

  async ask(name: string, event: Json): Promise<Json> {
    const { FunctionError, Payload } = await this.#invoke(name, event);
    if (FunctionError !== undefined) throw unavailable(name, 'has ended with a fault, which its log has');
    return JSON.parse(Buffer.from(Payload ?? []).toString('utf8') || 'null') as Json;
  }

  async #invoke(name: string, event: Json): Promise<InvokeCommandOutput> {
    try {
      return await this.#send(new InvokeCommand({ FunctionName: name, Payload: Buffer.from(JSON.stringify(event)) }));
    } catch (error) {
      throw unavailable(name, saidOf(error), error);
    }
  }
}

const unavailable = (name: string, what: string, cause?: unknown): FlotillaError =>
  new FlotillaError('PlaceUnavailable', `The function ${name} ${what}.`, { function: name }, cause);

const said: Readonly<Record<string, string>> = {
  TimeoutError: `has not answered within ${elsewherePatience.requestHandler.requestTimeout / 1_000} s`,
  ResourceNotFoundException: 'does not exist: deploy the stage with that place',
  AccessDeniedException: 'may not be called: deploy the stage with that place',
  TooManyRequestsException: 'has too many calls at once: try again',
};

const saidOf = (error: unknown): string => {
  const name = error instanceof Error ? error.name : 'Unknown';
  return said[name] ?? `cannot be called (${name})`;
};

export const connectElsewhere = (): LambdaElsewhere => {
  const client = new LambdaClient(elsewherePatience);
  return new LambdaElsewhere((command) => client.send(command));
};
