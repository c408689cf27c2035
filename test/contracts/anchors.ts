import { describe, expect, test } from 'vitest';
import type { Anchors } from '../../lib/domain/ports.ts';

/** What every implementation of Anchors must do. */
export const anchorsContract = (
  name: string,
  inPlace: (look: (anchors: Anchors) => Promise<void>) => Promise<void>,
): void => {
  describe(`${name} keep anchors`, () => {
    test('as they were put, each under its number', () =>
      inPlace(async (anchors) => {
        expect(await anchors.get(1)).toBeUndefined();
        expect(await anchors.put(1, '{"one":"ж"}')).toBe(true);
        expect(await anchors.put(2, '{"two":2}')).toBe(true);
        expect([await anchors.get(1), await anchors.get(2), await anchors.get(3)]).toEqual([
          '{"one":"ж"}',
          '{"two":2}',
          undefined,
        ]);
      }));

    test('and never change one', () =>
      inPlace(async (anchors) => {
        expect(await anchors.put(7, 'first')).toBe(true);
        expect(await anchors.put(7, 'second')).toBe(false);
        expect(await anchors.get(7)).toBe('first');
      }));

    test('and accept one of several writers at once', () =>
      inPlace(async (anchors) => {
        const texts = ['a', 'b', 'c', 'd'];
        const put = await Promise.all(texts.map((text) => anchors.put(1, text)));
        expect(put.filter(Boolean)).toHaveLength(1);
        expect(await anchors.get(1)).toBe(texts[put.indexOf(true)]);
      }));
  });
};
