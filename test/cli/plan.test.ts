import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { previewPlan } from '../../lib/usecases/plan/preview-plan.ts';
import { makeWorld, manyYaml, releaseYaml } from '../usecases/batch/api-world.ts';
import { run, startFakeApi } from './cli-world.ts';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'flotilla-plan-'));
  writeFileSync(join(directory, 'release.yaml'), releaseYaml);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('flotilla plan', () => {
  test('plans without a server: order, critical path and steps, with everything simulated', async () => {
    const { status, out } = await run(['plan', 'release.yaml'], { directory });
    expect(status).toBe(0);
    const text = out.join('\n');
    expect(out[0]).toMatch(/^Planned here, with simulated defaults/);
    expect(out[1]).toContain('SIMULATED: Harness');
    expect(text).toContain('Critical path: shared/login-api -> clearing/trade-intake -> risk/limit-check');
    expect(text).toMatch(/^On failure: .* wait for you \(manual, the default of the format\)/m);
    expect(text).toMatch(
      /^One service can take .* at worst: .* tries of .*Waiting for a turn or a person is extra\.$/m,
    );
    expect(text).toContain('waits until shared/login-api has succeeded');
    expect(out.filter((line) => line.includes('cluster-eu-1 (simulated)'))).toHaveLength(3);
  });

  test('suggests a service mapping only to users with a file that could hold one', async () => {
    const told = /no service mapping/;
    const without = await run(['plan', 'release.yaml'], { directory });
    expect([...without.out, ...without.error].join('\n')).not.toMatch(told);
    const file =
      'pillars: { shared: { harness: { pipeline: p } }, clearing: { harness: { pipeline: p } }, risk: { harness: { pipeline: p } } }';
    writeFileSync(
      join(directory, 'simulated.yaml'),
      `${file}\nclusters: { cluster-eu-1: { simulated: true } }\nharness: { simulated: true }\n`,
    );
    const { status, out, error } = await run(['plan', 'release.yaml', '--config', 'simulated.yaml'], { directory });
    expect(out[0]).toBe(
      `Planned here, with ${join(directory, 'simulated.yaml')}; no server was asked, so nothing is known of locks and of what runs (--url names one).`,
    );
    expect([status, error.join('\n'), out.join('\n')]).toEqual([
      0,
      expect.stringMatching(told),
      expect.stringMatching(told),
    ]);
  });

  test('warns about an unverified certificate of a cluster that is used', async () => {
    const kubeconfig = {
      clusters: [{ name: 'c', cluster: { server: 'https://10.0.0.1:6443', 'insecure-skip-tls-verify': true } }],
      ...{ users: [{ name: 'u', user: {} }], contexts: [{ name: 'one', context: { cluster: 'c', user: 'u' } }] },
      'current-context': 'one',
    };
    writeFileSync(join(directory, 'unchecked'), JSON.stringify(kubeconfig));
    const clusters = { one: { kubeconfig: './unchecked' }, two: { simulated: true } };
    writeFileSync(join(directory, 'unchecked.yaml'), JSON.stringify({ clusters, harness: { simulated: true } }));
    const warned = async (infrastructure_id: string): Promise<boolean> => {
      const item = { pillar: 'risk', infrastructure_id, service_name: 'api', docker_image_version: '1.0.0' };
      const deployments = [{ ...item, docker_artifact_type: 'docker', environment_id: 'staging' }];
      const stdin = JSON.stringify({ version: 'v1.0', deployments });
      const { status, out } = await run(['plan', '-', '--config', 'unchecked.yaml'], { directory, stdin });
      expect(status).toBe(0);
      return out.some((line) => line.startsWith('warning: The certificate of cluster one is not checked'));
    };
    expect([await warned('one'), await warned('two')]).toEqual([true, false]);
  });

  test('refuses what a server would refuse: two contexts with one address are one cluster', async () => {
    const context = (name: string) => ({ name, context: { cluster: 'c', user: 'u' } });
    const kubeconfig = {
      clusters: [{ name: 'c', cluster: { server: 'https://10.0.0.1:6443', 'insecure-skip-tls-verify': true } }],
      ...{ users: [{ name: 'u', user: {} }], contexts: ['one', 'two'].map(context), 'current-context': 'one' },
    };
    writeFileSync(join(directory, 'kubeconfig'), JSON.stringify(kubeconfig));
    const configuration = {
      clusters: {
        one: { kubeconfig: './kubeconfig', context: 'one' },
        two: { kubeconfig: './kubeconfig', context: 'two' },
      },
      ...{ harness: { simulated: true } },
    };
    writeFileSync(join(directory, 'twins.yaml'), JSON.stringify(configuration));
    const on = (pillar: string, infrastructure_id: string) => ({
      ...{ pillar, infrastructure_id, service_name: 'api', docker_image_version: '1.0.0' },
      ...{ docker_artifact_type: 'docker', environment_id: 'staging' },
    });
    const batch = { version: 'v1.0', deployments: [on('risk', 'one'), on('data', 'two')] };
    const { status, error } = await run(['plan', '-', '--config', 'twins.yaml'], {
      directory,
      stdin: JSON.stringify(batch),
    });
    expect(status).not.toBe(0);
    expect(error.join('\n')).toContain(
      'data/api on two leads to deployment default/api on two, and so does risk/api on one',
    );
  });

  test.each([
    [1, '1 deployment on one level, '],
    [2, '2 deployments on one level, '],
  ])('counts %i', async (count, told) => {
    const { out } = await run(['plan', '-'], { directory, stdin: manyYaml(count) });
    expect(out.filter((line) => line.startsWith(told))).toHaveLength(1);
  });

  const orderOf = async (strategy: string): Promise<readonly string[]> => {
    const lone = (name: string, more: string): string =>
      `  - { pillar: risk, service_name: ${name}, docker_image_version: "1", metadata: { ${more} } }\n`;
    const head = releaseYaml.split('deployments:')[0];
    const stdin = `${head}strategy: { ${strategy} }\ndeployments:\n${lone('late', 'priority: 1')}${lone('after', 'dependencies: [first], priority: 9')}${lone('first', 'priority: 9')}`;
    const { out } = await run(['plan', '-'], { directory, stdin });
    return out.flatMap((line) => {
      const [, number, name] = /^(\d+) .*risk\/(\w+) +1 /.exec(line) ?? [];
      return number === undefined ? [] : [`${number} ${name}`];
    });
  };

  test.each([
    ['mode: parallel', ['1 first', '2 late', '3 after']],
    ['mode: sequential', ['1 first', '2 after', '3 late']],
  ])('shows the order of turns, numbered from 1: %s', async (strategy, order) => {
    expect(await orderOf(strategy)).toEqual(order);
  });

  test('the same batch has the same hash here and on the server', async () => {
    const preview = await previewPlan(makeWorld().deps, { text: releaseYaml });
    const api = await startFakeApi({ 'POST /batches/plan': { body: preview } });
    const here = await run(['plan', 'release.yaml', '--json'], { directory });
    const there = await run(['plan', 'release.yaml', '--json', '--url', api.url], { directory });
    await api.close();
    expect(api.received).toHaveLength(1);
    const [local, remote] = [here, there].map(({ out }) => JSON.parse(out.join('')));
    expect(remote.plan_hash).toBe(local.plan_hash);
    expect(local.planned_by).toEqual({ by: 'defaults' });
    expect(remote).toMatchObject({
      planned_by: { by: 'server', url: api.url },
      recorded: { looked_up: 3, left_out: 0 },
      deployments: local.deployments.map((one: object) => ({ ...one, change: 'new' })),
    });
  });

  test('reports problems with line and column, and exit status 2', async () => {
    const { status, error } = await run(['plan', '-'], { directory, stdin: releaseYaml.replace('"3.0.2"', '3') });
    expect(status).toBe(2);
    expect(error[1]).toMatch(/^<stdin>:5:\d+ deployments\[1\]\.docker_image_version: /);
    const own = mkdtempSync(join(tmpdir(), 'flotilla-plan-'));
    writeFileSync(join(own, 'bad.yaml'), 'version: v1.0');
    expect((await run(['plan', 'bad.yaml'], { directory: own })).error[1]).toMatch(/^bad\.yaml:1:1 deployments: /);
    rmSync(own, { recursive: true, force: true });
  });

  test('uses the configuration in the folder', async () => {
    const own = mkdtempSync(join(tmpdir(), 'flotilla-plan-'));
    writeFileSync(
      join(own, 'flotilla.config.yaml'),
      'environments: { production: {} }\nclusters: { cluster-eu-1: { simulated: true } }\nharness: { simulated: true }\n',
    );
    const { status, error } = await run(['plan', '-'], { directory: own, stdin: releaseYaml });
    rmSync(own, { recursive: true, force: true });
    expect(status).toBe(2);
    expect(error.join('\n')).toContain('production');
  });

  test('names the file of problems in the configuration', async () => {
    const own = mkdtempSync(join(tmpdir(), 'flotilla-plan-'));
    writeFileSync(join(own, 'bad.yaml'), 'environmentz: {}\n');
    const { status, error } = await run(['plan', '-', '--config', 'bad.yaml'], { directory: own, stdin: releaseYaml });
    rmSync(own, { recursive: true, force: true });
    expect(status).toBe(2);
    expect(error.join('\n')).toMatch(/bad\.yaml:1:1 environmentz: /);
  });
});
