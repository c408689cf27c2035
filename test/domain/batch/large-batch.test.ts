import { describe, expect, test } from 'vitest';
import { parseBatch } from '../../../lib/domain/batch/parse-batch.ts';
import { countMarks, yamlLimits } from '../../../lib/domain/batch/yaml-limits.ts';
import { isThorough } from '../../thorough.ts';
import { inBlockStyle, largeBatch } from './large-batch.ts';
import { simulated } from './reading.ts';

const deployments = 10_000;
const services = Array.from({ length: deployments }, (_, at) => `service-${at}`).map((name) => [
  name,
  { kind: 'deployment' as const, name, namespace: 'clearing' },
]);
const catalogue = { ...simulated, services: { clearing: Object.fromEntries(services) } };

describe('a batch of 10,000 deployments', () => {
  const full = largeBatch({ deployments, tags: 10, tagLength: 64, dependencies: 10 });

  test('is within the limits as JSON when every possible field is set', () => {
    const text = JSON.stringify(full);
    expect(Buffer.byteLength(text)).toBeLessThan(yamlLimits.bytes);
    // Nearly every possible field.
    expect(countMarks(text)).toBeLessThan(yamlLimits.marks);
    expect(countMarks(text)).toBeGreaterThan(yamlLimits.marks * 0.8);
  });

  // All of them are 15 MB of text, which takes a quarter of a minute.
  const some = isThorough ? deployments : deployments / 10;
  test(`is read when every possible field is set: ${some} deployments`, () => {
    const text = inBlockStyle(largeBatch({ deployments: some, tags: 10, tagLength: 64, dependencies: 10 }));
    expect(Buffer.byteLength(text)).toBeGreaterThan(1_500 * some);
    const read = parseBatch(text, catalogue);
    expect('issues' in read ? read.issues[0] : read.batch.deployments.length).toBe(some);
  });
});
