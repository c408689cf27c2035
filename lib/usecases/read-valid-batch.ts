import { type ParsedBatch, parseBatch } from '../domain/batch/parse-batch.ts';
import type { Catalogue } from '../domain/catalogue/catalogue.ts';
import { FlotillaError } from '../domain/errors.ts';

/** A batch that may be planned; throws YamlInvalid or BatchInvalid with every problem in `details.issues`. */
export const readValidBatch = (text: string, catalogue: Catalogue): ParsedBatch => {
  const parsed = parseBatch(text, catalogue);
  if ('batch' in parsed) return parsed;
  const { kind, issues } = parsed;
  const problems = issues.length === 1 ? 'a problem' : `${issues.length} problems`;
  throw kind === 'yaml'
    ? new FlotillaError('YamlInvalid', `The batch cannot be read: it has ${problems}.`, { issues })
    : new FlotillaError('BatchInvalid', `The batch has ${problems}. Nothing was stored or started.`, { issues });
};
