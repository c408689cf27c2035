import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { maskSecrets } from '../../../lib/domain/masking/mask-secrets.ts';
import { nameKind } from '../../../lib/domain/masking/secret-names.ts';
import { chance, plainLines, secretLines } from './secret-lines.ts';

describe('a secret', () => {
  it.each(secretLines)('is masked in $what', ({ line, secrets }) => {
    const masked = maskSecrets(line);
    for (const secret of secrets) expect(masked).not.toContain(secret);
    expect(masked).toContain('***');
  });

  it.each(secretLines)('is masked in $what, among other lines', ({ line, secrets }) => {
    const masked = maskSecrets(`starting\n${line}\nlistening on :8080`);
    for (const secret of secrets) expect(masked).not.toContain(secret);
    expect(masked).toMatch(/^starting\n/);
  });

  it.each([
    ['DB_PASSWORD=k7abc NODE_ENV=production', 'DB_PASSWORD=*** NODE_ENV=production'],
    ['GET /hook?token=k7abc&id=7 HTTP/1.1', 'GET /hook?token=***&id=7 HTTP/1.1'],
    ['{"user":"cart","password":"k7abc","port":5432}', '{"user":"cart","password":"***","port":5432}'],
    ['postgres://cart:k7abc@db.example:5432/cart', 'postgres://cart:***@db.example:5432/cart'],
    ['Set-Cookie: session=k7abc; HttpOnly; Path=/', 'Set-Cookie: session=***; HttpOnly; Path=/'],
    ['Authorization: Basic dXNlcjpwYXNz', 'Authorization: Basic ***'],
  ])('leaves the text around it: %s', (line, masked) => {
    expect(maskSecrets(line)).toBe(masked);
  });
});

it.each(plainLines)('leaves a line without a secret unchanged: %s', (line) => {
  expect(maskSecrets(line)).toBe(line);
});

test.each([
  ['DB_PASSWORD', 'password'],
  ['userPwd', 'password'],
  ['smtp.pass', 'password'],
  ['_authToken', 'secret'],
  ['X-Api-Key', 'secret'],
  ['clientSecret', 'secret'],
  ['sessionId', 'perhaps'],
  ['Proxy-Authorization', 'authorization'],
  ['Set-Cookie', 'cookie'],
  ['secretName', undefined],
  ['PASSWORD_FILE', undefined],
  ['token_count', undefined],
  ['public_key', undefined],
  ['key', undefined],
  ['compass', undefined],
  ['constructor', undefined],
])('the name %s says: %s', (name, kind) => {
  expect(nameKind(name)).toBe(kind);
});

test('masking twice changes nothing', () => {
  const line = fc.oneof(
    fc.constantFrom(...secretLines.map((one) => one.line), ...plainLines),
    fc.array(
      fc.constantFrom('token', 'password', '=', ':', ' ', '"', "'", '\\', '\n', 'a1', '***', '://', '@', '-----'),
      {
        maxLength: 20,
      },
    ),
  );
  fc.assert(
    fc.property(line, (parts) => {
      const once = maskSecrets(typeof parts === 'string' ? parts : parts.join(''));
      expect(maskSecrets(once)).toBe(once);
    }),
    { numRuns: 500 },
  );
});

/** Counts the characters that regular expressions and searches visit during a call. */
const countSteps = (work: () => void): number => {
  let steps = 0;
  const { exec } = RegExp.prototype;
  const { indexOf } = String.prototype;
  RegExp.prototype.exec = function (this: RegExp, text: string) {
    const from = this.global || this.sticky ? this.lastIndex : 0;
    const found = exec.call(this, text);
    const end = found === null ? (this.sticky ? from : text.length) : found.index + found[0].length;
    steps += 1 + end - from;
    return found;
  };
  String.prototype.indexOf = function (this: string, what: string, from = 0) {
    const at = indexOf.call(this, what, from);
    steps += (at < 0 ? this.length : at) - from;
    return at;
  };
  try {
    work();
  } finally {
    RegExp.prototype.exec = exec;
    String.prototype.indexOf = indexOf;
  }
  return steps;
};

/** Log lines meant to keep us busy: the start of every pattern, without an end. */
describe('a long text costs no more than many short ones', () => {
  const length = 20_000;
  /** Steps per character: 25 patterns, and names whose value is checked again. */
  const most = 200;
  const pieces = [
    ...['a', 'A_', '-', '.', '\\', '"', "'", ' ', '=', ':', '\n', '/', '@', '1'],
    ...[
      'token:',
      'token=',
      'token="',
      "token='",
      'token\\":\\"',
      'token:$(',
      'A_TOKEN=$(',
      'auth:',
      'auth="',
      "auth='\\'",
    ],
    ...['auth="auth:', 'secret:a/', 'secret: a-', 'password is ', 'password: user ', '--token a', '--password to '],
    ...['Cookie: ', 'cookie:a=', 'Authorization: Bearer ', 'bearer a', 'bearer aaaaaaaaaaaaaaa ', '-u a', '-u a:'],
    ...[
      'login a password ',
      'login a',
      "password '",
      'identified by ',
      '://',
      '://a:',
      '://a:b',
      '://a@',
      'eyJ',
      'eyJ.',
    ],
    ...[
      'ghp_',
      'AKIA',
      'IQoJ',
      'glpat-',
      'pat.a',
      'pat.aaaa.',
      'sk-',
      'SG.',
      'xoxb-',
      'AIza',
      'hooks.slack.com/services/a/',
    ],
    ...['-----BEGIN PRIVATE KEY-----', '-----END PRIVATE KEY-----', '-----BEGIN ', '-----END A ', 'PRIVATE KEY'],
    `${chance(64)}\n-----END PRIVATE KEY-----\n`,
  ];
  it.each(pieces)('%j', (piece) => {
    const many = piece.repeat(Math.ceil(length / piece.length));
    expect(countSteps(() => maskSecrets(many))).toBeLessThan(most * many.length);
    expect(countSteps(() => maskSecrets(`auth="${many}`))).toBeLessThan(most * many.length);
  });

  it('the count is right: it notices repeated visits', () => {
    const again = /b|$/g;
    const steps = countSteps(() => {
      for (let at = 0; at < length; at += 10) {
        again.lastIndex = at;
        again.exec('a'.repeat(length));
      }
    });
    expect(steps).toBeGreaterThan(most * length);
  });
});
