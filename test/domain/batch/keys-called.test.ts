import { expect, test } from 'vitest';
import { keyHint } from '../../../lib/domain/batch/key-hint.ts';
import { asKeys, keysCalled } from '../../../lib/domain/batch/keys-called.ts';

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

test.each([
  ['risk/cva', ' (it is on several infrastructures: risk/cva@eu-1, risk/cva@us-1)'],
  ['cva', ' (did you mean risk/cva@eu-1 or risk/cva@us-1?)'],
  ['cva@us-1', ' (did you mean risk/cva@us-1?)'],
  ['risk/cva@us1', ' (did you mean risk/cva@us-1?)'],
  ['fx', ' (did you mean risk/fx or shared/fx?)'],
  ['risk/fy', ' (did you mean risk/fx?)'],
  ['cva22', ' (did you mean risk/cva2?)'],
  ['nothing/like-it', ''],
])('the keys that %s may mean', (key, hint) => {
  expect(keyHint(key, [...keys, 'shared/fx'])).toBe(hint);
});
