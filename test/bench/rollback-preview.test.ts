import { expect, test } from 'vitest';
import { isThorough } from '../thorough.ts';
import { previewWorld } from './rollback-preview.ts';

/** Counts of a preview, for each deployment. */
const costOf = async (size: number) => {
  let [calls, rows, rowBytes] = [0, 0, 0];
  const { preview, documents, close } = await previewWorld(size, (items) => {
    calls += 1;
    rows += items.length;
    rowBytes += JSON.stringify(items).length;
  });
  const { deployments } = await preview();
  close();
  expect(deployments).toHaveLength(size);
  return { calls: calls / size, rows: rows / size, bytes: (rowBytes + documents.read) / size };
};

/** A batch of the largest size would take a quarter of a minute. */
const many = isThorough ? 10_000 : 1_000;

test(`the preview of a rollback costs as much for each of ${many} deployments as for each of 100`, async () => {
  for (const size of [100, many]) {
    const { calls, rows, bytes } = await costOf(size);
    // NOW of its target, and its share of the ranges of items and captures.
    expect(calls, `${size}`).toBeLessThan(1.2);
    // And its item and what was captured before it.
    expect(rows, `${size}`).toBeLessThan(3.1);
    expect(bytes, `${size} ${bytes}`).toBeLessThan(3_500);
  }
});
