import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compareSortKeys, rangeOf } from '../../lib/adapters/sort-key-range.ts';

/** Characters around the surrogates and at the end of Unicode, whose successor is not the next number. */
const texts = fc
  .array(fc.constantFrom('a', 'b', '\u007f', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{10ffff}'), {
    minLength: 1,
    maxLength: 4,
  })
  .map((characters) => characters.join(''));

it('the range of a prefix holds exactly the keys that begin with it', () => {
  fc.assert(
    fc.property(texts, texts, (prefix, key) => {
      const { low, high } = rangeOf({ pk: 'p', prefix, limit: 1 });
      const isInside =
        compareSortKeys(key, low!.key) >= 0 && (high === undefined || compareSortKeys(key, high.key) < 0);
      expect(isInside).toBe(key.startsWith(prefix));
    }),
    { numRuns: 2000, examples: [['\u{10ffff}', '\u{10ffff}a']] },
  );
});
