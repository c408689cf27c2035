import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { earlierVersion } from '../../lib/cli/demo/earlier-versions.ts';
import { loadConfiguration } from '../../lib/local/load-configuration.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'flotilla-config-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const text = (kubeconfig: string, services = ''): string =>
  `${services}clusters: { eu-1: { kubeconfig: ${kubeconfig} } }\nharness: { simulated: true }\n`;

const mapping =
  '{ "shared": { "login-api": { "k8s_object_type": "deployment", "k8s_object_name": "login", "namespace": "shared" } } }';

test('without a file everything is simulated', () => {
  const { configuration, file } = loadConfiguration({ directory, env: {} });
  expect(configuration.catalogue.simulated).toBe(true);
  expect(file).toBeUndefined();
});

test.each([
  ['~/.kube/config', () => join(homedir(), '.kube/config')],
  ['./kube/config', () => join(directory, 'conf', 'kube/config')],
  ['/etc/kube/config', () => '/etc/kube/config'],
])('finds the kubeconfig %s beside the configuration, at home, or at its path', (written, expected) => {
  mkdirSync(join(directory, 'conf'));
  writeFileSync(join(directory, 'conf', 'own.yaml'), text(written));
  const { configuration } = loadConfiguration({ file: 'conf/own.yaml', directory, env: {} });
  expect(configuration.connections.clusters['eu-1']).toMatchObject({ kind: 'kubeconfig', kubeconfig: expected() });
});

test('reads the mapping file from beside the configuration', () => {
  mkdirSync(join(directory, 'conf'));
  writeFileSync(join(directory, 'conf', 'mapping.json'), mapping);
  writeFileSync(join(directory, 'conf', 'own.yaml'), text('/k', 'services: ./mapping.json\n'));
  const { configuration, file } = loadConfiguration({ file: 'conf/own.yaml', directory, env: {} });
  expect(configuration.catalogue.services?.shared?.['login-api']).toMatchObject({ name: 'login' });
  expect(file).toBe(join(directory, 'conf', 'own.yaml'));
});

test('reports every problem at once, with the file', () => {
  writeFileSync(join(directory, 'flotilla.config.yaml'), 'clusterz: {}\nharnezz: {}\n');
  expect(() => loadConfiguration({ directory, env: {} })).toThrow(
    expect.objectContaining({
      name: 'ConfigurationInvalid',
      details: { file: join(directory, 'flotilla.config.yaml'), issues: [{}, {}].map(() => expect.anything()) },
    }),
  );
});

test('requires a named file to exist', () => {
  expect(() => loadConfiguration({ file: 'none.yaml', directory, env: {} })).toThrow(/none\.yaml cannot be read/);
});

test.each([
  ['3.0.2', '3.0.1'],
  ['1.8.0', '1.7.0'],
  ['6.0.0', '5.0.0'],
  ['4.2.0-missing', '4.1.0'],
  ['0.9.1', '0.9.0'],
])('what ran before %s in the demo is %s', (version, before) => {
  expect(earlierVersion(version)).toBe(before);
});
