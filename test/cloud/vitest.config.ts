import { defineConfig } from 'vitest/config';

// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export.
export default defineConfig({
  test: {
    include: ['test/cloud/*.cloud.ts'],
    maxWorkers: 4, // they wait, each for its own batch
    testTimeout: 60_000,
    hookTimeout: 300_000,
  },
});
