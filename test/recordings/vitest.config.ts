import { defineConfig } from 'vitest/config';

// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export.
export default defineConfig({
  test: {
    include: ['test/recordings/*.recordings.ts'],
    globalSetup: ['test/recordings/cases.ts'],
    experimental: { viteModuleRunner: false },
    isolate: false,
    testTimeout: 120_000,
    expect: { poll: { timeout: 100_000 } },
  },
});
