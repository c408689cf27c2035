import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { describeIssue } from '../../lib/domain/batch/issues.ts';
import { parseBatch } from '../../lib/domain/batch/parse-batch.ts';
import { parseConfiguration } from '../../lib/domain/catalogue/parse-configuration.ts';
import { simulatedConfiguration } from '../../lib/domain/catalogue/simulated-configuration.ts';
import { rules } from '../../lib/domain/manifests/rules/check-rules.ts';
import { run } from '../cli/cli-world.ts';
import { tableRows } from './table-rows.ts';

const root = join(import.meta.dirname, '..', '..');
const page = readFileSync(join(root, 'docs', 'manifests.md'), 'utf8');
const blocks = [...page.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, text]) => text!);
const { catalogue } = simulatedConfiguration();

test('the batch of the page is accepted, with the warnings of its rules', () => {
  const parsed = parseBatch(blocks[0]!, catalogue);
  if ('issues' in parsed) throw new Error(parsed.issues.map(describeIssue).join('\n'));
  expect(parsed.warnings.map((one) => /\[([a-z-]+)\]/.exec(one)?.[1])).toEqual(
    expect.arrayContaining(['resource-requests', 'memory-limit', 'readiness-probe']),
  );
});

test('its policy of an environment is valid', () => {
  const text = `clusters: {eu: {simulated: true}}\n${blocks[1]!}`;
  const parsed = parseConfiguration(text, { env: {}, readFile: () => undefined });
  if ('issues' in parsed) throw new Error(parsed.issues.map(describeIssue).join('\n'));
  expect(parsed.configuration.catalogue.environments?.staging?.kubernetes).toMatchObject({
    pod_security: 'restricted',
  });
});

test('it has all rules, as in the code', () => {
  const head = '| rule | usual | asks that |';
  const rows = tableRows(page, head, (line) => line.startsWith(head));
  expect(rows.map(([name, usual, asks]) => [name!.replaceAll('`', ''), usual, asks])).toEqual(
    rules.map(({ name, usual, asks }) => [name, usual, asks]),
  );
});

describe('refusals have the messages on the page', () => {
  const head = '| written | message |';
  const rows = tableRows(page, head, (line) => line.startsWith(head));
  const map = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n';
  const web = blocks[0]!.slice(blocks[0]!.indexOf('      apiVersion')).replaceAll(/^ {6}/gm, '');
  /** The sentences of the page as manifests. */
  const texts: readonly string[] = [
    'kind: [a',
    'apiVersion: v1',
    'apiVersion: v1\nkind: Pod\nmetadata: {generateName: a-}',
    `${map}data: {a: x, a: y}`,
    `${map}data: {a: yes}`,
    `${map}---\n${map}`,
    `${web}---\n${map.replace('ConfigMap', 'Secret')}data: {a: eA==}`,
    `${web}---\n${map.replace('name: a', 'name: a, namespace: kube-system')}`,
    `${web}---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: a}`,
    'shared',
    `${map}data: {a: "${'x'.repeat(1024 * 1024)}"}`,
    map,
  ];
  test.each(rows.map(([written, told], at) => [written!, told!.replaceAll('\\', ''), texts[at]!]))(
    '%s',
    (_, told, text) => {
      const item = { pillar: 'shared', service_name: 'web', docker_image_version: '1', manifests: text };
      const defaults = {
        environment_id: 'staging',
        infrastructure_id: 'cluster-eu-1',
        docker_artifact_type: 'docker',
        executor: 'kubernetes',
      };
      const both = [web, `${web.replaceAll('web', 'api')}---\n${web}`];
      const twice = both.map((manifests, at) => ({ ...item, service_name: at === 0 ? 'web' : 'api', manifests }));
      const deployments = text === 'shared' ? twice : [item];
      const parsed = parseBatch(JSON.stringify({ version: 'v1.0', defaults, deployments }), catalogue);
      const found = 'issues' in parsed ? parsed.issues.map(describeIssue) : [];
      expect(
        found.some((one) => one.includes(told)),
        found.join('\n'),
      ).toBe(true);
    },
  );
});

describe('the examples plan without a warning', () => {
  test.each([
    ['inline.yaml', ['shared/greeter applies 2 objects: Service greeter, Deployment greeter']],
    [
      'folder.yaml',
      [
        'shared/web applies 4 objects: Job web-migrate (hook before), ConfigMap web, Service web, Deployment web',
        'shared/web-admin applies manifests from https://git.example.com/shop/deploy main web-admin: not resolved yet',
      ],
    ],
  ])('%s', async (name, applied) => {
    const { status, out, error } = await run(['plan', `examples/kubernetes/${name}`], { directory: root });
    expect([status, error]).toEqual([0, []]);
    expect(out.filter((line) => line.includes(' applies ') && !line.startsWith(' '))).toEqual(applied);
    expect(out.filter((line) => line.startsWith('warning'))).toEqual([]);
  });
});
