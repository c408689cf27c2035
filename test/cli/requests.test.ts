import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import {
  exampleRequest,
  exampleRequested,
  exampleRequestList,
  exampleValues,
} from '../../functions/api/schemas/request.ts';
import { type FakeApi, run, startFakeApi } from './cli-world.ts';

const apis: FakeApi[] = [];
const folder = mkdtempSync(join(tmpdir(), 'flotilla-requests-'));
writeFileSync(join(folder, 'index.html'), '<h1>Hello</h1>');
afterEach(async () => {
  for (const api of apis.splice(0)) await api.close();
});

const root = '/api/v1/deployments/requests';
const { identifier } = exampleRequest;

const serve = async (route: string, data: object, status = 200) => {
  const api = await startFakeApi({ [route]: { status, body: { message: 'told', data } } });
  apis.push(api);
  return api;
};

const values = ['--replicas', '2', '--cpu', '100m:500m', '--memory', '64Mi:128Mi', '--html', 'index.html'];
const place = ['--namespace', 'team-a', '--image', 'nginx:1.27'];
const failed = { ...exampleRequest, status: 'FAILURE', failure_reason: 'CrashLoop: It crashes.' };

test.each([
  [
    'create',
    ['Web', ...place, ...values],
    `POST ${root}/create`,
    { name: 'Web', namespace: 'team-a', image: 'nginx:1.27', metadata: exampleValues },
  ],
  ['update', [identifier, ...values, '--if-version', '3'], `PATCH ${root}/${identifier}`, { metadata: exampleValues }],
  ['update', [identifier, '--replicas', '7'], `PATCH ${root}/${identifier}`, { metadata: { replica_count: 7 } }],
  ['delete', [identifier], `DELETE ${root}/${identifier}`, undefined],
  ['reconcile', [identifier], `POST ${root}/${identifier}/reconcile`, undefined],
  ['retry', ['a/b'], `POST ${root}/a%2Fb/retry`, undefined],
])('%s %j', async (verb, words, route, body) => {
  const api = await serve(route, exampleRequest);
  const words2 = ['requests', verb, ...words, '--user', 'ann', '--url', api.url];
  const ran = await run(verb === 'retry' ? words2 : [...words2, '--request-id', 'r-1'], { directory: folder });
  expect(ran).toMatchObject({
    status: 0,
    out: [`Request 5f0c9a52-web (CREATE ${identifier}): CREATED`, 'Batch 01KB3Q0A4M3V5E6Z7X8C9D0F1G'],
    error: [],
  });
  const [sent] = api.received;
  expect(sent!.headers).toMatchObject({ 'x-user-id': 'ann', ...(verb === 'retry' ? {} : { 'x-request-id': 'r-1' }) });
  expect(sent!.headers['if-match']).toBe(words.includes('--if-version') ? '3' : undefined);
  expect(sent!.body === '' ? undefined : JSON.parse(sent!.body)).toEqual(body);
});

test.each([
  [exampleRequest, 3],
  [{ ...exampleRequest, status: 'SUCCESS' }, 0],
  [failed, 1],
])('shows with the exit status who has to act %#', async (data, status) => {
  const api = await serve(`DELETE ${root}/web?wait=30`, data);
  expect((await run(['requests', 'delete', 'web', '--wait', '30', '--url', api.url])).status).toBe(status);
});

test('a limit needs both', async () => {
  const ran = await run(['requests', 'update', 'web', '--cpu', '1', '--url', 'http://127.0.0.1:1']);
  expect(ran).toMatchObject({ status: 2, error: ['--cpu and --memory go together.'] });
});

test('list shows the requests, by status', async () => {
  const [line] = exampleRequestList.data;
  const api = await startFakeApi({
    [`GET ${root}?limit=200`]: { body: { ...exampleRequestList, next_after: 'x' } },
    [`GET ${root}?limit=200&after=x`]: { body: { message: '', data: [{ ...line, status: 'FAILURE' }] } },
  });
  apis.push(api);
  const list = (...more: string[]) => run(['requests', 'list', ...more, '--url', api.url]);
  expect((await list()).out).toHaveLength(3);
  expect((await list('--status', 'failure')).out.at(-1)).toContain('FAILURE');
  expect(JSON.parse((await list('--status', 'failure', '--json')).out.join()).requests).toHaveLength(1);
  expect((await list('--status', 'success')).out).toEqual(['Nothing was requested, or nothing that stands so.']);
});

test('show shows a request, or a deployment', async () => {
  const api = await startFakeApi({
    [`GET ${root}/r-1`]: { body: { message: '', data: failed } },
    [`GET /api/v1/deployments/${identifier}`]: {
      body: { message: '', data: { ...exampleRequested, unseen: 'connection refused' } },
    },
  });
  apis.push(api);
  expect((await run(['requests', 'show', 'r-1', '--url', api.url])).out[1]).toBe('CrashLoop: It crashes.');
  const shown = await run(['requests', 'show', identifier, '--deployment', '--url', api.url]);
  expect(shown.out).toEqual([
    `Deployment ${identifier} in team-a: CREATED`,
    'Image nginx:1.27, version 1, by request 5f0c9a52-web',
    'The cluster could not be asked: connection refused',
  ]);
  rmSync(folder, { recursive: true });
});

test('names the flags behind each problem', async () => {
  const issues = [
    { path: 'body.name', message: 'has 2 characters; 3 to 50 are needed' },
    { path: 'body.metadata.replica_count', message: 'is missing' },
    { path: 'body.metadata.resource_limit.limit.memory', message: 'is less than what is asked for' },
    { path: 'body.metadata.resource_limit', message: 'is missing' },
    { path: 'body.image', message: 'dev does not allow it: the tag. [image-version].' },
    { path: 'body', message: 'dev does not allow it: root. No request can change that.' },
  ];
  const body = { code: 'RequestFieldsInvalid', detail: 'body.name has …', issues };
  const api = await startFakeApi({ [`POST ${root}/create`]: { status: 422, body } });
  apis.push(api);
  const ran = await run(['requests', 'create', 'ab', ...place, '--url', api.url]);
  expect(ran).toMatchObject({
    status: 2,
    error: [
      'NAME has 2 characters; 3 to 50 are needed',
      '--replicas is missing',
      '--memory (its limit) is less than what is asked for',
      '--cpu with --memory is missing',
      '--image: dev does not allow it: the tag. [image-version].',
      'dev does not allow it: root. No request can change that.',
    ],
  });
});

test("prints the server's message for other refusals", async () => {
  const body = { code: 'NameTaken', detail: 'There is one already: web-team-a-417.' };
  const api = await startFakeApi({ [`POST ${root}/create`]: { status: 409, body } });
  apis.push(api);
  const ran = await run(['requests', 'create', 'web', ...place, '--url', api.url]);
  expect(ran).toMatchObject({ status: 6, error: ['There is one already: web-team-a-417.'] });
});
