import { FunctionFailure } from '../failure.ts';
import type { Json } from '../json.ts';
import type { Invoke } from '../runtime.ts';
import type { VirtualClock } from '../virtual-clock.ts';
import type { LambdaBehaviour } from './case.ts';

/** The Lambda service's error for a function that does not exist. */
class FunctionMissing extends Error {
  override readonly name = 'Lambda.ResourceNotFoundException';

  constructor(functionName: string) {
    const arn = `arn:aws:lambda:us-east-1:111111111111:function:${functionName}:$LATEST`;
    const service =
      'Service: AWSLambda; Status Code: 404; Error Code: ResourceNotFoundException; Request ID: none; Proxy: null';
    super(`Function not found: ${arn} (${service})`);
  }
}

/** A value as Python prints it. */
const python = (value: Json): string => {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return `[${value.map((member: Json) => python(member)).join(', ')}]`;
  return `{${Object.entries(value)
    .map(([key, member]) => `'${key}': ${python(member as Json)}`)
    .join(', ')}}`;
};

const behave = async (behaviour: LambdaBehaviour, event: Json, clock: VirtualClock): Promise<Json> => {
  switch (behaviour.kind) {
    case 'identity':
      return event;
    case 'return':
      return behaviour.value;
    case 'raise': {
      const { errorType, errorMessage } = behaviour;
      throw new FunctionFailure(errorType, errorMessage, {
        errorMessage,
        errorType,
        requestId: 'none',
        stackTrace: [],
      });
    }
    case 'sleep': {
      await new Promise<void>((resolve) => clock.setTimer(clock.now() + behaviour.seconds * 1000, resolve));
      return await behave(behaviour.then, event, clock);
    }
    case 'formatInput':
      return `${behaviour.prefix}${typeof event === 'string' ? event : python(event)}`;
    case 'returnLargeString':
      return behaviour.char.repeat(behaviour.length);
  }
};

/** A case's functions. A name that is absent does not exist. */
export const invokeOf =
  (lambdas: Readonly<Record<string, LambdaBehaviour>>, clock: VirtualClock): Invoke =>
  async (functionName, payload) => {
    const behaviour = lambdas[functionName];
    if (behaviour === undefined) throw new FunctionMissing(functionName);
    return await behave(behaviour, payload, clock);
  };
