import { expect, test } from 'vitest';
import { canonicalJson, planHash } from '../../../lib/domain/plan/plan-hash.ts';

test('the order of keys and absent fields do not matter, the order of a list does', () => {
  const one = canonicalJson({ b: { d: 1, c: [2, { f: null, e: 'x' }] }, a: undefined });
  expect(one).toBe('{"b":{"c":[2,{"e":"x","f":null}],"d":1}}');
  expect(canonicalJson({ b: { c: [2, { e: 'x', f: null }], d: 1 } })).toBe(one);
  expect(canonicalJson({ b: { c: [{ e: 'x', f: null }, 2], d: 1 } })).not.toBe(one);
});

test('what JSON cannot express is null in a list', () => {
  expect([undefined, [undefined, null, 'a', 1, true]].map(canonicalJson)).toEqual(['null', '[null,null,"a",1,true]']);
});

test('distinguishes lines', () => {
  expect(planHash(['a', 'b'])).not.toBe(planHash(['ab']));
  expect(planHash(['a', 'b'])).not.toBe(planHash(['b', 'a']));
});
