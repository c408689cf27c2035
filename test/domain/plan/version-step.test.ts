import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type VersionStep, versionStep } from '../../../lib/domain/plan/version-step.ts';

const cases: readonly (readonly [string | undefined, string, VersionStep])[] = [
  [undefined, '1.0.0', 'new'],
  ['1.4.0', '1.4.0', 'same'],
  ['1.4.0', '1.1.0', 'older'],
  ['1.9.0', '1.10.0', 'newer'],
  ['1.10', '1.9', 'older'],
  ['1.9', '1.9.1', 'newer'],
  ['v2.0.0', '1.9.9', 'older'],
  ['2026.01.30', '2026.11.02', 'newer'],
  ['1.0.0-rc.1', '1.0.0', 'newer'],
  ['1.0.0', '1.0.0-rc.1', 'older'],
  ['1.0.0-2', '1.0.0-10', 'newer'],
  ['90071992547409931.0.0', '90071992547409930.0.0', 'older'],
  [`1.4.0@sha256:${'a'.repeat(64)}`, `1.1.0@sha256:${'b'.repeat(64)}`, 'older'],
  ['1.0.0+build.7', '1.0.1+x.1', 'newer'],
  ['1.0.0-99', '1.0.0-100', 'newer'],
  ['1.0.0-100', '1.0.0-1a', 'newer'],
  ['1.0.0-100', '1.0.0-a1', 'newer'],
  ['1.0002.0', '1.10.0', 'newer'],
  ['1.10.0', '1.0002.0', 'older'],
  // Nothing can be said.
  ['1.0.0', 'v1.0.0', 'other'],
  ['1.0.0+a', '1.0.0+b', 'other'],
  ['1.4.0', `1.4.0@sha256:${'a'.repeat(64)}`, 'other'],
  ['41', '42', 'other'],
  ['main', '1.0.0', 'other'],
  ['1.0.0', 'feature-x', 'other'],
  ['3f2c1aa', '9b1d0c2', 'other'],
  [`sha256:${'a'.repeat(64)}`, `sha256:${'b'.repeat(64)}`, 'other'],
  ['1.0.0.0', '1.0.0.1', 'other'],
  ['1.0.0-', '1.0.1', 'other'],
];

describe('versionStep', () => {
  test.each(cases)('%s to %s: %s', (from, to, step) => {
    expect(versionStep(from, to)).toBe(step);
  });

  test('follows the example order of Semantic Versioning', () => {
    const ends = ['-alpha', '-alpha.1', '-alpha.beta', '-beta', '-beta.2', '-beta.11', '-rc.1', ''];
    const sorted = [...ends.map((end) => `1.0.0${end}`), '2.0.0', '2.1.0', '2.1.1'];
    sorted.forEach((one, at) => {
      sorted.forEach((other, later) => {
        expect(versionStep(one, other)).toBe(at === later ? 'same' : at < later ? 'newer' : 'older');
      });
    });
  });

  test('is an order: reversed it is the opposite, and two steps up make one', () => {
    const number = fc.integer({ min: 0, max: 3 });
    const end = fc.constantFrom('', '-a', '-1', '-a.1', '-a.b', '-10');
    const version = fc.tuple(number, number, number, end).map(([a, b, c, after]) => `${a}.${b}.${c}${after}`);
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        const opposite = { newer: 'older', older: 'newer' } as const;
        const step = versionStep(a, b);
        if (step === 'newer' || step === 'older') expect(versionStep(b, a)).toBe(opposite[step]);
        if (step === 'newer' && versionStep(b, c) === 'newer') expect(versionStep(a, c)).toBe('newer');
        expect(versionStep(undefined, a)).toBe('new');
      }),
    );
  });
});
