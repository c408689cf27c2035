import { expect, test } from 'vitest';
import { exampleAdoption } from '../../functions/api/schemas/adoption.ts';
import { run, startFakeApi } from './cli-world.ts';

const ask = async (words: readonly string[], body: object = exampleAdoption, status = 200) => {
  const api = await startFakeApi({ 'POST /targets/adopt': { status, body } });
  const ran = await run(['adopt', ...words, '--url', api.url]);
  await api.close();
  return { ...ran, asked: api.received.map((one) => JSON.parse(one.body)) };
};

test('takes a target in its usual form, and reports what it adopted', async () => {
  const { status, out, asked } = await ask(['uat/eu-1/risk/cva', '--reason', 'hotfix of the night']);
  expect([status, asked]).toEqual([
    0,
    [{ key: 'risk/cva', environment: 'uat', cluster: 'eu-1', reason: 'hotfix of the night' }],
  ]);
  expect(out).toEqual([
    exampleAdoption.message,
    '  deployment risk/cva spec.template.spec.containers[name=app].image: registry.example/cva:1.4.0 -> registry.example/cva:1.4.1',
    ...exampleAdoption.notes,
  ]);
});

test('reports an object that is gone, and how many fields are not shown', async () => {
  const { out } = await ask(['uat/eu-1/risk/cva'], {
    ...exampleAdoption,
    fields: [{ object: 'configmap risk/a' }],
    count: 3,
  });
  expect(out.slice(1, 3)).toEqual(['  configmap risk/a is gone', '  and 2 more']);
});

test("prints the server's answer as JSON", async () => {
  const { status, out } = await ask(['uat/eu-1/risk/cva', '--json']);
  expect([status, JSON.parse(out[0]!)]).toEqual([0, exampleAdoption]);
});

test('reports a refusal, and does not send a name that names no target', async () => {
  const refused = await ask(['uat/eu-1/risk/cva'], { code: 'ChangedSince', detail: 'It has changed since.' }, 409);
  expect([refused.status, refused.error.join()]).toEqual([6, expect.stringContaining('It has changed since.')]);
  const wrong = await ask(['risk/cva']);
  expect([wrong.status, wrong.asked, wrong.error.join()]).toEqual([
    2,
    [],
    expect.stringContaining('risk/cva names no target'),
  ]);
});
