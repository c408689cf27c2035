import { expect, test } from 'vitest';
import { FlotillaError } from '../../lib/domain/errors.ts';
import { Failures } from '../../lib/local/http/failures.ts';

const make = () => {
  const clock = { now: 0 };
  const told: object[] = [];
  const failures = new Failures(
    () => clock.now,
    (line) => told.push(line),
  );
  const refusal = new FlotillaError('Unauthorized', 'no');
  const add = (address: string, times = 1): string[] =>
    Array.from({ length: times }, () => failures.add(address, 'token unknown', refusal).name);
  return { clock, told, failures, refusal, add };
};

test('ten failures a minute get their own answer, further ones are too many, until the minute is over', () => {
  const { clock, add, failures, refusal, told } = make();
  expect(new Set(add('a', 10))).toEqual(new Set(['Unauthorized']));
  clock.now = 20_500;
  expect(failures.add('a', 'token unknown', refusal)).toMatchObject({
    name: 'TooManyRequests',
    details: { retry_after: 40 },
  });
  expect(add('a', 5)).toEqual(Array(5).fill('TooManyRequests'));
  expect(add('b')).toEqual(['Unauthorized']);
  clock.now = 60_000;
  expect(add('a')).toEqual(['Unauthorized']);
  // Ten, and the first that is too many; one of b, and one of the next minute.
  expect(told).toHaveLength(13);
});

test('remembers a thousand addresses: the next replaces the oldest', () => {
  const { add } = make();
  add('first', 10);
  for (let count = 1; count < 1_000; count += 1) add(`a${count}`);
  expect(add('first')).toEqual(['TooManyRequests']);
  add('one more');
  expect(add('first')).toEqual(['Unauthorized']);
});
