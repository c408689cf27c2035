import * as z from 'zod';
import { noPlace } from '../../lib/domain/catalogue/function-place.ts';
import { lackOf } from '../../lib/domain/catalogue/substitute-variables.ts';
import { FlotillaError } from '../../lib/domain/errors.ts';

const named = z.string().min(1);
const machine = z.string().regex(/^arn:[\w-]*:states:.*:.+$/, { error: 'must be the ARN of a state machine' });

const variables = {
  TABLE_NAME: named,
  DOCUMENTS_BUCKET: named,
  BUS_NAME: named,
  ANCHORS_BUCKET: named,
  ANCHOR_KEY_ID: named,
  BATCH_MACHINE_ARN: machine,
  WATCH_MACHINE_ARN: machine,
  PREVIEW_MACHINE_ARN: machine,
  HARNESS_SECRET_ID: named,
  CALLBACK_SECRET_ID: named,
  AWS_REGION: named,
  CLIENTS: z.string().regex(/^[a-z][a-z0-9-]*=\w+(,[a-z][a-z0-9-]*=\w+)*$/, { error: 'must be name=id,name=id' }),
} as const;

/**
 * Reads an environment variable of a Lambda function. Throws ConfigurationInvalid with its name if it is missing or
 * invalid.
 */
export const variable = (name: keyof typeof variables): string => {
  const value = process.env[name];
  const parsed = variables[name].safeParse(value);
  if (parsed.success) return parsed.data;
  const wrong = value
    ? `the environment variable ${name} ${parsed.error.issues[0]?.message}`
    : lackOf(name, process.env);
  throw new FlotillaError('ConfigurationInvalid', wrong);
};

/** The names of the clients in the stage's own pool, by id. Empty if another issuer makes the tokens. */
export const clientNames = (): ReadonlyMap<string, string> => {
  if (process.env.CLIENTS === undefined) return new Map();
  const pairs = variable('CLIENTS')
    .split(',')
    .map((pair) => pair.split('='));
  return new Map(pairs.map(([name, id]) => [id!, name!]));
};

/** Lambda sets the function's name before any of our code is loaded. */
export const isOnLambda = (): boolean => process.env.AWS_LAMBDA_FUNCTION_NAME !== undefined;

/** The name that Lambda gives this function. A copy has the original's name, followed by its place. */
export const ownFunction = (): string => process.env.AWS_LAMBDA_FUNCTION_NAME ?? 'flotilla';

/** The name under which another account's audit trail lists who assumed a role there. */
export const sessionName = (): string => ownFunction().slice(0, 64);

/** The place in which this copy of a function runs. */
export const ownPlace = (): string => process.env.PLACE ?? noPlace;
