import { afterEach, describe, expect, test } from 'vitest';
import { batch, health } from './answers.ts';
import { type FakeApi, run, startFakeApi } from './cli-world.ts';

const apis: FakeApi[] = [];
afterEach(async () => {
  await Promise.all(apis.splice(0).map((api) => api.close()));
});

const deploy = async (argv: readonly string[], answer?: string) => {
  const api = await startFakeApi({
    'GET /health': { body: health },
    'POST /deployments': { status: 202, body: batch() },
  });
  apis.push(api);
  const ran = await run(['deploy', ...argv, '--url', api.url], answer === undefined ? {} : { says: answer });
  const sent = api.received
    .filter(({ request }) => request === 'POST /deployments')
    .map(({ body }) => JSON.parse(body));
  return { ...ran, sent };
};

const cva = ['risk/cva', '--environment', 'uat'];

describe('flotilla deploy --action', () => {
  test('scales without asking', async () => {
    const { status, sent } = await deploy([...cva, '--action', 'scale', '--replicas', '0']);
    expect([status, sent]).toEqual([0, [{ key: 'risk/cva', environment: 'uat', action: 'scale', replicas: 0 }]]);
  });

  test.each([
    ['y', 0, 1],
    ['n', 6, 0],
    ['', 6, 0],
  ])('asks for confirmation before it deletes: %j', async (answer, expected, times) => {
    const { status, sent } = await deploy([...cva, '--action', 'delete'], answer);
    expect([status, sent.length]).toEqual([expected, times]);
  });

  test('deletes without asking with --yes, and refuses where nobody can answer', async () => {
    const forced = await deploy([...cva, '--action', 'delete', '--yes', '--infrastructure', 'eu']);
    expect([forced.status, forced.sent]).toEqual([
      0,
      [{ key: 'risk/cva', environment: 'uat', action: 'delete', infrastructure: 'eu' }],
    ]);
    const alone = await deploy([...cva, '--action', 'delete']);
    expect([alone.status, alone.error.at(-1), alone.sent]).toEqual([
      2,
      'Cannot ask you (no terminal). Add --yes to delete risk/cva in uat.',
      [],
    ]);
  });

  test.each([
    [['--action', 'remove'], '--action is one of deploy, delete, scale, and not "remove".'],
    [['--action', 'scale'], 'Say how many: --action scale needs --replicas.'],
    [['--replicas', '3'], '--replicas goes with --action scale.'],
    [['--action', 'delete', '--replicas', '3'], '--replicas goes with --action scale.'],
    [['--action', 'delete', '--artifact', 'helm'], '--artifact has no effect: a delete concerns what is deployed.'],
  ])('refuses %j', async (argv, said) => {
    const { status, error, sent } = await deploy([...cva, ...argv]);
    expect([status, error.at(-1), sent]).toEqual([2, said, []]);
  });

  test('needs a name without a version, and an environment', async () => {
    const versioned = await deploy(['risk/cva=1', '--environment', 'uat', '--action', 'delete', '--yes']);
    expect(versioned.error.at(-1)).toMatch(/^--action delete goes with pillar\/service, without a version/);
    const nowhere = await deploy(['risk/cva', '--action', 'delete', '--yes']);
    expect(nowhere.error.at(-1)).toBe('Say where: risk/cva needs --environment.');
    for (const what of [['risk/cva@eu-1=2'], ['risk/cva@eu-1', '--action', 'delete', '--yes']]) {
      const { status, error } = await deploy([...what, '--environment', 'uat']);
      expect([status, error.at(-1)]).toEqual([2, 'Write risk/cva, and --infrastructure eu-1.']);
    }
  });
});
