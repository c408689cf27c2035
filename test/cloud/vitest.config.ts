import { defineConfig } from 'vitest/config';

// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export.
export default defineConfig({
  test: {
    include: ['test/cloud/*.cloud.ts'],
    maxWorkers: 4, // they wait, each for its own batch
    // Ends only what hangs. One test ends everybody's watchers, and a loaded machine takes its time to start others.
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
