import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { artifactTypes } from '../../../lib/domain/plan/plan.ts';
import {
  answersTo,
  isDigest,
  isVersion,
  longestVersion,
  readVersion,
  versionOf,
} from '../../../lib/domain/rollout/image-version.ts';
import { imageNameProblem } from '../../../lib/simulators/cluster/image-name.ts';

const digest = `sha256:${'3f'.repeat(32)}`;
const other = `sha256:${'4a'.repeat(32)}`;
const long = `sha512:${'ab'.repeat(64)}`;

describe('the syntax of a version', () => {
  it.each([
    ['2.4.0', true],
    ['v1.0_rc-1', true],
    ['_', true],
    ['0a'.repeat(20), true],
    ['x'.repeat(128), true],
    ['x'.repeat(129), false],
    [digest, true],
    [long, true],
    [`2.4.0@${digest}`, true],
    [`2.4.0@${long}`, true],
    [`2.4.0@${digest}x`, false],
    [`2.4.0@${digest.toUpperCase()}`, false],
    [`2.4.0@sha384:${'ab'.repeat(48)}`, false],
    [`@${digest}`, false],
    ['2.4.0@', false],
    ['2.4.0\n', false],
    ['', false],
    ['-1', false],
    ['.1', false],
    ['feature/login', false],
    ['host:5000/mail:1.0', false],
    ['1 0', false],
    ['²', false],
  ])('%s: %s for every artifact', (text, is) => {
    for (const artifact of artifactTypes) expect(isVersion(text, artifact)).toBe(is);
  });

  it.each(['1.0.0+build.7', `1.0.0+build.7@${digest}`])('%s is the version of a chart, and of nothing else', (text) => {
    expect(artifactTypes.filter((artifact) => isVersion(text, artifact))).toEqual(['helm']);
  });

  const rich = fc.string({ unit: fc.constantFrom(...'aZ0_.-+/:@ \n[]é') });
  const pieces = fc.constantFrom(
    '1.0',
    'A_b',
    digest,
    other,
    long,
    'sha256',
    '@',
    ':',
    '/',
    '+',
    '-',
    '.',
    '5000',
    '\n',
  );
  const texts = fc.oneof(
    rich,
    fc.array(pieces, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('')),
  );

  it('is what a kubelet accepts after a repository', () => {
    fc.assert(
      fc.property(texts, (version) => {
        const join = readVersion(version).tag === undefined ? '@' : ':';
        const isTaken = imageNameProblem(`registry.example/team/app${join}${version}`) === undefined;
        expect(isVersion(version, 'docker')).toBe(isTaken);
      }),
      { numRuns: 1_000 },
    );
  });

  it('has a maximum length', () => {
    expect(isVersion(`${'x'.repeat(128)}@${long}`, 'docker')).toBe(true);
    expect(`${'x'.repeat(128)}@${long}`).toHaveLength(longestVersion);
  });

  it('accepts only a full digest', () => {
    expect([digest, digest.toUpperCase(), long].map(isDigest)).toEqual([true, true, true]);
    expect(
      [`${digest}0`, `x${digest}`, digest.slice(0, -1), long.slice(0, -1), `sha256:${'xy'.repeat(32)}`].map(isDigest),
    ).toEqual(Array(5).fill(false));
  });

  it('splits into parts that join to the same', () => {
    fc.assert(fc.property(texts, (text) => !isVersion(text, 'helm') || versionOf(readVersion(text)) === text));
    expect(versionOf({})).toBeUndefined();
    expect(readVersion(`@${digest}`)).toEqual({ tag: '', digest });
  });
});

it.each([
  ['2.4.0', '2.4.0', true],
  ['2.4.0', '2.4.1', false],
  [`2.4.0@${digest}`, '2.4.0', true],
  [`2.4.0@${digest}`, digest, true],
  [`2.4.0@${digest}`, `2.4.0@${digest}`, true],
  [`2.4.0@${digest}`, `2.4.0@${other}`, false],
  [`2.3.0@${digest}`, `2.4.0@${digest}`, false],
  ['2.4.0', `2.4.0@${digest}`, false],
  [digest, '2.4.0', false],
])('%s matches %s: %s', (version, asked, is) => expect(answersTo(version, asked)).toBe(is));
