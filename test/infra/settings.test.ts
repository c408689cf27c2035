import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadSettings } from '../../lib/infra/load-settings.ts';
import { readSettings, SettingsInvalid, settingsSchema } from '../../lib/infra/settings.ts';
import { cdkJson, root } from './project.ts';

const read = (values: Readonly<Record<string, unknown>>) =>
  readSettings([{ values, nameOf: (setting) => `-c ${setting}` }]);

const defaults = {
  stage: 'dev',
  throttle: { rate: 50, burst: 100 },
  archive: true,
  onDestroy: 'keep',
  observerMemory: 256,
  clients: [{ name: 'ci', scopes: ['read', 'deploy'] }],
  reservedConcurrency: 100,
};
const both = (name: string) => ({ name, scopes: ['read', 'deploy'] });
const issuer = 'https://login.example.com/';

describe('valid settings', () => {
  it.each<[string, Readonly<Record<string, unknown>>, object]>([
    ['nothing', {}, {}],
    ['a stage', { stage: 'prod-eu-1' }, { stage: 'prod-eu-1' }],
    ['no archive, as text', { archive: 'false' }, { archive: false }],
    ['no archive', { archive: false }, { archive: false }],
    ['an archive, as text', { archive: 'true' }, {}],
    ['a throttle, as text', { throttle_rate: '7', throttle_burst: '9' }, { throttle: { rate: 7, burst: 9 } }],
    ['a throttle', { throttle_rate: 10_000 }, { throttle: { rate: 10_000, burst: 100 } }],
    ['the end of the data', { on_destroy: 'delete' }, { onDestroy: 'delete' }],
    ['reserved concurrency', { reserved_concurrency: '20' }, { reservedConcurrency: 20 }],
    ['no reserved concurrency', { reserved_concurrency: 'none' }, { reservedConcurrency: undefined }],
    ['more memory for observers', { observer_memory: '512' }, { observerMemory: 512 }],
    [
      'roles of other accounts, as text',
      { cluster_roles: 'arn:aws:iam::111122223333:role/a,arn:aws:iam::444455556666:role/b-*' },
      { clusterRoles: ['arn:aws:iam::111122223333:role/a', 'arn:aws:iam::444455556666:role/b-*'] },
    ],
    ['clients as text', { clients: 'ci,risk-ci' }, { clients: [both('ci'), both('risk-ci')] }],
    [
      'clients',
      { clients: ['a', { name: 'b', scopes: ['read'] }, { name: 'c' }] },
      { clients: [both('a'), { name: 'b', scopes: ['read'] }, both('c')] },
    ],
    ['an issuer', { oidc_issuer: issuer, oidc_audience: 'a' }, { oidc: { issuer, audience: ['a'] } }],
    ['audiences as text', { oidc_issuer: issuer, oidc_audience: 'a,b' }, { oidc: { issuer, audience: ['a', 'b'] } }],
    ['audiences', { oidc_issuer: issuer, oidc_audience: ['a', 'b'] }, { oidc: { issuer, audience: ['a', 'b'] } }],
    [
      'an issuer on this machine, and a stage that Cognito would not take',
      { stage: 'aws', oidc_issuer: 'http://127.0.0.1:8000/realm', oidc_audience: 'a' },
      { stage: 'aws', oidc: { issuer: 'http://127.0.0.1:8000/realm', audience: ['a'] } },
    ],
  ])('%s', (_, given, expected) => {
    expect(read(given)).toEqual({ ...defaults, ...expected });
  });

  const numbers = [
    'throttle_rate',
    'throttle_burst',
    'reserved_concurrency',
    'observer_memory',
    'anchor_lock_days',
  ].flatMap((name) =>
    ['', '0', '-1', '1.5', 'many', '10001', null, true, Number.NaN].map((value) => [name, value] as const),
  );
  it.each<readonly [string, unknown]>([
    ...['', 'Prod', '1st', 'a'.repeat(21), 'a b', 7, null].map((value) => ['stage', value] as const),
    ...['', 'no', 'on', 0, 1, null].map((value) => ['archive', value] as const),
    ...['', 'yes', 'retain', true].map((value) => ['on_destroy', value] as const),
    ...numbers,
    ...['', 'login.example.com', 'http://login.example.com', 'https://a.example/?x=1', 'https://u@a.example', 3].map(
      (value) => ['oidc_issuer', value] as const,
    ),
    ...['', 'a,,b', 'a b', [], [1], {}].map((value) => ['oidc_audience', value] as const),
    ...[
      '',
      'a,a',
      'A',
      'a b',
      [],
      [1],
      [{ name: 'a', scopes: ['admin'] }],
      [{ name: 'a', scopes: [] }],
      [{ scopes: ['read'] }],
    ].map((value) => ['clients', value] as const),
  ])('%s is not %j: the message has its name and what it allows', (setting, value) => {
    const others = setting === 'clients' ? {} : { oidc_issuer: issuer, oidc_audience: 'a' };
    const allowed = settingsSchema.shape[setting as keyof typeof settingsSchema.shape].description;
    expect(allowed).toMatch(/\w{4}/);
    const message = `-c ${setting}: ${JSON.stringify(value)} is not allowed; it takes ${allowed}`;
    expect(() => read({ ...others, [setting]: value })).toThrow(new SettingsInvalid(message));
  });

  it.each([
    [{ oidc_issuer: issuer }, /^oidc_audience: is missing beside -c oidc_issuer; it takes the audiences/],
    [{ oidc_audience: 'a' }, /^oidc_issuer: is missing beside -c oidc_audience; it takes the address/],
    [{ oidc_issuer: issuer, oidc_audience: 'a', clients: 'ci' }, /^-c clients: is for the pool that is made without/],
    [{ anchor_lock_days: 30, on_destroy: 'delete' }, /^-c anchor_lock_days: a bucket whose objects are locked/],
    [{ stage: 'my-aws' }, /^-c stage: Cognito takes no address with aws/],
    [
      { arhive: false },
      /^-c arhive: there is no such setting; known: alarm_email, anchor_lock_days, archive, clients, cluster_roles, observer_memory, oidc_audience, .*, throttle_rate$/,
    ],
  ])('%j is not enough or too much', (given, message) => {
    expect(() => read(given)).toThrow(message);
  });

  it('all settings are checked at once', () => {
    const given = { stage: 'X', archive: 'maybe', throttle_rate: 0, nonsense: 1, oidc_audience: 'a' };
    expect(() => read(given)).toThrow(/^(-c )?\w+: .*(\n(-c )?\w+: .*){4}$/);
  });
});

describe('where settings come from', () => {
  const directory = mkdtempSync(join(tmpdir(), 'flotilla-settings-'));
  afterAll(() => rmSync(directory, { recursive: true }));
  writeFileSync(
    join(directory, 'flotilla.config.yaml'),
    'clusters: {}\npublic_variables: [ISSUER]\naws: { stage: ours, throttle_rate: 5, oidc_issuer: "${ISSUER}", oidc_audience: [a] }\n',
  );
  writeFileSync(join(directory, 'other.yaml'), 'aws:\n  stage: other\n');
  writeFileSync(join(directory, 'none.yaml'), 'clusters: {}\n');
  writeFileSync(join(directory, 'empty.yaml'), '');
  writeFileSync(join(directory, 'null.yaml'), 'aws:\n');
  writeFileSync(join(directory, 'wrong.yaml'), 'aws: { stage: Wrong, burst: 3 }\n');
  writeFileSync(join(directory, 'private.yaml'), 'aws: { stage: "${ISSUER}", alarm_email: "a${ISSUER}" }\n');
  writeFileSync(join(directory, 'list.yaml'), 'aws: [stage]\n');
  writeFileSync(join(directory, 'broken.yaml'), 'aws: {\n');
  const load = (context: Readonly<Record<string, unknown>>, env = { ISSUER: issuer } as Record<string, string>) =>
    loadSettings({ context: { ...cdkJson.context, ...context }, directory, env });
  const oidc = { issuer, audience: ['a'] };

  it.each<[string, Readonly<Record<string, unknown>>, object]>([
    ['the section of the file here', {}, { stage: 'ours', throttle: { rate: 5, burst: 100 }, oidc }],
    [
      '-c over the file',
      { stage: 'mine', throttle_burst: '3' },
      { stage: 'mine', throttle: { rate: 5, burst: 3 }, oidc },
    ],
    ['a named file', { config: 'other.yaml' }, { stage: 'other' }],
    ['a file without the section', { config: 'none.yaml' }, {}],
    ['an empty file', { config: 'empty.yaml' }, {}],
    ['an empty section', { config: 'null.yaml' }, {}],
  ])('%s', (_, context, expected) => {
    expect(load(context)).toEqual({ ...defaults, ...expected });
  });

  it('no file at all', () => {
    expect(loadSettings({ context: cdkJson.context, directory: join(directory, 'nowhere'), env: {} })).toEqual(
      defaults,
    );
  });

  it('does not mistake an unreadable file for a missing one', () => {
    const unreadable = join(directory, 'unreadable');
    mkdirSync(join(unreadable, 'flotilla.config.yaml'), { recursive: true });
    expect(() => loadSettings({ context: cdkJson.context, directory: unreadable, env: {} })).toThrow(
      /^flotilla\.config\.yaml is a folder; the settings are read from a file$/,
    );
  });

  it.each([
    [{ config: 'missing.yaml' }, /^-c config: there is no file missing\.yaml$/],
    [{ config: '.' }, /^\. is a folder; /],
    [{ config: 'wrong.yaml/below' }, /^wrong\.yaml\/below cannot be read \(ENOTDIR\)$/],
    [
      { config: 'wrong.yaml' },
      /^wrong\.yaml, aws\.stage: "Wrong" is not allowed.*\nwrong\.yaml, aws\.burst: there is no/,
    ],
    [
      { config: 'private.yaml' },
      /^private\.yaml, aws\.stage: the value of \$\{ISSUER\} would be shown .*public_variables: \[ISSUER\].*\n.*aws\.alarm_email/,
    ],
    [{ config: 'list.yaml' }, /^list\.yaml, aws: is not a mapping/],
    [{ config: 'broken.yaml' }, /^broken\.yaml: .*line 2/s],
    [{ config: 'wrong.yaml', stage: 'Bad' }, /^-c stage: "Bad"/],
    [
      { arhive: 'false' },
      /^-c arhive: there is no such setting; known: alarm_email, anchor_lock_days, archive, clients, cluster_roles, config, observer_memory/,
    ],
    [
      { config: 'wrong.yaml' },
      /aws\.burst: there is no such setting; known: alarm_email, anchor_lock_days, archive, clients, cluster_roles, observer_memory/,
    ],
    [{ oidcIssuer: issuer }, /^-c oidcIssuer: there is no such setting/],
    [{ Stage: 'prod' }, /^-c Stage: there is no such setting/],
  ])('explains why it refuses %j', (context, message) => {
    expect(() => load(context)).toThrow(message);
  });

  it.each([
    [{}, 'is not set'],
    [{ ISSUER: '' }, 'is empty'],
  ])('names a variable that, in %j, %s', (env, lack) => {
    const said = `flotilla.config.yaml, aws.oidc_issuer: the environment variable ISSUER ${lack}`;
    expect(() => load({}, env)).toThrow(expect.objectContaining({ message: said }));
  });
});

it('reads the example for AWS', () => {
  const config = 'examples/flotilla.aws.config.yaml';
  expect(loadSettings({ context: { config }, directory: root, env: {} })).toEqual({ ...defaults, stage: 'prod' });
});

it('shows every setting in the example', () => {
  const config = 'examples/flotilla.config.yaml';
  expect(loadSettings({ context: { config }, directory: root, env: {} })).toMatchObject({ stage: 'dev' });
  const [, section = ''] = /^aws:\n((?: {2}.*\n)+)/m.exec(readFileSync(join(root, config), 'utf8')) ?? [];
  const shown = [...section.matchAll(/^ {2}(?:# )?(\w+):/gm)].map(([, name]) => name);
  expect(shown.sort()).toEqual(Object.keys(settingsSchema.shape).sort());
});
