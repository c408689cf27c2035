import { afterAll, beforeAll } from 'vitest';

interface Coverage {
  readonly static: Record<string, number>;
  readonly perTest: Record<string, Record<string, number>>;
}

interface Counting {
  /** Where the changed program counts which test meets which change; Stryker's hook at the end of a file reports it. */
  mutantCoverage?: Coverage;
  /** The same, while a copy takes its place. */
  wholeCoverage?: Coverage;
}

/*
 * Test files share a process here. At the end of each file, Stryker reports what all files so far have met. With
 * thousands of tests that does not fit into memory, so each file reports only its own.
 */
const counting = (globalThis as { __stryker__?: Counting }).__stryker__;

if (counting !== undefined) {
  // Before the program's modules are loaded: each keeps the object that it finds.
  if (counting.wholeCoverage !== undefined) counting.mutantCoverage = counting.wholeCoverage;
  beforeAll(() => {
    const perTest = counting.mutantCoverage?.perTest ?? {};
    for (const test of Object.keys(perTest)) delete perTest[test];
  });
  // Hooks of this kind run backwards: this one before Stryker's.
  afterAll(() => {
    const whole = counting.mutantCoverage;
    if (whole === undefined) return;
    counting.wholeCoverage = whole;
    counting.mutantCoverage = { static: { ...whole.static }, perTest: { ...whole.perTest } };
  });
}
