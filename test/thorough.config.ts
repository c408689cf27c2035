import { globSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

/** The tests that `npm test` runs in part, and those that it leaves out. */
const included = globSync('test/**/*.test.ts').filter(
  (file) => file.endsWith('.thorough.test.ts') || /from '[./]+thorough\.ts'/.test(readFileSync(file, 'utf8')),
);

// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export.
export default defineConfig({
  test: {
    include: included,
    env: { FLOTILLA_TESTS: 'thorough' },
    experimental: { viteModuleRunner: false },
    isolate: false,
    testTimeout: 600_000, // only ends what hangs
    hookTimeout: 600_000,
  },
});
