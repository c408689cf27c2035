import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Documents } from '../../lib/domain/ports.ts';

const badPaths: readonly string[] = [
  '',
  '/a',
  'a/',
  'a//b',
  '.',
  '..',
  '../a',
  'a/../b',
  'a/./b',
  'a/.hidden',
  'a\\b',
  'a\0b',
  'C:/a',
  'a b',
  'ä',
  `${'a'.repeat(201)}`,
  Array.from({ length: 501 }, () => 'a').join('/'),
];

/**
 * What every Documents implementation keeps. `open` returns an empty store, or one in which nobody else uses the same
 * paths.
 */
export const describeDocuments = (name: string, open: () => Documents): void => {
  describe(`${name}: documents`, () => {
    it('has no document where none was put', async () => {
      expect(await open().get('batches/1/plan.json')).toBeUndefined();
    });

    it.each(['a', 'batches/01JD0000000000000000000000/plan.json', 'a-b_c=d+e@f,g.h/0'])('keeps %s', async (path) => {
      const documents = open();
      await documents.put(path, 'text');
      expect(await documents.get(path)).toBe('text');
    });

    it('keeps every text as it is', async () => {
      const documents = open();
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
          await documents.put('text', text);
          expect(await documents.get('text')).toBe(text);
        }),
        { numRuns: 50, examples: [[''], ['\r\n\ufeff\0'], ['\ufeffa'], ['€😀'.repeat(300_000)]] },
      );
    });

    it('overwrites the whole of a text', async () => {
      const documents = open();
      await documents.put('a/b', 'a long text');
      await documents.put('a/b', 'short');
      expect(await documents.get('a/b')).toBe('short');
    });

    it('keeps paths apart', async () => {
      const documents = open();
      await documents.put('a/b', '1');
      await documents.put('a/c', '2');
      await documents.put('b', '3');
      expect(await Promise.all(['a/b', 'a/c', 'b', 'a'].map((path) => documents.get(path)))).toEqual([
        '1',
        '2',
        '3',
        undefined,
      ]);
    });

    it('removes a text and no other, and accepts a missing one', async () => {
      const documents = open();
      await documents.put('r/b', '1');
      await documents.put('r/c', '2');
      for (const path of ['r/b', 'r/b', 'r/none', 'r/c/d', 'none/d']) await documents.remove(path);
      expect(await Promise.all(['r/b', 'r/c'].map((path) => documents.get(path)))).toEqual([undefined, '2']);
      await documents.put('r/b', '3');
      expect(await documents.get('r/b')).toBe('3');
    });

    it('keeps one of several concurrent texts, whole', async () => {
      const documents = open();
      const texts = Array.from({ length: 10 }, (_, n) => String(n).repeat(100_000));
      await Promise.all(texts.map((text) => documents.put('a', text)));
      expect(texts).toContain(await documents.get('a'));
    });

    it.each(badPaths)('refuses the path %j', async (path) => {
      const documents = open();
      await expect(documents.get(path)).rejects.toMatchObject({ name: 'ContractBroken' });
      await expect(documents.put(path, 'text')).rejects.toMatchObject({ name: 'ContractBroken' });
      await expect(documents.remove(path)).rejects.toMatchObject({ name: 'ContractBroken' });
    });
  });
};
