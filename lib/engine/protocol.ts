import type { Engine } from './engine.ts';
import { ApiError } from './failure.ts';
import { isJsonObject } from './json.ts';

/** Each operation accepts the fields it knows, as in Step Functions' own models. */
type Operation = (engine: Engine, request: never) => Promise<unknown>;

const operations: Readonly<Record<string, { readonly required: readonly string[]; readonly run: Operation }>> = {
  CreateStateMachine: {
    required: ['name', 'definition'],
    run: (engine, request) => engine.createStateMachine(request),
  },
  DescribeStateMachine: {
    required: ['stateMachineArn'],
    run: (engine, request) => engine.describeStateMachine(request),
  },
  StartExecution: { required: ['stateMachineArn'], run: (engine, request) => engine.startExecution(request) },
  DescribeExecution: { required: ['executionArn'], run: (engine, request) => engine.describeExecution(request) },
  StopExecution: { required: ['executionArn'], run: (engine, request) => engine.stopExecution(request) },
  RedriveExecution: { required: ['executionArn'], run: (engine, request) => engine.redriveExecution(request) },
  ListExecutions: { required: [], run: (engine, request) => engine.listExecutions(request) },
  GetExecutionHistory: { required: ['executionArn'], run: (engine, request) => engine.getExecutionHistory(request) },
  SendTaskSuccess: { required: ['taskToken', 'output'], run: (engine, request) => engine.sendTaskSuccess(request) },
  SendTaskFailure: { required: ['taskToken'], run: (engine, request) => engine.sendTaskFailure(request) },
  TestState: { required: ['definition'], run: (engine, request) => engine.testState(request) },
  SendTaskHeartbeat: { required: ['taskToken'], run: (engine, request) => engine.sendTaskHeartbeat(request) },
};

const service = 'AWSStepFunctions.';

export const operationNames = Object.keys(operations);

/** The response for an error. */
export const refused = (error: ApiError): { status: number; body: string } => ({
  status: 400,
  body: JSON.stringify({ __type: error.name, message: error.message }),
});

const parse = (body: string): { readonly [field: string]: unknown } => {
  let value: unknown;
  try {
    value = JSON.parse(body === '' ? '{}' : body);
  } catch {
    throw new ApiError('SerializationException', 'The body is not JSON');
  }
  if (!isJsonObject(value)) throw new ApiError('SerializationException', 'The body is not an object');
  return value;
};

/** The operation that a target names. */
export const operationOf = (target: string): string => (target.startsWith(service) ? target.slice(service.length) : '');

/** Handles one request of the Step Functions protocol, AWS JSON 1.0. Only a defect of the engine throws. */
export const handleRequest = async (
  engine: Engine,
  target: string,
  body: string,
): Promise<{ readonly status: number; readonly body: string }> => {
  const name = operationOf(target);
  const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
  try {
    if (operation === undefined)
      throw new ApiError('UnknownOperationException', `The embedded engine has no operation ${target}`);
    const request = parse(body);
    for (const field of operation.required) {
      if (typeof request[field] !== 'string')
        throw new ApiError('ValidationException', `The field '${field}' is required and must be a text`);
    }
    const answer = await operation.run(engine, request as never);
    return { status: 200, body: JSON.stringify(answer ?? {}) };
  } catch (error) {
    if (error instanceof ApiError) return refused(error);
    throw error;
  }
};
