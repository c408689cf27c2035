import { createHash } from 'node:crypto';
import jsonata from 'jsonata';

/** An expression's source of time, chance and ids. */
export interface JsonataSources {
  now(): number;
  random(): number;
  uuid(): string;
}

type JsonataFunction = { readonly implementation: (...args: never[]) => unknown; readonly signature?: string };

/** Step Functions creates no longer array. */
const longestRange = 1000;

const hashNames: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

const partition = (list: readonly unknown[] | undefined, size: number): unknown[][] | undefined => {
  if (list === undefined) return undefined;
  if (!Number.isInteger(size) || size < 1)
    throw new Error('$partition needs a positive integer as its second argument');
  const parts: unknown[][] = [];
  for (let start = 0; start < list.length; start += size) parts.push(list.slice(start, start + size));
  return parts;
};

/** A list that JSONata treats as a sequence: nothing if empty, its item if it has one, otherwise a list. */
const sequence = <T>(list: T[]): T[] => Object.defineProperty(list, 'sequence', { value: true, enumerable: false });

/**
 * Recorded: a range of one is that number, like everything in JSONata that returns a sequence. A partition is a list.
 */
const range = (first: number, last: number, step: number): number[] => {
  if (![first, last, step].every(Number.isInteger)) throw new Error('$range needs three integers');
  if (step === 0) throw new Error('$range needs a step other than 0');
  const length = Math.max(0, Math.floor((last - first) / step) + 1);
  if (length > longestRange) throw new Error(`$range makes at most ${longestRange} numbers, not ${length}`);
  return sequence(Array.from({ length }, (_, index) => first + index * step));
};

const hash = (data: unknown, algorithm: string): string | undefined => {
  if (data === undefined) return undefined;
  const name = hashNames[algorithm];
  if (name === undefined) throw new Error(`$hash knows ${Object.keys(hashNames).join(', ')}, not ${algorithm}`);
  return createHash(name)
    .update(typeof data === 'string' ? data : JSON.stringify(data))
    .digest('hex');
};

/** The same number for the same seed, from 0 up to, but not including, 1 (mulberry32). */
const seeded = (seed: number): number => {
  let a = (Math.trunc(seed) + 0x6d2b79f5) | 0;
  a = Math.imul(a ^ (a >>> 15), a | 1);
  a ^= a + Math.imul(a ^ (a >>> 7), a | 61);
  return ((a ^ (a >>> 14)) >>> 0) / 4294967296;
};

const fromMillis = jsonata('$fromMillis($time, $picture, $zone)');

/** What Step Functions adds to JSONata, and replacements for functions that read the real clock or real randomness. */
export const stepFunctionsJsonata = (sources: JsonataSources): Readonly<Record<string, JsonataFunction>> => ({
  parse: {
    implementation: (text: string | undefined) => (text === undefined ? undefined : JSON.parse(text)),
    signature: '<s-:x>',
  },
  partition: { implementation: partition, signature: '<an:a>' },
  range: { implementation: range, signature: '<nnn:a<n>>' },
  hash: { implementation: hash, signature: '<xs:s>' },
  random: {
    implementation: (seed?: number) => (seed === undefined ? sources.random() : seeded(seed)),
    signature: '<n?:n>',
  },
  uuid: { implementation: () => sources.uuid(), signature: '<:s>' },
  millis: { implementation: () => sources.now(), signature: '<:n>' },
  now: {
    implementation: (picture?: string, zone?: string) =>
      picture === undefined
        ? new Date(sources.now()).toISOString()
        : fromMillis.evaluate(undefined, { time: sources.now(), picture, zone }),
    signature: '<s?s?:s>',
  },
});

/** Names that JSONata has and Step Functions lacks. */
export const absentFunctions: readonly string[] = ['eval'];
