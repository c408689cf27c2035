import type { Executor, News, Watched } from '../lib/domain/ports.ts';

const refuse = (what: string) => () => Promise.reject(new Error(`the test does not expect a call of ${what}`));

/** An executor that no test calls. A test replaces the methods that it expects to be called. */
export const unaskedExecutor: Executor = {
  lateStartMilliseconds: 0,
  start: refuse('start'),
  look: refuse('look'),
  cancel: refuse('cancel'),
  whereToLook: ({ key }) => `runs with the key ${key}`,
};

/** A look at many, one by one. */
export const lookOneByOne =
  (newsOf: (watched: Watched) => News | Promise<News>): Executor['look'] =>
  async (watched) =>
    new Map(await Promise.all(watched.map(async (one) => [one.request.key, await newsOf(one)] as const)));
