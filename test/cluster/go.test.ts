import { expect, it } from 'vitest';
import { goVersion, suited } from './go.ts';

it.each([
  ['go version go1.26.8 linux/amd64\n', 'as it is'],
  ['go version go1.27rc1 linux/amd64', 'as it is'],
  ['go version go2.0 darwin/arm64', 'as it is'],
  ['go version go1.25.3 linux/amd64', 'by a newer one'],
  ['go version go1.19.8 linux/amd64', 'by a newer one'],
  ['', 'no'],
])('builds the control plane with %j: %s', (told, how) => {
  expect(suited(goVersion(told))).toBe(how);
});
