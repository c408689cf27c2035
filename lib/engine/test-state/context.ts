import * as z from 'zod';

const unknownField = (issue: { readonly code?: string; readonly keys?: unknown }): string | undefined => {
  if (issue.code !== 'unrecognized_keys') return undefined;
  const [field] = issue.keys as readonly string[];
  return field === 'Map'
    ? `'Map' field is not supported when mocking a Context object`
    : `Field '${field}' is not allowed`;
};

const text = (path: string) => z.string(`${path} must be a string`).optional();
const whole = (path: string) => z.int(`${path} must be an integer`).optional();
const group = (name: string, fields: (path: string) => z.ZodRawShape) =>
  z.strictObject(fields(name), { error: (issue) => unknownField(issue) ?? `${name} must be an object` }).optional();

/** The context object in a request (recorded). The messages are AWS's. Every field is optional. */
export const contextSchema = z.strictObject(
  {
    Execution: group('Execution', (path) => ({
      ...{ Id: text(`${path}.Id`), Name: text(`${path}.Name`), RoleArn: text(`${path}.RoleArn`) },
      ...{
        StartTime: text(`${path}.StartTime`),
        Input: z.unknown().optional(),
        RedriveCount: whole(`${path}.RedriveCount`),
      },
    })),
    State: group('State', (path) => ({
      ...{ Name: text(`${path}.Name`), EnteredTime: text(`${path}.EnteredTime`) },
      RetryCount: whole(`${path}.RetryCount`),
    })),
    StateMachine: group('StateMachine', (path) => ({ Id: text(`${path}.Id`), Name: text(`${path}.Name`) })),
    Task: group('Task', (path) => ({ Token: text(`${path}.Token`) })),
  },
  { error: (issue) => unknownField(issue) },
);
