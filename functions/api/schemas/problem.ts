import * as z from 'zod';
import { issueCodes } from '../../../lib/domain/batch/issues.ts';
import { statuses } from '../../../lib/domain/deployment/status.ts';
import { time } from './status.ts';

const issue = z.object({
  path: z.string().describe('For example `deployments[3].metadata.dependencies`, or `query.limit`.'),
  message: z.string(),
  line: z.int().exactOptional(),
  column: z.int().exactOptional(),
  hint: z.string().exactOptional().describe('What to do about it.'),
  code: z.enum(issueCodes).exactOptional(),
  found: z.union([z.string(), z.number(), z.boolean(), z.null()]).exactOptional(),
  allowed: z.array(z.union([z.string(), z.number()])).exactOptional(),
  file: z.string().exactOptional(),
});

const candidate = z.union([
  z.string(),
  z.object({ batch_id: z.string(), name: z.string(), status: z.enum(statuses), created_at: time }),
]);

/** Every error: `application/problem+json` (RFC 9457). */
export const problem = z
  .object({
    type: z.string().describe('`urn:flotilla:error:` and the code: a name, not an address.'),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string().describe('The name of the error. docs/errors.md and docs/technical-errors.md list all names.'),
    instance: z.string().describe('The id of this request in the log.'),
    issues: z.array(issue).exactOptional().describe('Everything that is wrong with the request.'),
    error: z.string().exactOptional().describe('For deployment requests: the same as `detail`.'),
    details: z
      .record(z.string(), z.string())
      .exactOptional()
      .describe('For deployment requests: what is wrong, by field.'),
    candidates: z.array(candidate).exactOptional().describe('What may have been meant.'),
  })
  .meta({ id: 'Problem', description: 'An error (RFC 9457).' });
