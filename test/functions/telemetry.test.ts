import { globSync, readFileSync } from 'node:fs';
import type { Context } from 'aws-lambda';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Telemetry } from '../../functions/runtime/telemetry.ts';
import { FlotillaError } from '../../lib/domain/errors.ts';

const context = { functionName: 'x', awsRequestId: 'r1', memoryLimitInMB: '256', invokedFunctionArn: 'arn' } as Context;
const batch = '01JD8Q4N9V8J8M2Z6Y0R3K5T7B';

let written = '';
beforeEach(() => {
  written = '';
  vi.stubEnv('POWERTOOLS_SERVICE_NAME', 'flotilla-test');
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((chunk) => {
      written += chunk;
      return true;
    });
  }
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const lines = (): readonly Record<string, unknown>[] =>
  written
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

it('writes lines of JSON that all name the batch and the deployment, and only during the work on them', async () => {
  const telemetry = new Telemetry();
  const event = { batch_id: batch, index: 3, attempt: 2, token: 'task-token' };
  await telemetry.around({ event, context }, async () => telemetry.tell('on its way', { to: 'PROCESSING' }));
  await telemetry.around({ event: {}, context }, async () => {});
  const [told, done, other] = lines();
  const about = { service: 'flotilla-test', function_request_id: 'r1', batch_id: batch, index: 3, attempt: 2 };
  expect(told).toMatchObject({ level: 'INFO', message: 'on its way', to: 'PROCESSING', ...about });
  expect(done).toMatchObject({ message: 'done', milliseconds: expect.any(Number), ...about });
  expect(other).not.toHaveProperty('batch_id');
});

it('logs a fault with its stack and causes, and passes it on unchanged', async () => {
  const telemetry = new Telemetry();
  const cause = Object.assign(new TypeError('no route'), { request: { headers: { authorization: 'Bearer s3cret' } } });
  const error = new FlotillaError('ExecutorUnavailable', 'cannot be reached', { account: 'acme' }, cause);
  const event = { batch_id: batch, index: 0 };
  await expect(telemetry.around({ event, context }, () => Promise.reject(error))).rejects.toBe(error);
  expect(lines()).toEqual([
    expect.objectContaining({
      ...{ level: 'ERROR', message: 'failed', batch_id: batch, index: 0, error: 'ExecutorUnavailable' },
      ...{ cause: 'cannot be reached', causes: ['TypeError: no route'], details: { account: 'acme' } },
      stack: expect.stringContaining('telemetry.test.ts'),
    }),
  ]);
  expect(written).not.toContain('s3cret');
});

it('writes nothing of a request but its route: no body, headers, query or secret path', async () => {
  const telemetry = new Telemetry();
  for (const rawPath of ['/callbacks/harness/s3cret', `/batches/${batch}/deployments/core/s3cret/resolve`]) {
    const event = {
      rawPath,
      rawQueryString: 'token=s3cret',
      headers: { authorization: 'Bearer s3cret' },
      body: 's3cret',
      requestContext: { requestId: 'g1', http: { method: 'POST', path: rawPath } },
    };
    await telemetry.around({ event, context }, async () => ({ statusCode: 200, body: 's3cret' }));
  }
  expect(written).not.toContain('s3cret');
  expect(lines()[1]).toMatchObject({
    ...{ message: 'done', status: 200, method: 'POST', request_id: 'g1' },
    ...{ route: '/batches/{id}/deployments', batch_id: batch },
  });
});

it('writes the measurements with the end of the call, and separate ones apart', async () => {
  const telemetry = new Telemetry();
  await telemetry.around({ event: {}, context }, async () => {
    telemetry.measure([
      { name: 'Deployments', value: 1, by: 'SUCCESS' },
      { name: 'Deployments', value: 1, by: 'FAILED' },
      { name: 'DeploymentDuration', value: 60_000 },
      { name: 'DeploymentDuration', value: 90_000 },
      { name: 'DriftedTargets', value: 2, place: 'payments' },
      { name: 'DriftedTargets', value: 3 },
    ]);
  });
  const blobs = lines().filter((line) => '_aws' in line);
  expect(blobs).toEqual([
    expect.objectContaining({ service: 'flotilla-test', status: 'SUCCESS', Deployments: 1 }),
    expect.objectContaining({ service: 'flotilla-test', status: 'FAILED', Deployments: 1 }),
    expect.objectContaining({ service: 'flotilla-test', place: 'payments', DriftedTargets: 2 }),
    expect.objectContaining({ service: 'flotilla-test', DeploymentDuration: [60_000, 90_000], DriftedTargets: 3 }),
  ]);
  for (const { _aws } of blobs) expect(_aws).toMatchObject({ CloudWatchMetrics: [{ Namespace: 'Flotilla' }] });
});

it('is imported by nothing but the bundles: the embedded runtime neither loads nor prints it', () => {
  const importers = globSync('{bin,lib,functions}/**/*.ts').filter((path) =>
    /runtime\/telemetry\.ts'|\.\/telemetry\.ts'|@aws-lambda-powertools/.test(readFileSync(path, 'utf8')),
  );
  expect(importers.sort()).toEqual(['functions/runtime/telemetry.ts', 'lib/infra/bundle-handlers.ts']);
});
