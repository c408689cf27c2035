import { describe, expect, test } from 'vitest';
import { batchBytes } from '../../../lib/domain/batch/batch-size.ts';
import { parseBatch } from '../../../lib/domain/batch/parse-batch.ts';
import { inBlockStyle, largeBatch } from './large-batch.ts';
import { simulated } from './reading.ts';

const deployments = 10_000;
const services = Array.from({ length: deployments }, (_, at) => `service-${at}`).map((name) => [
  name,
  { kind: 'deployment' as const, name, namespace: 'clearing' },
]);
const catalogue = { ...simulated, services: { clearing: Object.fromEntries(services) } };

describe('a batch of 10,000 deployments is read', { timeout: 60_000 }, () => {
  const usual = largeBatch({ deployments, tags: 2, tagLength: 16, dependencies: 3 });
  const full = largeBatch({ deployments, tags: 10, tagLength: 64, dependencies: 10 });

  test.each([
    ['as YAML in which everything is said that may be', inBlockStyle(full), 15],
    ['as JSON in one line in which everything is said that may be', JSON.stringify(full), 13],
    ['as JSON that is indented', JSON.stringify(usual, null, 2), 8],
  ])('%s', (_, text, megabytes) => {
    const bytes = Buffer.byteLength(text);
    expect(Math.round(bytes / 1e6)).toBe(megabytes);
    expect(bytes).toBeLessThan(batchBytes.atMost);
    expect(bytes).toBeGreaterThan(batchBytes.inRequest);
    const read = parseBatch(text, catalogue);
    expect('issues' in read ? read.issues[0] : read.batch.deployments.length).toBe(deployments);
  });
});
