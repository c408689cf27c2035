import { expect, test } from 'vitest';
import { addressBelow } from '../../../lib/domain/health/address-below.ts';

test.each([
  ['/ready', '/root/ready'],
  ['ready/live', '/root/ready/live'],
  ['//ready', '/root//ready'],
  ['/a/../ready?x=/../..', '/root/a/../ready?x=/../..'],
  ['/../ready', undefined],
  ['/a/../../other', undefined],
  ['/%2e%2e/ready', undefined],
  ['/..', undefined],
])('%s is below the root at %s', (path, address) => {
  expect(addressBelow('/root/', path)).toBe(address);
});
