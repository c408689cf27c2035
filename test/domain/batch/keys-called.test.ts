import { expect, test } from 'vitest';
import { asKeys, keysCalled } from '../../../lib/domain/batch/keys-called.ts';
import { hintFor } from '../../../lib/domain/batch/unknown-name.ts';

const keys = new Set(['risk/cva@eu-1', 'risk/cva@us-1', 'risk/cva2', 'risk/fx']);

test.each([
  ['risk/fx', ['risk/fx']],
  ['risk/cva', ['risk/cva@eu-1', 'risk/cva@us-1']],
  ['risk/cva@us-1', ['risk/cva@us-1']],
  ['risk/cva@ap-1', []],
  ['risk/cv', []],
])('%s means %j', (name, called) => expect(keysCalled(name, keys)).toEqual(called));

test('names become keys, each once; unknown ones stay', () => {
  const names = ['risk/cva@us-1', 'risk/cva', 'nobody'];
  expect(asKeys(names, keys)).toEqual(['risk/cva@us-1', 'risk/cva@eu-1', 'nobody']);
});

test('a hint lists the infrastructures', () => {
  const hint = ' (it is on several infrastructures: risk/cva@eu-1, risk/cva@us-1)';
  expect(hintFor('risk/cva', [...keys])).toBe(hint);
});
