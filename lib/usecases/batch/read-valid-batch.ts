import { type Issue, issueCodes } from '../../domain/batch/issues.ts';
import { type ParsedBatch, type ParseOptions, parseBatch } from '../../domain/batch/parse-batch.ts';
import type { Catalogue } from '../../domain/catalogue/catalogue.ts';
import { FlotillaError } from '../../domain/errors.ts';

/** A typo or two are likely in YAML. A file of another kind has a problem on every other line. */
const slips = 5;

/**
 * Returns a batch that may be planned. Throws YamlInvalid, BatchInvalid or Forbidden with every problem in
 * `details.issues`.
 */
export const readValidBatch = (text: string, catalogue: Catalogue, options: ParseOptions = {}): ParsedBatch => {
  const parsed = parseBatch(text, catalogue, options);
  if ('batch' in parsed) return parsed;
  const { kind, issues } = parsed;
  if (kind === 'grants') {
    const message = 'None of your grants allows some deployments of this batch. Nothing was stored or started.';
    throw new FlotillaError('Forbidden', message, { issues });
  }
  const problems = countOf(issues);
  const why = issues.length > slips ? `it does not look like YAML or JSON (${problems})` : `it has ${problems}`;
  throw kind === 'yaml'
    ? new FlotillaError('YamlInvalid', `The batch cannot be read: ${why}.`, { issues })
    : new FlotillaError('BatchInvalid', `The batch has ${problems}. Nothing was stored or started.`, { issues });
};

/** In a very long list the last issue only says how many more there are. */
const countOf = (issues: readonly Issue[]): string => {
  if (issues.at(-1)?.code === issueCodes.MoreIssues) return `more than ${issues.length - 1} problems`;
  return issues.length === 1 ? 'a problem' : `${issues.length} problems`;
};
