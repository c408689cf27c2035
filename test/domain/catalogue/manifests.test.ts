import { describe, expect, it, test } from 'vitest';
import { describeIssue } from '../../../lib/domain/batch/issues.ts';
import { parseConfiguration } from '../../../lib/domain/catalogue/parse-configuration.ts';
import { shop } from '../manifests/texts.ts';

const files: Readonly<Record<string, string>> = {
  'k8s/': shop,
  'bad.yaml': 'kind: ConfigMap\n',
  'services.yaml': 'shared: {web: {pipeline: p}}',
};
const sources = { env: {}, readFile: (path: string) => files[path], readManifests: (path: string) => files[path] };
const base = 'clusters: {eu: {kubeconfig: x}}\n';

const catalogueOf = (text: string) => {
  const parsed = parseConfiguration(text, sources);
  if ('issues' in parsed) throw new Error(parsed.issues.map(describeIssue).join('\n'));
  return parsed.configuration.catalogue;
};
const problems = (text: string) => {
  const parsed = parseConfiguration(text, sources);
  return 'issues' in parsed ? parsed.issues.map(describeIssue) : [];
};

test.each([
  ['k8s/', { text: shop }],
  ['{s3: "s3://bucket/a"}', { s3: 's3://bucket/a' }],
  ['{git: "https://git.example/a", ref: main}', { git: 'https://git.example/a', ref: 'main' }],
])('manifests of a service: %s', (written, manifests) => {
  const { services } = catalogueOf(
    `${base}services: {shared: {web: {kubernetes: {manifests: ${written}, prune: true}}}}`,
  );
  expect(services?.shared?.web?.kubernetes).toEqual({ manifests, prune: true });
});

describe('refuses a configuration', () => {
  it.each([
    [
      'with missing manifests',
      'services: {shared: {web: {kubernetes: {manifests: gone}}}}',
      [/^2:51 services\.shared\.web\.kubernetes\.manifests: cannot be read: there is no such file or folder/],
    ],
    [
      'with invalid manifests',
      'services: {shared: {web: {kubernetes: {manifests: bad.yaml}}}}',
      [/^2:51 .*: line 1 ConfigMap \(no name\) apiVersion: is missing .*; line 1 .*metadata\.name: is missing/],
    ],
    [
      'with services that name Harness when there is none',
      'services: {shared: {web: {executor: harness}, api: {harness: {pipeline: p}}, old: {pipeline: p}}}',
      [
        /^2:37 services\.shared\.web\.executor: belongs to Harness/,
        /^2:\d+ services\.shared\.api\.harness: belongs to Harness/,
        /^2:\d+ services\.shared\.old\.pipeline: belongs to Harness/,
      ],
    ],
    [
      'with pillars that do',
      'pillars: {shared: {harness: {pipeline: p}}}',
      [/^2:20 pillars\.shared\.harness: belongs to Harness, but the configuration has no section harness/],
    ],
    [
      'with a services file that does',
      'services: services.yaml',
      [/^services\.yaml:1:\d+ shared\.web\.pipeline: belongs to Harness/],
    ],
  ])('%s', (_, section, expected) => {
    const found = problems(base + section);
    expect(found, found.join('\n')).toHaveLength(expected.length);
    for (const [at, one] of expected.entries()) expect(found[at]).toMatch(one);
  });
});
