import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The tests that may notice a mutant; `mutants.ts` says which. */
const tests = process.env.FLOTILLA_MUTANTS_TESTS;

/** A fast test notices most mutants, and no test runs after the first that notices. */
class ShortestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const took = (file: TestSpecification) => this.ctx.cache.getTestSpecificationResult(file)?.duration ?? 0;
    return files.toSorted((one, other) => took(one) - took(other));
  }
}

// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export.
export default defineConfig({
  test: {
    testTimeout: 600_000, // Stryker has a limit of its own
    expect: { poll: { timeout: 300_000 } },
    include: [`${tests}/**/*.test.ts`],
    // They are slow, above all with a program that counts its steps, and notice what others notice too.
    exclude: [
      ...['test/functions/telemetry.test.ts', 'test/docs/{readme,cost}.test.ts'],
      'test/domain/batch/large-batch.test.ts',
    ],
    isolate: false,
    setupFiles: ['test/mutants/one-file-at-a-time.ts'],
    experimental: { viteModuleRunner: false },
    sequence: { sequencer: ShortestFirst, setupFiles: 'list' },
  },
});
