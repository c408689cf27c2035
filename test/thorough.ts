/**
 * Tests that kill a process, or a function, at each of many moments take minutes. `npm test` does that at some of them,
 * always the same; `npm run test:thorough` at all.
 */
export const isThorough = process.env.FLOTILLA_TESTS === 'thorough';

/** All cases in a thorough run, else this many of them, spread evenly from the first to the last. */
export const someOf = <Case>(cases: readonly Case[], most: number): readonly Case[] => {
  if (isThorough || cases.length <= most) return cases;
  return Array.from({ length: most }, (_, at) => cases[Math.round((at * (cases.length - 1)) / (most - 1))]!);
};
