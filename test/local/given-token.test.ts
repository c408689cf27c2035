import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { isFlotillaError } from '../../lib/domain/errors.ts';
import { givenTokens } from '../../lib/local/tokens/given-token.ts';
import { openTokens } from '../../lib/local/tokens/open-tokens.ts';

const [one, other, third] = ['1', '2', '3'].map((digit) => `secret-${digit.repeat(32)}`) as [string, string, string];
const program = { kind: 'program', groups: [] };
const person = { kind: 'person', groups: [] };

describe('the tokens of $FLOTILLA_TOKEN', () => {
  const local = { ...person, subject: 'local', scopes: ['admin'] };
  const ci = { ...program, subject: 'ci', client: 'ci', scopes: ['read', 'logs', 'deploy'] };
  const ada = { ...person, subject: 'ada', scopes: ['read', 'logs', 'deploy', 'approve'] };
  test.each<[string, string | undefined, readonly (readonly [string, object])[]]>([
    ['none', undefined, []],
    ['one, for everything', one, [[one, local]]],
    ['one with a comma and a colon in it', `${one},a:b`, [[`${one},a:b`, local]]],
    ['one with a name', `ci:deployer:${one}`, [[one, ci]]],
    [
      'several',
      `ci:deployer:${one},ada:approver:${other}`,
      [
        [one, ci],
        [other, ada],
      ],
    ],
    [
      'one per line',
      `\n ci:deployer:${one}\n\nada:approver:${other}\n`,
      [
        [one, ci],
        [other, ada],
      ],
    ],
    [
      'a viewer, an admin, and one whose name looks like a part of Flotilla',
      `v:viewer:${one},root:admin:${other},record:admin:${third}:x`,
      [
        [one, { ...program, subject: 'v', client: 'v', scopes: ['read'] }],
        [other, { ...person, subject: 'root', scopes: ['admin'] }],
        [`${third}:x`, { ...person, subject: 'user:record', scopes: ['admin'] }],
      ],
    ],
  ])('%s', (_, text, given) => {
    expect(givenTokens(text).map(({ token, actor }) => [token, actor])).toEqual(given);
  });

  test('reports all problems at once, without the tokens', () => {
    const entries = [
      `ci:deployer:${one}`,
      `${other}:deployer:ci`,
      `ada:${third}:x`,
      `local:admin:${third}`,
      `ci:viewer:${one}`,
      'bob:viewer:short',
      third,
    ];
    let told = '';
    try {
      givenTokens(entries.join(','));
    } catch (error) {
      if (isFlotillaError(error, 'ConfigurationInvalid')) told = error.message;
    }
    const short = (count: number) => `has ${count} characters, and one that lets in has 32 or more, without spaces.`;
    expect(told.split('\n')).toEqual([
      '$FLOTILLA_TOKEN takes NAME:ROLE:TOKEN, with commas between or one a line.',
      `Entry 2 ${short(2)}`,
      'Entry 3 has none of the roles viewer, deployer, approver, admin.',
      `Entry 3 ${short(1)}`,
      'Entry 4 has the name reserved for the owner of the data folder; choose another.',
      `Entry 6 ${short(5)}`,
      'Entry 7 is not NAME:ROLE:TOKEN.',
      'Entry 5 has the name of entry 1.',
      'Entry 5 has the token of entry 1.',
    ]);
    for (const secret of [one, other, third]) expect(told).not.toContain(secret);
  });

  test("each authenticates the name that it has, and the server's own token still works", () => {
    const data = mkdtempSync(join(tmpdir(), 'flotilla-given-'));
    onTestFinished(() => rmSync(data, { recursive: true }));
    const tokens = openTokens(data, `ci:deployer:${one},ada:approver:${other}`);
    onTestFinished(() => tokens.close());
    expect([one, other, tokens.own, third].map((token) => tokens.holderOf(token))).toEqual([
      { actor: ci },
      { actor: ada },
      { actor: local },
      { refused: 'unknown' },
    ]);
  });
});
