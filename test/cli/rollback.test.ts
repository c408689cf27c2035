import { describe, expect, onTestFinished, test } from 'vitest';
import type { BatchView } from '../../lib/usecases/batch/read-batch.ts';
import { batch, deployment, deployments, health } from './answers.ts';
import { run, type Script, startFakeApi } from './cli-world.ts';

const id = '01M8CVW6R3TESTTESTTESTTEST';
const against = async (script: Script, ...argv: readonly string[]) => {
  const api = await startFakeApi(script);
  onTestFinished(() => api.close());
  return { api, ...(await run(['rollback', ...argv, '--url', api.url])) };
};

const preview = {
  rolls_back: id,
  name: 'Release 12',
  ended: true,
  covers: [id],
  deployments: [
    { key: 'risk/web', target: 'uat/eu/risk/web', step: 0, from: '2.0.0', to: '1.0.0', waits_for: [] },
    {
      key: 'risk/db',
      target: 'uat/eu/risk/db',
      step: 1,
      from: '2.0.0',
      to: '1.0.0',
      waits_for: ['risk/web'],
      forced: true,
    },
  ],
  left: [
    {
      key: 'risk/new',
      target: 'uat/eu/risk/new',
      reason: 'NoPreviousVersion',
      message: 'It was the first there.',
      version: '2.0.0',
    },
    {
      key: 'risk/off',
      target: 'uat/eu/risk/off',
      reason: 'NothingChanged',
      message: 'It has changed nothing.',
      version: '2.0.0',
    },
  ],
  nothing_to_undo: 1,
};

describe('flotilla rollback of a batch', () => {
  test('previews what goes where, in which order, and what is left out and why', async () => {
    const { status, out } = await against(
      { [`POST /batches/${id}/rollback/plan`]: { body: preview } },
      id,
      '--preview',
    );
    expect(status).toBe(0);
    expect(out.map((line) => line.replace(/ {2,}/g, ' | ').trim())).toEqual([
      `Batch ${id}: Release 12.`,
      '# | STEP | DEPLOYMENT | VERSION | TARGET | WAITS FOR',
      '1 | 0 | risk/web | 2.0.0 -> 1.0.0 | uat/eu/risk/web | -',
      '2 | 1 | risk/db (forced) | 2.0.0 -> 1.0.0 | uat/eu/risk/db | risk/web',
      '2 deployments would go back, 1 would be left, 1 has nothing to undo: risk/off.',
      '| left: risk/new: NoPreviousVersion. It was the first there.',
    ]);
  });

  test('submits the rollback with its reason, and says how to follow it', async () => {
    const body = { batch_id: '01NEW', rolls_back: id, state: 'begun', message: 'Puts 2 deployments back.', links: {} };
    const { status, out } = await against(
      { [`POST /batches/${id}/rollback`]: { status: 202, body } },
      id,
      '--reason',
      'orders are lost',
      '--only',
      'risk/web',
    );
    expect(status).toBe(0);
    expect(out[0]).toBe('Batch 01NEW: Puts 2 deployments back.');
    expect(out[1]).toContain('status 01NEW --follow');
  });

  test.each([
    [[id], 'Say why, for the record: --reason "…". To look first: --preview.'],
    [[id, '--preview', '--to', '1'], '--to is for one deployment, which is named pillar/service.'],
    [['risk/db', '--preview', '--only', 'risk/db'], '--only is for a batch; risk/db is one deployment.'],
    [['risk/db', '--preview'], 'Name the environment: --environment uat.'],
    [[id, '--reason', 'x', '--timeout', '5'], '--timeout is for --follow, and without that it has no effect.'],
  ])('rejects %j', async (argv, said) => {
    const { status, error } = await against({}, ...argv);
    expect([status, error.join()]).toEqual([2, said]);
  });
});

test('recognises one deployment by its slash', async () => {
  const body = { batch_id: '01NEW', target: 'uat/eu/risk/db', message: 'Puts version 1.3.2 back.', links: {} };
  const { status, out } = await against(
    { 'POST /targets/rollback': { status: 202, body } },
    'risk/db',
    '--environment',
    'uat',
    '--to',
    '1.3.2',
    '--reason',
    'slow',
  );
  expect([status, out[0]]).toEqual([0, 'Batch 01NEW: Puts version 1.3.2 back.']);
});

describe('flotilla status of a batch that is rolled back', () => {
  const told = async (patch: Partial<BatchView>): Promise<readonly string[]> => {
    const api = await startFakeApi({
      'GET /batches/B1': { body: batch(patch) },
      'GET /health': { body: health },
      'GET /batches/B1/deployments?limit=1000': { body: deployments(deployment()) },
    });
    onTestFinished(() => api.close());
    return (await run(['status', 'B1', '--url', api.url])).out;
  };

  test('names the batch that rolls it back now, and those that did so before', async () => {
    const out = await told({ rollbacks: ['R1', 'R2'], rolling_back: 'R2' });
    expect(out).toContain('Rolled back by R1');
    expect(out).toContain('Being rolled back by R2');
  });

  test('names the requested rollback, and who asked for it', async () => {
    const out = await told({ rollback_requested: { batch_id: 'R1', by: 'ada', at: '2026-09-30T06:00:00.000Z' } });
    expect(out).toContain('To be rolled back by R1, as ada has asked, when all has ended that is in flight');
  });
});

test('lists the choices for an unverified version, and for a service on several clusters', async () => {
  const refused: readonly (readonly [number, string, readonly string[]])[] = [
    [404, 'Version 9.9 was never verified at uat/eu/risk/db; these were: 1.4, 1.3.', ['1.4', '1.3']],
    [400, 'risk/db in uat runs on several clusters: eu, us. Name one of them.', ['eu', 'us']],
  ];
  for (const [answer, detail, candidates] of refused) {
    const body = { detail, code: 'SomeCode', candidates };
    const script = { 'POST /targets/rollback/plan': { status: answer, body } };
    const { status, error } = await against(script, 'risk/db', '--environment', 'uat', '--to', '9.9', '--preview');
    expect([status, error]).toEqual([answer === 404 ? 4 : 2, [detail]]);
  }
});
