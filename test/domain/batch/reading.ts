import type { Batch } from '../../../lib/domain/batch/batch.ts';
import { describeIssue, type Issue } from '../../../lib/domain/batch/issues.ts';
import { parseBatch } from '../../../lib/domain/batch/parse-batch.ts';
import type { Catalogue } from '../../../lib/domain/catalogue/catalogue.ts';
import { simulatedConfiguration } from '../../../lib/domain/catalogue/simulated-configuration.ts';

export const simulated: Catalogue = simulatedConfiguration().catalogue;

/** The batch in a valid text. */
export const batchOf = (text: string, catalogue: Catalogue = simulated): Batch => {
  const parsed = parseBatch(text, catalogue);
  if ('issues' in parsed) throw new Error(`not valid:\n${parsed.issues.map(describeIssue).join('\n')}`);
  return parsed.batch;
};

/** The problems of an invalid text. */
export const issuesOf = (text: string, catalogue: Catalogue = simulated): readonly Issue[] => {
  const parsed = parseBatch(text, catalogue);
  if ('batch' in parsed) throw new Error('this batch was expected to be refused');
  return parsed.issues;
};

/** A batch with items given as YAML flow mappings, merged over the fields that every item needs. */
export const batchText = (items: readonly string[], head = ''): string =>
  [
    'version: v1.0',
    ...(head === '' ? [] : [head]),
    'defaults: { environment_id: staging, infrastructure_id: cluster-eu-1, docker_artifact_type: docker }',
    'deployments:',
    ...items.map((item) => `  - { ${item} }`),
  ].join('\n');

/** An item with this name and these fields. */
export const item = (name: string, more = ''): string =>
  `pillar: shared, service_name: ${name}, docker_image_version: "1"${more === '' ? '' : `, ${more}`}`;
