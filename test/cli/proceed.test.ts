import { expect, test } from 'vitest';
import { id } from './answers.ts';
import { type RunOptions, run, startFakeApi } from './cli-world.ts';

const waiting = (key: string, why: string) => ({ key, status: 'PROCESSING', waiting_for: [{ kind: 'executor', why }] });
const deployments = [
  waiting('risk/a', 'proceed'),
  waiting('risk/b', 'person'),
  { key: 'risk/c', status: 'PROCESSING' },
  waiting('risk/d', 'proceed'),
];

const proceed = async (words: readonly string[], options: RunOptions = {}, all: readonly object[] = deployments) => {
  const api = await startFakeApi({
    [`GET /batches/${id}/deployments?status=PROCESSING&limit=1000`]: { body: { deployments: all } },
    [`POST /batches/${id}/deployments/risk/a/proceed`]: { body: { key: 'risk/a', status: 'PROCESSING' } },
    [`POST /batches/${id}/deployments/risk/gone/proceed`]: {
      status: 409,
      body: { code: 'NotWaiting', detail: 'risk/gone does not wait for a person: it is SUCCESS / Verified.' },
    },
    [`POST /batches/${id}/deployments/risk/d/proceed`]: { body: { key: 'risk/d', status: 'PROCESSING' } },
  });
  const ran = await run(['proceed', ...words, '--url', api.url], options);
  await api.close();
  return { ...ran, sent: api.received.flatMap(({ request }) => (request.startsWith('POST') ? [request] : [])) };
};

test('lets one deployment continue', async () => {
  const { status, out, sent } = await proceed([id, 'risk/a']);
  expect([status, out, sent]).toEqual([0, ['risk/a goes on.'], [`POST /batches/${id}/deployments/risk/a/proceed`]]);
});

test('continues all that wait for Flotilla, and none that wait in Harness', async () => {
  const { status, out } = await proceed([id, '--all']);
  expect([status, out]).toEqual([0, ['risk/a goes on.', 'risk/d goes on.']]);
});

test('continues the others when one no longer waits', async () => {
  const waits = [waiting('risk/gone', 'proceed'), ...deployments];
  const { status, out } = await proceed([id, '--all'], {}, waits);
  expect([status, out]).toEqual([0, ['risk/a goes on.', 'risk/d goes on.', 'risk/gone waits no more.']]);
});

test('says so when nothing waits', async () => {
  const { status, out } = await proceed([id, '--all'], {}, []);
  expect([status, out]).toEqual([0, ['Nothing waits for a person there.']]);
});

test('prints the deployments with --json', async () => {
  const [one, all] = [await proceed([id, 'risk/a', '--json']), await proceed([id, '--all', '--json'])];
  expect(JSON.parse(one.out.join())).toEqual({ key: 'risk/a', status: 'PROCESSING' });
  expect(JSON.parse(all.out.join())).toEqual({ batch_id: id, proceeded: ['risk/a', 'risk/d'] });
});

test.each([[[id]], [[id, 'risk/a', '--all']]])('rejects %j', async (words) => {
  const { status, error } = await proceed(words);
  expect([status, error.join()]).toEqual([2, expect.stringContaining('Name the deployment that is to go on')]);
});
