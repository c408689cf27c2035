import * as z from 'zod';
import { ApiError } from './failure.ts';
import type { Json, JsonObject } from './json.ts';

const jsonText = z.string().transform((text, issues): Json => {
  try {
    return JSON.parse(text) as Json;
  } catch {
    issues.addIssue('must be valid JSON');
    return z.NEVER;
  }
});

const objectText = jsonText.refine(
  (value): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value),
  'must be a JSON object',
);

const count = z.int().min(0);

/** What of TestState the embedded engine understands. Any other field, and any other value, is refused by its name. */
const schema = z.strictObject({
  definition: z.string(),
  /** AWS takes the definition of one state too. */
  stateName: z.string(),
  input: jsonText.default({}),
  context: objectText.optional(),
  variables: objectText.default({}),
  /** Nothing is called, so it is of no use. */
  roleArn: z.string().optional(),
  inspectionLevel: z.enum(['INFO', 'DEBUG']).default('INFO'),
  mock: z
    .union([
      // The engine has no models of the services to hold a result against.
      z.strictObject({ result: jsonText, fieldValidationMode: z.literal('NONE') }),
      z.strictObject({ errorOutput: z.strictObject({ error: z.string(), cause: z.string().optional() }) }),
    ])
    .optional(),
  stateConfiguration: z
    .strictObject({
      retrierRetryCount: count.default(0),
      errorCausedByState: z.string().optional(),
      mapIterationFailureCount: count.default(0),
    })
    .default({ retrierRetryCount: 0, mapIterationFailureCount: 0 }),
});

export type TestStateRequest = z.infer<typeof schema>;

/** Throws ValidationException with everything that is wrong with a request, or that the engine does not know. */
export const parseTestStateRequest = (request: unknown): TestStateRequest => {
  const parsed = schema.safeParse(request);
  if (parsed.success) return parsed.data;
  const words = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'TestState'}: ${message}`);
  throw new ApiError('ValidationException', `The embedded engine does not test that. ${words.join('; ')}`);
};
