import { expect, test } from 'vitest';
import { id } from './answers.ts';
import { type RunOptions, run, startFakeApi } from './cli-world.ts';

const proposal = { version: '2.0.0', environment_id: 'uat', cluster: 'eu-1', evidence: [] };
const plan = {
  batch_id: id,
  more: false,
  proposals: [
    { ...proposal, key: 'risk/a', status: 'SUCCESS', message: 'Version 2.0.0 runs well.' },
    { ...proposal, key: 'risk/b', status: 'FAILED', message: 'The release before runs.', url: 'https://h/1' },
    { ...proposal, key: 'risk/c', message: 'It is not healthy yet.' },
  ],
};

const resolveAll = async (more: readonly string[], options: RunOptions = {}) => {
  const resolved = { body: { key: 'x', status: 'SUCCESS', resolved_by: 'ada' } };
  const api = await startFakeApi({
    [`POST /batches/${id}/resolve/plan`]: { body: plan },
    [`POST /batches/${id}/deployments/risk/a/resolve`]: resolved,
    [`POST /batches/${id}/deployments/risk/b/resolve`]: resolved,
  });
  const ran = await run(['resolve', id, '--all', ...more, '--url', api.url], options);
  await api.close();
  const sent = api.received.filter(({ request }) => request.includes('/deployments/'));
  return { ...ran, sent: sent.map(({ request, body }) => [request.split('/').at(-2), JSON.parse(body)]) };
};

const seen = (message: string): string => `Seen on cluster eu-1: ${message}`;

test('--yes accepts all proposals, with the observation as the reason, and refuses without one', async () => {
  const { status, out, sent } = await resolveAll(['--yes']);
  expect(sent).toEqual([
    ['a', { status: 'SUCCESS', reason: seen('Version 2.0.0 runs well.') }],
    ['b', { status: 'FAILED', reason: seen('The release before runs.') }],
  ]);
  expect(out).toEqual([
    'risk/a 2.0.0 in uat on eu-1: proposed SUCCESS',
    '  Version 2.0.0 runs well.',
    'risk/b 2.0.0 in uat on eu-1: proposed FAILED',
    '  The release before runs.',
    '  its run: https://h/1',
    'risk/c 2.0.0 in uat on eu-1: no proposal',
    '  It is not healthy yet.',
    '2 resolved, 1 left.',
  ]);
  expect(status).toBe(1);
});

test('asks about each proposal, and leaves the rejected ones unchanged', async () => {
  const { sent, error } = await resolveAll([], { says: 'n' });
  expect(sent).toEqual([]);
  expect(error).toEqual(['Say that risk/a is SUCCESS? [y/N] ', 'Say that risk/b is FAILED? [y/N] ']);
});

test('uses a reason of your own for every proposal you accept', async () => {
  const { sent } = await resolveAll(['--reason', 'looked'], { says: 'y' });
  expect(sent.map(([, { reason }]) => reason)).toEqual(['looked', 'looked']);
});

test.each([
  [['--all'], 'Add --yes'],
  [['risk/a', '--all', '--yes'], 'takes neither'],
  [['--all', '--yes', '--status', 'FAILED'], 'takes neither'],
  [['risk/a', '--status', 'FAILED'], 'Name the deployment'],
  [[], 'Name the deployment'],
] as const)('rejects %j', async (words, says) => {
  const { status, error } = await run(['resolve', id, ...words]);
  expect([status, error.join()]).toEqual([2, expect.stringContaining(says)]);
});
