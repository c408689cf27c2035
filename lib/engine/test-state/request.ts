import * as z from 'zod';
import { ApiError } from '../failure.ts';
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import { contextSchema } from './context.ts';

/** A TestState refusal, in AWS's words if they are recorded. */
export const refusal = (what: string): ApiError => new ApiError('ValidationException', what);

const jsonOf = (text: string, issues: z.core.$RefinementCtx, message = 'must be valid JSON'): Json => {
  try {
    return JSON.parse(text) as Json;
  } catch {
    issues.addIssue(message);
    return z.NEVER;
  }
};

const jsonText = z.string().transform((text, issues) => jsonOf(text, issues));
const objectText = jsonText.refine((value): value is JsonObject => isJsonObject(value), 'must be a JSON object');
const count = z.int().min(0);

/** The part of TestState that the embedded engine supports. Any other field or value is refused by name. */
const schema = z.strictObject({
  definition: z.string(),
  /** The tested state of a whole machine. Without it, the definition is a single state. */
  stateName: z.string().optional(),
  input: jsonText.default({}),
  context: objectText.optional(),
  variables: objectText.default({}),
  /** Calling a function needs a role, but nobody checks its rights. */
  roleArn: z.string().optional(),
  inspectionLevel: z.enum(['INFO', 'DEBUG', 'TRACE']).default('INFO'),
  /** Shows the headers of HTTP tasks, which the engine does not run. */
  revealSecrets: z.boolean().default(false),
  mock: z
    .strictObject({
      result: z
        .string()
        .transform((text, issues) => ({ value: jsonOf(text, issues, 'Mocked result must be valid JSON') }))
        .optional(),
      errorOutput: z.strictObject({ error: z.string().optional(), cause: z.string().optional() }).optional(),
      fieldValidationMode: z.enum(['STRICT', 'PRESENT', 'NONE']).default('STRICT'),
    })
    .optional(),
  stateConfiguration: z
    .strictObject({
      retrierRetryCount: count.optional(),
      errorCausedByState: z.string().optional(),
      mapIterationFailureCount: count.optional(),
      mapItemReaderData: z.string().optional(),
    })
    .default({}),
});

export type TestStateRequest = z.infer<typeof schema>;

const capitalised = (field: string): string => `${field[0]?.toUpperCase()}${field.slice(1)}`;

/** Combinations that a request must not have, or not without a mock (recorded). */
const problemOf = ({ mock, context, revealSecrets, stateConfiguration }: TestStateRequest): string | undefined => {
  const [field] = [...Object.keys(stateConfiguration), ...(context === undefined ? [] : ['context'])];
  if (mock === undefined)
    return field === undefined
      ? undefined
      : `TestState does not support ${capitalised(field)} when a mock is not specified.`;
  if (revealSecrets) return 'TestState does not support RevealSecrets when a mock is specified.';
  if ((mock.result === undefined) === (mock.errorOutput === undefined))
    return 'A test mock should have only one of the following fields: [result, errorOutput].';
  return undefined;
};

const contextProblem = (context: JsonObject): string | undefined => {
  const issue = contextSchema.safeParse(context).error?.issues[0];
  return issue === undefined ? undefined : `Invalid Context object provided: ${issue.message}`;
};

/** The message of a problem: AWS's own if there is one. */
const wordsOf = ({ path, message }: z.core.$ZodIssue): string =>
  message.startsWith('Mocked ') ? message : `${path.join('.') || 'TestState'}: ${message}`;

/** Throws ValidationException with everything that is wrong with a request, or not supported by the engine. */
export const parseTestStateRequest = (request: unknown): TestStateRequest => {
  const parsed = schema.safeParse(request);
  if (!parsed.success) {
    const words = parsed.error.issues.map(wordsOf);
    const [first = ''] = words;
    throw refusal(first.startsWith('Mocked ') ? first : `The embedded engine does not test that. ${words.join('; ')}`);
  }
  const { context } = parsed.data;
  const problem = problemOf(parsed.data) ?? (context === undefined ? undefined : contextProblem(context));
  if (problem !== undefined) throw refusal(problem);
  return parsed.data;
};
