// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how a configuration names a variable
import { describe, expect, test } from 'vitest';
import { describeIssue } from '../../../lib/domain/batch/issues.ts';
import type { Catalogue } from '../../../lib/domain/catalogue/catalogue.ts';
import { parseConfiguration } from '../../../lib/domain/catalogue/parse-configuration.ts';
import { warnOfUnverified } from '../../../lib/domain/catalogue/unverified.ts';
import { refuseUncheckedTls } from '../../../lib/domain/unchecked-tls.ts';

const env = { KEY: 'key-value', TOKEN: 'token-value' };
const files: Readonly<Record<string, string>> = {
  'services.yaml': 'risk:\n  x: { harness: { webhook_token: "${TOKEN}" } }\n',
};

const told = (lines: readonly string[], more: Readonly<Record<string, string>> = {}): readonly string[] => {
  const sources = { env: { ...env, ...more }, readFile: (path: string) => files[path] };
  const parsed = parseConfiguration(lines.join('\n'), sources);
  return 'issues' in parsed ? parsed.issues.map(describeIssue) : [];
};

const configuration = (base: string): readonly string[] => [
  'clusters: { eu: { eks: e } }',
  'services: services.yaml',
  'harness:',
  '  account: a',
  '  org: o',
  '  project: p',
  ...(base === '' ? [] : [`  base_url: ${base}`]),
  '  api_key: ${KEY}',
];

describe('where a key goes', () => {
  const withoutTls = '7:13 harness.base_url: is not TLS, and every request sends the key there (write https://)';

  test.each([
    ['', []],
    ['https://acme.example', []],
    ['http://127.0.0.1:8443', []],
    ['http://localhost', []],
    ['http://acme.example', [withoutTls]],
    ['http://10.0.0.1:8080/gateway', [withoutTls]],
  ])('%s', (base, problems) => {
    expect(told(configuration(base))).toEqual(problems);
  });

  const forAnother = (place: string, name: string, host: string, base: string): string =>
    `${place}: ${name}_HOST says that the variable ${name} is for ${host}, but harness.base_url leads to ${base}`;

  test.each([
    ['', { KEY_HOST: 'app.harness.io', TOKEN_HOST: 'app.harness.io' }, []],
    ['https://acme.example:8443', { KEY_HOST: 'acme.example:8443', TOKEN_HOST: '' }, []],
    [
      'https://acme.example',
      { KEY_HOST: 'app.harness.io' },
      [forAnother('8:12 harness.api_key', 'KEY', 'app.harness.io', 'acme.example')],
    ],
    [
      '',
      { TOKEN_HOST: 'acme.example' },
      [forAnother('services.yaml:2:34 risk.x.harness.webhook_token', 'TOKEN', 'acme.example', 'app.harness.io')],
    ],
  ])('%s with %j: a variable that names its host goes nowhere else', (base, hosts, problems) => {
    expect(told(configuration(base), hosts)).toEqual(problems);
  });
});

test('verify applies to clusters that have a certificate', () => {
  const clusters = (cluster: string) => told([`clusters: { eu: ${cluster} }`, 'harness: { simulated: true }']);
  expect(clusters('{ kubeconfig: k, verify: required }')).toEqual([]);
  expect(clusters('{ eks: e, verify: required }')).toEqual([]);
  expect(clusters('{ simulated: true, verify: required }')[0]).toMatch(/verify is only valid with kubeconfig and eks/);
  expect(clusters('{ kubeconfig: k, verify: never }')[0]).toMatch(/"never" is not one of required/);
});

test('names each cluster of a batch with an unverified certificate once', () => {
  const unverified = { simulated: false, unverified: true as const };
  const catalogue = {
    clusters: { b: unverified, a: unverified, c: { simulated: false }, d: unverified },
    infrastructures: { place: { cluster: 'a' } },
  } as unknown as Catalogue;
  const places = ['b', 'place', 'c', 'a', 'nowhere'].map((infrastructure_id) => ({ infrastructure_id }));
  expect(warnOfUnverified(places, catalogue).map((line) => line.slice(0, 44))).toEqual([
    'The certificate of cluster a is not checked ',
    'The certificate of cluster b is not checked ',
  ]);
});

test('Node keeps verifying certificates', () => {
  expect(() => refuseUncheckedTls({ NODE_TLS_REJECT_UNAUTHORIZED: '0' })).toThrow(/NODE_EXTRA_CA_CERTS/);
  for (const value of [undefined, '', '1']) refuseUncheckedTls({ NODE_TLS_REJECT_UNAUTHORIZED: value });
});
