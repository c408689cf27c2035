import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from './cli-world.ts';

let directory = '';
const write = (name: string, text: string): void => writeFileSync(join(directory, name), text);
const head =
  'version: v1.0\ndefaults: {environment_id: staging, infrastructure_id: cluster-eu-1, docker_artifact_type: docker, executor: kubernetes}\ndeployments:\n';
const batchOf = (path: string) =>
  `${head}  - {pillar: shared, service_name: web, docker_image_version: "1", manifests: {path: ${path}}}\n`;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'flotilla-manifests-'));
  const folders = ['batches/k8s/web', 'batches/out', 'batches/up', 'k8s/web', 'empty', 'bad', 'k8s/.hidden'];
  for (const folder of folders) mkdirSync(join(directory, folder), { recursive: true });
  for (const folder of ['k8s', 'batches/k8s']) {
    write(
      `${folder}/web/deployment.yml`,
      'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{name: web, image: a}]}}}\n',
    );
    write(`${folder}/config.json`, '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "web"}}');
  }
  write('k8s/README.md', '# not a manifest');
  write('k8s/.hidden/x.yaml', 'no: object');
  write('bad/a.yaml', 'kind: ConfigMap\n');
  symlinkSync(join(directory, 'k8s', 'config.json'), join(directory, 'linked.yaml'));
  symlinkSync(join(directory, 'k8s', 'config.json'), join(directory, 'batches/linked.yaml'));
  symlinkSync(join(directory, 'k8s', 'config.json'), join(directory, 'batches/out/a.yaml'));
  symlinkSync(join(directory, 'k8s'), join(directory, 'batches/folder'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('flotilla plan of a batch that names files', () => {
  test('reads a folder and everything below it, next to the file', async () => {
    write('batches/batch.yaml', batchOf('k8s/'));
    const { status, out } = await run(['plan', 'batches/batch.yaml'], { directory });
    expect([status, out.find((line) => line.includes('applies 2'))]).toEqual([
      0,
      'shared/web applies 2 objects: ConfigMap web, Deployment web',
    ]);
    const { out: json } = await run(['plan', 'batches/batch.yaml', '--json'], { directory });
    expect(JSON.parse(json[0]!).deployments[0].manifests).toMatchObject({ objects: 2 });
  });

  test.each([
    ['gone', /Manifests that batch\.yaml names cannot be read: gone: there is no such file or folder\./],
    ['empty', /empty: there is no file of YAML or JSON in it/],
    ['bad', /batch\.yaml:4:\d+ deployments\[1\]\.manifests.*: bad\/a\.yaml:1: is missing/],
    ['linked.yaml', /linked\.yaml:1|the deployment|contain no object/],
  ])('reports %s', async (path, told) => {
    write('batch.yaml', batchOf(path));
    const { status, error } = await run(['plan', 'batch.yaml'], { directory });
    expect(status).toBe(2);
    expect(error.join('\n')).toMatch(told);
  });

  test.each([
    ['../k8s', /\.\.\/k8s: it leads out of the folder of the batch; only what is below that is read/],
    ['up/../../k8s', /it leads out of the folder of the batch/],
    ['..', /it leads out of the folder of the batch/],
    ['/etc/hostname', /\/etc\/hostname: it leads out of the folder of the batch/],
    ['linked.yaml', /linked\.yaml: it leads out of the folder of the batch/],
    ['folder', /folder: it leads out of the folder of the batch/],
    ['folder/web', /folder\/web: it leads out of the folder of the batch/],
    ['out', /out: a\.yaml: it leads out of the folder of the batch/],
  ])('reads nothing outside: %s', async (path, told) => {
    write('batches/batch.yaml', batchOf(path));
    const { status, error } = await run(['plan', 'batches/batch.yaml'], { directory });
    expect(status).toBe(2);
    expect(error.join('\n')).toMatch(told);
  });
});
