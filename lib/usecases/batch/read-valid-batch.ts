import { type Issue, issueCodes } from '../../domain/batch/issues.ts';
import { type ParsedBatch, type ParseOptions, parseBatch } from '../../domain/batch/parse-batch.ts';
import type { Catalogue } from '../../domain/catalogue/catalogue.ts';
import { FlotillaError } from '../../domain/errors.ts';

/** Whoever writes YAML slips a few times; a file of another kind has a problem on every other line. */
const slips = 5;

/** A batch that may be planned; throws YamlInvalid, BatchInvalid or Forbidden with every problem in `details.issues`. */
export const readValidBatch = (text: string, catalogue: Catalogue, options: ParseOptions = {}): ParsedBatch => {
  const parsed = parseBatch(text, catalogue, options);
  if ('batch' in parsed) return parsed;
  const { kind, issues } = parsed;
  if (kind === 'grants') {
    const message = 'The batch has deployments that no grant of yours allows. Nothing was stored or started.';
    throw new FlotillaError('Forbidden', message, { issues });
  }
  const problems = countOf(issues);
  const why = issues.length > slips ? `it is not YAML or JSON, to judge by its ${problems}` : `it has ${problems}`;
  throw kind === 'yaml'
    ? new FlotillaError('YamlInvalid', `The batch cannot be read: ${why}.`, { issues })
    : new FlotillaError('BatchInvalid', `The batch has ${problems}. Nothing was stored or started.`, { issues });
};

/** The last of very many only says how many there are more. */
const countOf = (issues: readonly Issue[]): string => {
  if (issues.at(-1)?.code === issueCodes.MoreIssues) return `more than ${issues.length - 1} problems`;
  return issues.length === 1 ? 'a problem' : `${issues.length} problems`;
};
