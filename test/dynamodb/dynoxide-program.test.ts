import { expect, it } from 'vitest';
import { lackOf, rustVersion } from './dynoxide-program.ts';

it.each([
  ['rustc 1.95.0 (f2d3ce0bd 2026-03-21)\n', undefined],
  ['rustc 1.88.0', undefined],
  ['rustc 2.0.0-beta.1', undefined],
  ['rustc 1.87.0 (17067e9ac 2025-05-09)', 'cargo with Rust 1.88 or later (this is 1.87)'],
  ['rustc 1.63.0', 'cargo with Rust 1.88 or later (this is 1.63)'],
  ['', 'cargo with Rust 1.88 or later (there is none)'],
  ['error: no default toolchain', 'cargo with Rust 1.88 or later (there is none)'],
])('a build of dynoxide with %j: lacks %j', (told, lacks) => {
  expect(lackOf(rustVersion(told))).toBe(lacks);
});
