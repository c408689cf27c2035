import type { Batch } from '../../../lib/domain/batch/batch.ts';
import { describeIssue, type Issue } from '../../../lib/domain/batch/issues.ts';
import { parseBatch } from '../../../lib/domain/batch/parse-batch.ts';
import type { Catalogue } from '../../../lib/domain/catalogue/catalogue.ts';
import { simulatedConfiguration } from '../../../lib/domain/catalogue/simulated-configuration.ts';

export const simulated: Catalogue = simulatedConfiguration().catalogue;

/** The batch of a text that has to be valid. */
export const batchOf = (text: string, catalogue: Catalogue = simulated): Batch => {
  const parsed = parseBatch(text, catalogue);
  if ('issues' in parsed) throw new Error(`not valid:\n${parsed.issues.map(describeIssue).join('\n')}`);
  return parsed.batch;
};

/** The problems of a text that must not be valid. */
export const issuesOf = (text: string, catalogue: Catalogue = simulated): readonly Issue[] => {
  const parsed = parseBatch(text, catalogue);
  if ('batch' in parsed) throw new Error('this batch was expected to be refused');
  return parsed.issues;
};

/** A batch whose items are given as YAML flow mappings, laid over what every item needs. */
export const batchText = (items: readonly string[], head = ''): string =>
  [
    'version: v1.0',
    ...(head === '' ? [] : [head]),
    'defaults: { environment_id: staging, infrastructure_id: cluster-eu-1, docker_artifact_type: docker }',
    'deployments:',
    ...items.map((item) => `  - { ${item} }`),
  ].join('\n');

/** An item of that name, with the fields given. */
export const item = (name: string, more = ''): string =>
  `pillar: shared, service_name: ${name}, docker_image_version: "1"${more === '' ? '' : `, ${more}`}`;
