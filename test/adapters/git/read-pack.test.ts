import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { BadPack, nameOf, readPack } from '../../../lib/adapters/git/read-pack.ts';

const limits = { objects: 10, bytes: 10_000, steps: 5 };

/** Writes an object as `git pack-objects` does: type and size, then its bytes. */
const entry = (type: number, data: Buffer, before = Buffer.alloc(0), size = data.length): Buffer => {
  const head = [(type << 4) | (size & 15)];
  let rest = Math.floor(size / 16);
  while (rest > 0) {
    head[head.length - 1]! |= 128;
    head.push(rest & 127);
    rest = Math.floor(rest / 128);
  }
  return Buffer.concat([Buffer.from(head), before, deflateSync(data)]);
};

const packOf = (...entries: readonly Buffer[]): Buffer => {
  const head = Buffer.alloc(12);
  head.write('PACK');
  head.writeUInt32BE(2, 4);
  head.writeUInt32BE(entries.length, 8);
  const body = Buffer.concat([head, ...entries]);
  return Buffer.concat([body, createHash('sha1').update(body).digest()]);
};

const base = Buffer.from('0123456789');
/** Ten bytes become six: four copied from the third on, and two new ones. */
const change = Buffer.from([10, 6, 0b1001_0001, 2, 4, 2, 65, 66]);

test('names objects by their content, and applies deltas', () => {
  const first = entry(3, base);
  const name = Buffer.from(nameOf({ type: 'blob', data: base }), 'hex');
  const pack = packOf(first, entry(6, change, Buffer.from([first.length])), entry(7, change, name));
  const changed = { type: 'blob' as const, data: Buffer.from('2345AB') };
  expect([...readPack(pack, limits).values()]).toEqual([{ type: 'blob', data: base }, changed]);
  expect([...readPack(pack, limits).keys()][1]).toBe(nameOf(changed));
});

describe('a pack is refused', () => {
  it.each<readonly [string, Buffer, RegExp]>([
    ['that is not a pack', Buffer.from('PACKxxxxxxxxxxxx'), /no pack of version 2/],
    [
      'with too many objects',
      packOf(...Array.from({ length: 11 }, () => entry(3, base))),
      /11 objects; 10 are allowed/,
    ],
    ['that is too large unpacked', packOf(entry(3, Buffer.alloc(10_001))), /too many bytes/],
    ['with a bomb', packOf(entry(3, Buffer.alloc(1_000_000), Buffer.alloc(0), 10)), /cannot be unpacked/],
    ['with an object that is smaller than it says', packOf(entry(3, base, Buffer.alloc(0), 11)), /another size/],
    ['with a delta without a base', packOf(entry(7, change, Buffer.alloc(20))), /a change of what is not there/],
    [
      'with a delta of another base',
      packOf(
        entry(3, base),
        entry(7, Buffer.from([9, 1, 1, 65]), Buffer.from(nameOf({ type: 'blob', data: base }), 'hex')),
      ),
      /a change of something else/,
    ],
    [
      'with a copy from beyond the end',
      packOf(
        entry(3, base),
        entry(7, Buffer.from([10, 4, 0b1001_0001, 9, 4]), Buffer.from(nameOf({ type: 'blob', data: base }), 'hex')),
      ),
      /a copy of what is not there/,
    ],
    [
      'with too long a chain of deltas',
      packOf(
        entry(3, base),
        entry(
          7,
          Buffer.from([10, 6, 1, 65, 1, 66, 1, 67, 1, 68, 1, 69, 1, 70]),
          Buffer.from(nameOf({ type: 'blob', data: base }), 'hex'),
        ),
      ),
      /too many steps/,
    ],
    ['with an unknown type', packOf(entry(5, base)), /an object of the type 5/],
  ])('%s', (_, pack, words) => {
    expect(() => readPack(pack, limits)).toThrow(words);
  });
});

test('reads or refuses any input, and never crashes', () => {
  const pack = packOf(entry(3, base), entry(6, change, Buffer.from([entry(3, base).length])));
  const damage = fc.array(fc.tuple(fc.nat(pack.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(damage, fc.nat(pack.length), (changes, length) => {
      const damaged = Buffer.from(pack.subarray(0, Math.max(length, 12)));
      for (const [at, byte] of changes) if (at < damaged.length) damaged[at] = byte;
      try {
        readPack(damaged, limits);
      } catch (error) {
        expect(error instanceof BadPack || error instanceof RangeError).toBe(true);
      }
    }),
  );
});
