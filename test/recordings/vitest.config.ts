import { defineConfig } from 'vitest/config';

// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export.
export default defineConfig({
  test: {
    include: ['test/recordings/*.recordings.ts'],
    globalSetup: ['test/recordings/cases.ts'],
    experimental: { viteModuleRunner: false },
    isolate: false,
    testTimeout: 600_000, // only ends what hangs
    expect: { poll: { timeout: 300_000 } },
  },
});
