import { expect, test } from 'vitest';
import { previewWorld } from './rollback-preview.ts';

/** Of a preview, for each deployment. */
const costOf = async (size: number) => {
  let [calls, reads] = [0, 0];
  const { preview, documents, close } = await previewWorld(size, (use) => {
    calls += 1;
    reads += use.reads;
  });
  [calls, reads, documents.read] = [0, 0, 0];
  const { deployments } = await preview();
  close();
  expect(deployments).toHaveLength(size);
  return { calls: calls / size, reads: reads / size, bytes: documents.read / size };
};

test('the preview of a rollback costs as much for each of 10,000 deployments as for each of 100', {
  timeout: 60_000,
}, async () => {
  for (const size of [100, 10_000]) {
    const { calls, reads, bytes } = await costOf(size);
    // NOW of its target, and its share of the ranges of items and captures.
    expect(calls, `${size}`).toBeLessThan(1.2);
    expect(reads, `${size}`).toBeLessThan(2);
    expect(bytes, `${size}`).toBeLessThan(1_500);
  }
});
