import { expect, it } from 'vitest';
import { goVersion, lackOf } from './build.ts';

it.each([
  ['go version go1.26.8 linux/amd64\n', undefined],
  ['go version go1.27rc1 linux/amd64', undefined],
  ['go version go2.0 darwin/arm64', undefined],
  ['go version go1.19.8 linux/amd64', 'Go 1.26 or later (this is 1.19), and a module proxy that it reaches'],
  ['', 'Go 1.26 or later (there is none), and a module proxy that it reaches'],
])('the control plane is built by %j: lacks %j', (told, lacks) => {
  expect(lackOf(goVersion(told))).toBe(lacks);
});
