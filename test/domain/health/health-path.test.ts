import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { proxyAddress } from '../../../lib/domain/health/health-address.ts';
import { healthPathProblem } from '../../../lib/domain/health/health-path.ts';

describe('a health path', () => {
  it.each([
    ...['/', '/ready', '/ready/', '/a/b.c/v1.2', '/.well-known/ready', '/a..b', '/actuator/health:live', '/@a,b=c!'],
    ...['/ready?', '/ready?full=true&deep', '/?a=../..', '/ready?a=/x?b'],
  ])('may be %s', (path) => {
    expect(healthPathProblem(path)).toBeUndefined();
  });

  it.each([
    ...['', 'ready', '?a', '/.', '/..', '/a/.', '/a/../b', '/a/.../b', '//', '/a//', '/a//b', '/ready#a', '/a%62'],
    ...['/ready?a=%20', '/a;b', '/a\\b', '/a b', '/ä', '/a\n', '/a\u202eb', '/a{b}', '/a<b>', '/a$b', "/a'b", '/a(b)'],
  ])('may not be %j', (path) => {
    expect(healthPathProblem(path)).toMatch(/^has /);
  });

  /** Parts that servers, proxies and libraries read differently, next to plain ones. */
  const part = fc.constantFrom(
    '/',
    '\\',
    '.',
    '..',
    '%',
    '2',
    '5',
    'e',
    'f',
    'c',
    'E',
    ';',
    '?',
    '#',
    '\t',
    ' ',
    'a',
    '~',
    'ä',
  );
  const anything = fc.oneof(
    fc.array(part, { maxLength: 12 }).map((parts) => `/${parts.join('')}`),
    fc.webPath(),
    fc.string({ unit: 'binary' }),
  );

  it('that is valid means one place only, no matter who resolves it or how many times it is decoded', () => {
    fc.assert(
      fc.property(anything, (path) => {
        if (healthPathProblem(path) !== undefined) return;
        const twice = decodeURIComponent(decodeURIComponent(path));
        expect(twice).toBe(path);
        const root = 'http://cluster/root/proxy';
        const url = new URL(`${root}${path}`);
        expect(url.href).toBe(`${root}${path}`);
        const [asked] = path.split('?');
        expect(asked!.split('/').slice(1, -1)).not.toContain('');
        expect(asked!.split('/')).not.toContain('..');
      }),
      { numRuns: 2_000 },
    );
  });

  it('that is invalid is never requested', () => {
    const workload = { kind: 'deployment', name: 'a', namespace: 'shared' } as const;
    fc.assert(
      fc.property(anything, (path) => {
        const isTaken = healthPathProblem(path.startsWith('/') ? path : `/${path}`) === undefined;
        expect(proxyAddress({ workload, path }) !== undefined).toBe(isTaken);
      }),
    );
  });
});
