import { isJsonObject } from '../json.ts';
import type { TaskResource, Template } from './machine.ts';
import type { Reader } from './reader.ts';

const invokeResource = /^arn:aws[a-z-]*:states:::lambda:invoke(\.waitForTaskToken)?$/;
/** Step Functions ignores both region and account (recorded). */
const functionArn = /^arn:aws[a-z-]*:lambda:[^:]*:[^:]+:function:[A-Za-z0-9-_]+(:[A-Za-z0-9-_$]+)?$/;

/** The arguments of lambda:invoke that the engine supports. */
const invokeArguments = ['FunctionName', 'Payload'];

const readResource = (reader: Reader): TaskResource => {
  const arn = reader.requiredText('Resource');
  const invoke = invokeResource.exec(arn);
  if (invoke !== null) return { kind: 'invoke', waitsForToken: invoke[1] !== undefined };
  if (functionArn.test(arn)) return { kind: 'function', arn };
  if (arn !== '')
    reader.unsupported(`Resource ${arn}`, `The resource '${arn}' of ${reader.title} is not supported`, 'Resource');
  return { kind: 'function', arn };
};

const checkArguments = (reader: Reader, resource: TaskResource): void => {
  if (resource.kind === 'function' || reader.language === 'JSONPath') return;
  const given = reader.fields.Arguments;
  if (isJsonObject(given)) {
    if (!Object.hasOwn(given, 'FunctionName')) {
      reader.problem(`The field 'FunctionName' is required but was missing`, 'Arguments');
    }
    for (const name of Object.keys(given).filter((key) => !invokeArguments.includes(key))) {
      reader.unsupported(
        `lambda:invoke.${name}`,
        `The argument '${name}' of lambda:invoke in ${reader.title} is not supported`,
        `Arguments/${name}`,
      );
    }
  }
  if (resource.waitsForToken && !JSON.stringify(given ?? null).includes('$states.context')) {
    reader.problem(
      `The Arguments of ${reader.title} must hand over the token, $states.context.Task.Token`,
      'Arguments',
    );
  }
};

const checkCredentials = (reader: Reader): void => {
  const credentials = reader.fields.Credentials;
  if (credentials === undefined) return;
  if (isJsonObject(credentials) && Object.hasOwn(credentials, 'RoleArn')) {
    reader.unsupported(
      'Task.Credentials',
      `The field 'Credentials' of ${reader.title} is not supported`,
      'Credentials',
    );
  } else reader.reading.problems.schema(`The field 'RoleArn' is required but was missing`, reader.at('Credentials'));
};

/** A positive number of seconds: a literal that is checked now, or an expression. */
const readSeconds = (reader: Reader, field: string): Template | undefined => {
  const value = reader.fields[field];
  if (typeof value === 'number') reader.number(field, { least: 1 });
  else if (value !== undefined && (typeof value !== 'string' || !value.startsWith('{%'))) {
    reader.problem(`The field '${field}' of ${reader.title} must be a positive integer or a JSONata expression`, field);
  }
  return reader.template(field);
};

/** The fields that only a Task has. */
export const readTask = (reader: Reader) => {
  const resource = readResource(reader);
  checkArguments(reader, resource);
  checkCredentials(reader);
  const { TimeoutSeconds: timeout, HeartbeatSeconds: heartbeat } = reader.fields;
  if (typeof timeout === 'number' && typeof heartbeat === 'number' && heartbeat >= timeout) {
    reader.problem(`HeartbeatSeconds of ${reader.title} must be less than TimeoutSeconds`, 'HeartbeatSeconds');
  }
  return {
    resource,
    arguments: reader.template('Arguments'),
    timeoutSeconds: readSeconds(reader, 'TimeoutSeconds'),
    heartbeatSeconds: readSeconds(reader, 'HeartbeatSeconds'),
  };
};
