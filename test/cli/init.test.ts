import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sourceName } from '../../lib/local/init/read-source.ts';
import { type SimulatedCluster, startSimulatedCluster } from '../../lib/simulators/cluster/simulated-cluster.ts';
import { run } from './cli-world.ts';

const folders: string[] = [];
let cluster: SimulatedCluster;

beforeAll(async () => {
  cluster = await startSimulatedCluster({
    seed: [
      { kind: 'deployment', namespace: 'shop', name: 'web', image: 'reg/web:1.2', replicas: 1 },
      { kind: 'statefulset', namespace: 'shop', name: 'db', image: 'reg/db:16', replicas: 1 },
      { kind: 'deployment', namespace: 'mail', name: 'relay', image: 'reg/relay:3', replicas: 1 },
      { kind: 'daemonset', namespace: 'kube-system', name: 'proxy', image: 'reg/proxy:1', replicas: 1 },
    ],
  });
});
afterAll(async () => {
  await cluster.close();
  for (const folder of folders) rmSync(folder, { recursive: true });
});

const kubeconfig = (server: string, namespace = ''): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'kind-kind',
    clusters: [
      {
        name: 'arn:aws:eks:eu-central-1:111122223333:cluster/pay',
        cluster: { server, 'insecure-skip-tls-verify': true },
      },
    ],
    users: [{ name: 'me', user: {} }],
    contexts: [
      {
        name: 'kind-kind',
        context: {
          cluster: 'arn:aws:eks:eu-central-1:111122223333:cluster/pay',
          user: 'me',
          ...(namespace === '' ? {} : { namespace }),
        },
      },
    ],
  });

/** A folder with only a kubeconfig of the cluster. */
const folderOf = (text = kubeconfig(cluster.url, 'shop')): string => {
  const folder = mkdtempSync(join(tmpdir(), 'flotilla-init-'));
  folders.push(folder);
  writeFileSync(join(folder, 'kube.yaml'), text);
  return folder;
};

const given = ['--kubeconfig', 'kube.yaml'] as const;

describe('flotilla init', () => {
  test('writes what runs in the namespace of the context, and says what to do next', async () => {
    const directory = folderOf();
    const { status, out, error } = await run(['init', ...given], { directory });
    expect([status, error]).toEqual([0, []]);
    expect(out[0]).toBe('Wrote flotilla.config.yaml and release.yaml: 2 services of kind-kind.');
    expect(readFileSync(join(directory, 'flotilla.config.yaml'), 'utf8').split('\n')).toEqual([
      '# Written by flotilla init, from what runs in the context kind-kind. It is yours from now on.',
      'clusters:',
      '  pay: { kubeconfig: "./kube.yaml", context: kind-kind }',
      'environments:',
      '  dev:',
      '    infrastructures: [pay]',
      '    defaults: { infrastructure_id: pay, docker_artifact_type: docker }',
      'pillars:',
      '  shop: {}',
      'services:',
      '  shop:',
      '    db: { kind: statefulset, namespace: shop, image: reg/db }',
      '    web: { namespace: shop, image: reg/web }',
      '',
    ]);
    const planned = await run(['plan', 'release.yaml', '--json'], { directory });
    expect(planned.status).toBe(0);
    const plan = JSON.parse(planned.out.join('')) as { deployments: { key: string; executor: string }[] };
    expect(plan.deployments.map(({ key, executor }) => `${key} by ${executor}`)).toEqual([
      'shop/db by kubernetes',
      'shop/web by kubernetes',
    ]);
  });

  test.each<[args: readonly string[], keys: readonly string[]]>([
    [['--namespace', 'mail'], ['mail/relay']],
    [
      ['--namespace', 'mail', 'shop', '--cluster', 'eu'],
      ['mail/relay', 'shop/db', 'shop/web'],
    ],
    [['--all-namespaces'], ['mail/relay', 'shop/db', 'shop/web']],
    [['--namespace', 'kube-system'], ['kube-system/proxy']],
  ])('%j', async (args, keys) => {
    const { status, out } = await run(['init', ...given, ...args, '--json'], { directory: folderOf() });
    expect(status).toBe(0);
    const { services } = JSON.parse(out.join('')) as { services: { pillar: string; service: string }[] };
    expect(services.map(({ pillar, service }) => `${pillar}/${service}`)).toEqual(keys);
  });

  test.each<[why: string, args: readonly string[], status: number, said: string, text?: string]>([
    ['an empty namespace', ['--namespace', 'empty'], 1, 'Nothing runs in empty of kind-kind that could be deployed.'],
    ['a missing context', ['--context', 'prod'], 2, 'has no context "prod"; it has kind-kind'],
    ['no kubeconfig', [], 2, 'cannot be read', '- no\n: kubeconfig'],
    [
      'an invalid name for an environment',
      ['--environment', 'a/b'],
      2,
      'flotilla.config.yaml would not be valid. Nothing was written.',
    ],
    ['an unreachable cluster', [], 1, 'cannot be asked', kubeconfig('http://127.0.0.1:9', 'shop')],
  ])('says why it cannot, and writes nothing: %s', async (_, args, status, said, text) => {
    const directory = folderOf(text);
    const { error, ...ran } = await run(['init', ...given, ...args], { directory });
    expect(ran.status).toBe(status);
    expect(error.join('\n')).toContain(said);
    expect(() => readFileSync(join(directory, 'flotilla.config.yaml'))).toThrow('ENOENT');
  });

  test('overwrites nothing unless asked to', async () => {
    const directory = folderOf();
    writeFileSync(join(directory, 'release.yaml'), 'mine');
    const refused = await run(['init', ...given], { directory });
    expect([refused.status, refused.error.at(-1)]).toEqual([6, 'Nothing was written.']);
    expect(readFileSync(join(directory, 'release.yaml'), 'utf8')).toBe('mine');
    expect((await run(['init', ...given, '--force'], { directory })).status).toBe(0);
    expect(readFileSync(join(directory, 'release.yaml'), 'utf8')).toContain('docker_image_version: "1.2"');
  });

  test('uses the kubeconfig that kubectl would use, where there is one', async () => {
    const directory = folderOf();
    const own = { env: { KUBECONFIG: join(directory, 'kube.yaml') }, directory };
    expect((await run(['init'], own)).status).toBe(0);
    const several = { env: { KUBECONFIG: 'a:b' }, directory: folderOf() };
    expect((await run(['init'], several)).error.join()).toContain('$KUBECONFIG names several files');
  });

  test('without a kubeconfig says what else to read', async () => {
    const directory = folderOf();
    const { status, error } = await run(['init'], { directory, env: { KUBECONFIG: 'gone' } });
    expect([status, error]).toEqual([
      2,
      [
        `There is no kubeconfig ${join(directory, 'gone')}.`,
        'Name one by --kubeconfig, or read a file of another tool: --compose, --csv or --helmfile.',
        'Nothing was written.',
      ],
    ]);
  });

  test('runs no program of a kubeconfig without asking', async () => {
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: '/bin/false', interactiveMode: 'Never' };
    const text = kubeconfig('https://127.0.0.1:9').replace('"user":{}', `"user":{"exec":${JSON.stringify(exec)}}`);
    const { status, error } = await run(['init', ...given], { directory: folderOf(text) });
    expect(status).toBe(6);
    expect(error.join('\n')).toContain('cluster pay: /bin/false');
  });
});

describe('flotilla init from a file of another tool', () => {
  const sources = {
    compose: 'services: { web: { image: "reg/web:1.2", depends_on: [db] }, db: { image: "reg/db:16" } }',
    helmfile:
      'releases: [{ name: web, chart: a/web, version: 1.2.0, needs: [db] }, { name: db, chart: a/db, version: 1.0.0 }]',
    csv: 'service;version;needs\nweb;1.2;db\ndb;16;',
  };
  const folderWith = (kind: keyof typeof sources, text = sources[kind]): string => {
    const directory = folderOf();
    writeFileSync(join(directory, 'source'), text);
    return directory;
  };

  test.each(['compose', 'helmfile', 'csv'] as const)('%s: writes a batch that can be planned', async (kind) => {
    const directory = folderWith(kind);
    const { status, out, error } = await run(['init', `--${kind}`, 'source', '--pillar', 'shop'], { directory });
    expect([status, error]).toEqual([0, []]);
    expect(out.slice(0, 2)).toEqual([
      'Wrote flotilla.config.yaml and release.yaml: 2 services of source.',
      'The clusters and Harness are simulated, so you can try it at once. Put your own into flotilla.config.yaml.',
    ]);
    expect(out.some((line) => line.includes('no executor for Helm'))).toBe(kind === 'helmfile');
    const planned = await run(['plan', 'release.yaml', '--json'], { directory });
    expect(planned.status).toBe(0);
    const plan = JSON.parse(planned.out.join(''));
    expect(plan.critical_path).toEqual(['shop/db', 'shop/web']);
    expect(plan.after_failure).toEqual({ restored: 2, manual: 0, left: 0 });
  });

  test.each<[why: string, kind: keyof typeof sources, text: string, status: number, said: string]>([
    ['the wrong kind of file', 'compose', 'a: 1', 2, 'source:1:1 this is not a compose file'],
    ['nothing to write', 'compose', 'services: { web: { build: . } }', 1, 'source has no service that can be written'],
    [
      'every service is scaled to 0',
      'compose',
      'services: { web: { image: "a:1", scale: 0 } }',
      1,
      'source has only services scaled to 0. Nothing was written.',
    ],
    ['problems in the file', 'csv', 'service,version\nweb,1 2', 2, 'source:2:5 version: "1 2" contains a space'],
    [
      'a cycle',
      'csv',
      'service,version,needs\na,1,b\nb,1,a',
      2,
      'release.yaml would not be valid. Nothing was written.',
    ],
    ['not a text file', 'csv', '\u0000', 2, 'the header has no column service'],
    ['too long', 'csv', 'x'.repeat(4 * 1024 * 1024 + 1), 2, 'has more than 4 MiB. Nothing was written.'],
  ])('says why it cannot, and writes nothing: %s', async (_, kind, text, status, said) => {
    const directory = folderWith(kind, text);
    const ran = await run(['init', `--${kind}`, 'source'], { directory });
    expect(ran.status).toBe(status);
    expect(ran.error.join('\n')).toContain(said);
    expect(() => readFileSync(join(directory, 'flotilla.config.yaml'))).toThrow('ENOENT');
  });

  test('writes both files or none', async () => {
    const directory = folderWith('csv');
    mkdirSync(join(directory, 'release.yaml'));
    const { status, error } = await run(['init', '--csv', 'source', '--force'], { directory });
    expect([status, error.join('')]).toEqual([1, expect.stringMatching(/release\.yaml is a folder\. Nothing was/)]);
    expect(readdirSync(directory).sort()).toEqual(['kube.yaml', 'release.yaml', 'source']);
  });

  test('accepts one source, and only an existing file', async () => {
    const directory = folderWith('csv');
    const two = await run(['init', '--csv', 'source', '--kubeconfig', 'kube.yaml'], { directory });
    expect([two.status, two.error]).toEqual([2, ['--csv and --kubeconfig do not go together: init reads one source.']]);
    const none = await run(['init', '--compose', '--force'], { directory });
    expect([none.status, none.error]).toEqual([2, ['--compose needs a file, but --force follows it.']]);
    const gone = await run(['init', '--csv', 'gone'], { directory });
    expect([gone.status, gone.error.join('')]).toEqual([2, expect.stringContaining('gone cannot be read')]);
  });

  test('counts the services in the batch apart from those in comments', async () => {
    const text = 'services: { web: { image: "a:1" }, db: { image: "a:1", scale: 0 } }';
    const { out } = await run(['init', '--compose', 'source'], { directory: folderWith('compose', text) });
    expect(out[0]).toBe(
      'Wrote flotilla.config.yaml and release.yaml: 1 service of source. 1 more, scaled to 0, is a comment there.',
    );
  });

  test.each([
    ['compose', '/dev/fd/63', 'the compose file'],
    ['helmfile', '/proc/self/fd/11', 'the Helmfile'],
    ['csv', '/home/me/table.csv', 'table.csv'],
  ] as const)('%s: %s is called %s', (kind, path, name) => expect(sourceName(kind, path)).toBe(name));

  test('reports what it changed or left out, with --json too', async () => {
    const text = 'services:\n  a.b: { image: "a:1" }\n  c: { build: . }';
    const directory = folderWith('compose', text);
    const { out, error } = await run(['init', '--compose', 'source', '--json'], { directory });
    expect(error).toEqual([
      expect.stringMatching(/^source:2 a\.b: the service becomes a-b/),
      expect.stringMatching(/^source:3 c: left out: it is built locally/),
    ]);
    expect(JSON.parse(out.join(''))).toMatchObject({
      services: [{ service: 'a-b' }],
      notes: [{ about: 'a.b' }, { about: 'c' }],
    });
  });
});
