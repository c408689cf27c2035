import { EventEmitter, once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { SqliteTable } from '../../lib/adapters/sqlite-table.ts';
import type { JsonObject } from '../../lib/domain/json.ts';
import type { Clock } from '../../lib/domain/ports.ts';
import { TableBudget } from '../../lib/usecases/budget/table-budget.ts';
import {
  anyTime,
  apiKey,
  executeSettings,
  executorOf,
  hastyClock,
  newsOf,
  requestOf,
  watch,
  webhookSettings,
  webhookToken,
} from './harness-fixtures.ts';
import { sendJson, serverThat } from './scripted-server.ts';

/** What a server says, and how the executor takes it. The server is a real one on loopback. */

const html = (response: ServerResponse, status: number): void => {
  response.writeHead(status, { 'content-type': 'text/html' });
  response.end('<html><body>SUCCESS</body></html>');
};

const dto = (code: string) => ({ status: 'ERROR', code, message: 'because', correlationId: 'c' });
const ok = (data: unknown) => ({ status: 'SUCCESS', data, metaData: null, correlationId: 'c' });
const event = '65e0d8c3c0ffee0123456789';

interface Case {
  readonly says: string;
  readonly answer: (response: ServerResponse) => void;
  readonly isSilent?: boolean;
  readonly webhook: JsonObject;
  readonly execute?: JsonObject;
}

const rejected = (reason: string, retryable = false): JsonObject => ({ kind: 'rejected', retryable, reason });
const unknown: JsonObject = { kind: 'unknown' };

const cases: readonly Case[] = [
  {
    says: '200 with an event id',
    answer: (r) => sendJson(r, 200, ok({ eventCorrelationId: event })),
    webhook: { kind: 'accepted', correlation: event },
    execute: unknown,
  },
  {
    says: '202 with an event id',
    answer: (r) => sendJson(r, 202, ok({ eventCorrelationId: event })),
    webhook: { kind: 'accepted', correlation: event },
    execute: unknown,
  },
  {
    says: '200 with the event id as a bare text',
    answer: (r) => sendJson(r, 200, ok(event)),
    webhook: { kind: 'accepted', correlation: event },
    execute: unknown,
  },
  {
    says: '200, status FAILED, with an event id: something was stored',
    answer: (r) => sendJson(r, 200, { ...ok({ eventCorrelationId: event }), status: 'FAILED' }),
    webhook: { kind: 'accepted', correlation: event },
    execute: unknown,
  },
  {
    says: '200 with executionId at the top (gateways of older pipelines)',
    answer: (r) => sendJson(r, 200, { executionId: 'run-1' }),
    webhook: { kind: 'started', ref: 'run-1' },
  },
  {
    says: '200 with execution_id at the top',
    answer: (r) => sendJson(r, 200, { execution_id: 'run-1' }),
    webhook: { kind: 'started', ref: 'run-1' },
  },
  {
    says: '200 with a plan execution in engine words',
    answer: (r) => sendJson(r, 200, ok({ planExecution: { uuid: 'run-2', status: 'FREEZE_FAILED' } })),
    webhook: unknown,
    execute: { kind: 'started', ref: 'run-2' },
  },
  { says: '200, status SUCCESS, no id', answer: (r) => sendJson(r, 200, ok(null)), webhook: unknown },
  {
    says: '200, status FAILED, no id, no code',
    answer: (r) => sendJson(r, 200, { status: 'FAILED' }),
    webhook: unknown,
  },
  {
    says: '200, status ERROR with a refusal code',
    answer: (r) => sendJson(r, 200, dto('NG_ACCESS_DENIED')),
    webhook: rejected('ExecutorRejected'),
  },
  {
    says: '200 with code TOO_MANY_REQUESTS',
    answer: (r) => sendJson(r, 200, dto('TOO_MANY_REQUESTS')),
    webhook: rejected('ExecutorThrottled', true),
  },
  {
    says: '200 with an unknown code',
    answer: (r) => sendJson(r, 200, dto('UNKNOWN_ERROR')),
    webhook: unknown,
  },
  { says: '200 HTML', answer: (r) => html(r, 200), webhook: unknown },
  { says: '200 and a JSON list', answer: (r) => sendJson(r, 200, [event]), webhook: unknown },
  { says: '204 without a body', answer: (r) => r.writeHead(204).end(), webhook: unknown },
  {
    says: '200 cut in the middle of its body',
    answer: (r) => {
      r.writeHead(200, { 'content-length': 200 });
      r.write('{"status":"SUCCESS","data":{"eventCorrelationId"', () => r.socket?.destroy());
    },
    webhook: unknown,
  },
  {
    says: '301',
    answer: (r) => r.writeHead(301, { location: '/elsewhere' }).end(),
    webhook: rejected('ExecutorMisconfigured'),
  },
  { says: '303', answer: (r) => r.writeHead(303, { location: '/done' }).end(), webhook: unknown },
  {
    says: '400 INVALID_REQUEST',
    answer: (r) => sendJson(r, 400, dto('INVALID_REQUEST')),
    webhook: rejected('ExecutorRejected'),
  },
  {
    says: '400 of bean validation',
    answer: (r) =>
      sendJson(r, 400, {
        status: 'FAILURE',
        code: 'INVALID_REQUEST',
        errors: [{ fieldId: 'orgIdentifier', error: 'no' }],
      }),
    webhook: { ...rejected('ExecutorRejected'), message: 'Harness answered 400 INVALID_REQUEST: orgIdentifier no' },
  },
  {
    says: '400 TOO_MANY_REQUESTS',
    answer: (r) => sendJson(r, 400, dto('TOO_MANY_REQUESTS')),
    webhook: rejected('ExecutorThrottled', true),
  },
  { says: '401', answer: (r) => sendJson(r, 401, dto('EXPIRED_TOKEN')), webhook: rejected('ExecutorRejected') },
  { says: '403 HTML of a firewall', answer: (r) => html(r, 403), webhook: rejected('ExecutorRejected') },
  { says: '404', answer: (r) => sendJson(r, 404, dto('ENTITY_NOT_FOUND')), webhook: rejected('ExecutorRejected') },
  { says: '408', answer: (r) => r.writeHead(408).end(), webhook: unknown },
  { says: '429 without a body', answer: (r) => r.writeHead(429).end(), webhook: rejected('ExecutorThrottled', true) },
  {
    says: '429 with Retry-After',
    answer: (r) => r.writeHead(429, { 'retry-after': '20' }).end(),
    webhook: { ...rejected('ExecutorThrottled', true), retryAfter: 20_000 },
  },
  { says: '500', answer: (r) => sendJson(r, 500, dto('UNKNOWN_ERROR')), webhook: unknown },
  { says: '502 HTML', answer: (r) => html(r, 502), webhook: unknown },
  { says: '504', answer: (r) => r.writeHead(504).end(), webhook: unknown },
  { says: 'nothing: connection reset', answer: (r) => void r.socket?.destroy(), webhook: unknown },
  { says: 'nothing at all until the timeout', answer: () => undefined, isSilent: true, webhook: unknown },
];

describe('the result of a start for each answer', () => {
  const rows = cases.flatMap((each) => [
    { ...each, mode: 'webhook', settings: webhookSettings, expected: each.webhook },
    { ...each, mode: 'execute', settings: executeSettings, expected: each.execute ?? each.webhook },
  ]);
  it.each(rows)('$mode: $says', async ({ answer, isSilent, settings, expected }) => {
    const asked = new EventEmitter();
    const server = await serverThat((_, response) => {
      answer(response);
      asked.emit('asked');
    });
    // Where no answer comes, the time limit of a request, a sleep with a signal, is over as soon as the server has the
    // request.
    const over = once(asked, 'asked').then(() => {});
    const sleep: Clock['sleep'] = (milliseconds, signal) => (signal ? over : hastyClock.sleep(milliseconds));
    const clock: Clock = { ...hastyClock, sleep };
    const result = await executorOf(server.url, isSilent ? { clock } : {}).start(requestOf({ settings }), anyTime);
    expect(result).toMatchObject(expected);
    expect(result.answer).toEqual(expect.any(String));
    // A start is sent once, no matter how bad the answer is.
    expect(server.calls).toHaveLength(1);
  });

  it.each([
    ['nobody listens', 'http://127.0.0.1:2', 'ECONNREFUSED'],
    ['the name does not exist', 'https://harness.invalid', 'ENOTFOUND|EAI_AGAIN'],
  ])('nothing was sent when %s: it may be tried again', async (_, url, code) => {
    const result = await executorOf(url).start(requestOf(), anyTime);
    expect(result).toMatchObject(rejected('ExecutorUnreachable', true));
    expect(result).toMatchObject({ message: expect.stringMatching(code) });
  });
});

describe('what a start sends', () => {
  it.each([webhookSettings, executeSettings])(
    'nothing, when so many wait before it that the poller may have failed it: %o',
    async (settings) => {
      let now = 0;
      // The time limit of a request, a sleep with a signal, never comes.
      const sleep: Clock['sleep'] = async (milliseconds, signal) => {
        if (signal !== undefined) return new Promise(() => {});
        now += milliseconds;
      };
      const sentAt: number[] = [];
      const server = await serverThat((_call, response) => {
        sentAt.push(now);
        sendJson(response, 200, { executionId: 'r1' });
      });
      const clock = { now: () => now, sleep };
      const table = new SqliteTable(':memory:');
      const budget = new TableBudget({ table, clock, random: { next: () => 0.5 }, account: 'harness:acme', limit: 10 });
      const executor = executorOf(server.url, { clock, budget });
      const request = requestOf({ at: 0, settings });
      const results = [];
      for (let nth = 0; nth < 40; nth += 1)
        results.push(await executor.start(request, executor.lateStartMilliseconds / 2));
      expect(results.at(-1)).toEqual({ kind: 'busy', until: expect.any(Number), answer: expect.any(String) });
      expect((results.at(-1) as { until: number }).until).toBeGreaterThan(executor.lateStartMilliseconds / 2);
      expect(Math.max(...sentAt)).toBeLessThanOrEqual(executor.lateStartMilliseconds / 2);
      expect(results.filter(({ kind }) => kind === 'started')).toHaveLength(server.calls.length);
    },
  );

  it('by webhook: both identifiers, the key, the token in the path, and the old fields with ours', async () => {
    const server = await serverThat((_, response) => sendJson(response, 200, ok({ eventCorrelationId: event })));
    const at = 1_790_000_000_999;
    const clock = { ...hastyClock, now: () => at };
    await executorOf(`${server.url}/gateway`, { clock }).start(requestOf({ at, version: '2.3.9' }), anyTime);
    const [call] = server.calls;
    expect(call).toMatchObject({
      method: 'POST',
      path: `/gateway/pipeline/api/webhook/custom/${encodeURIComponent(webhookToken)}/v3`,
      query: {
        accountIdentifier: 'acme',
        orgIdentifier: 'default',
        projectIdentifier: 'apps',
        pipelineIdentifier: 'deploy_risk',
        triggerIdentifier: 'flotilla',
      },
      headers: { 'x-api-key': apiKey, 'content-type': 'application/json' },
    });
    expect(JSON.parse(call!.body)).toEqual({
      service_name: 'limit-check',
      docker_artifact_type: 'docker',
      docker_image_version: '2.3.9',
      environment_id: 'staging',
      infrastructure_id: 'cluster-eu-1',
      pillar: 'risk',
      metadata: {
        priority: 9,
        timeout: 900,
        retry_count: 1,
        tags: ['core'],
        rollback_strategy: 'manual',
        health_check: { enabled: true, path: '/ready', port: 8080, timeout: 20 },
      },
      timestamp: 1_790_000_000,
      flotilla: {
        key: '01JD0000000000000000000000-12-1',
        batch_id: '01JD0000000000000000000000',
        deployment: 'risk/limit-check',
      },
      target: {
        cluster: 'eu-1',
        namespace: 'risk',
        kind: 'deployment',
        name: 'limit-check',
        container: 'app',
        image: 'registry:5000/limit',
      },
    });
  });

  it('by execute: YAML with text values, and our key as the notes', async () => {
    const server = await serverThat((_, response) => sendJson(response, 200, ok({ planExecution: { uuid: 'r' } })));
    const settings = {
      ...executeSettings,
      org: 'other',
      project: 'p2',
      variables: ['docker_image_version', 'flotilla_key'],
    };
    await executorOf(server.url).start(requestOf({ settings, version: '1.10' }), anyTime);
    expect(server.calls).toMatchObject([
      {
        path: '/pipeline/api/pipeline/execute/deploy_risk',
        query: {
          orgIdentifier: 'other',
          projectIdentifier: 'p2',
          notesForPipelineExecution: '01JD0000000000000000000000-12-1',
        },
        headers: { 'content-type': 'application/yaml' },
        body: [
          'pipeline:',
          '  identifier: "deploy_risk"',
          '  variables:',
          '    - name: docker_image_version',
          '      type: String',
          '      value: "1.10"',
          '    - name: flotilla_key',
          '      type: String',
          '      value: "01JD0000000000000000000000-12-1"',
          '',
        ].join('\n'),
      },
    ]);
  });

  it.each<[string, JsonObject]>([
    ['no pipeline', {}],
    ['a pipeline that is no identifier', { pipeline: '../admin' }],
    ['a webhook without a trigger', { pipeline: 'p', mode: 'webhook' }],
    ['an unknown mode', { pipeline: 'p', mode: 'push' }],
    ['variables that are not names', { pipeline: 'p', variables: [1] }],
  ])('nothing at all with %s', async (_, settings) => {
    const server = await serverThat((_call, response) => sendJson(response, 200, ok({ eventCorrelationId: event })));
    expect(await executorOf(server.url).start(requestOf({ settings }), anyTime)).toMatchObject(
      rejected('ExecutorMisconfigured'),
    );
    expect(server.calls).toEqual([]);
  });
});

describe('what a look takes from the details of an event that no list shows', () => {
  const details = (value: object) =>
    ok({ webhookProcessingDetails: { eventFound: true, ...value }, executionDetails: null });
  const failed = (message: string): JsonObject => ({ kind: 'failed', reason: 'TriggerFailed', message });
  const none: JsonObject = { kind: 'none' };
  const watched = watch(requestOf(), { correlation: event });
  const isList = ({ method }: { readonly method: string }): boolean => method === 'POST';
  const empty = ok({ content: [], last: true });

  it.each<[string, object, JsonObject]>([
    ['queued', { status: 'QUEUED', exceptionOccured: false }, none],
    ['requested, its run not named yet', { status: 'TARGET_EXECUTION_REQUESTED' }, none],
    [
      'requested, without details of the run',
      { status: 'TARGET_EXECUTION_REQUESTED', pipelineExecutionId: 'r', pipelineIdentifier: 'deploy_risk' },
      { kind: 'found', ref: 'r' },
    ],
    [
      'a run, with any other fields',
      { status: 'EXCEPTION_WHILE_PROCESSING', pipelineExecutionId: 'r', pipelineIdentifier: 'deploy_risk' },
      { kind: 'found', ref: 'r' },
    ],
    [
      'an exception',
      { status: 'EXCEPTION_WHILE_PROCESSING', message: 'boom' },
      failed('EXCEPTION_WHILE_PROCESSING: boom'),
    ],
    [
      'no match',
      { status: 'NO_MATCHING_TRIGGER_FOR_HEADER_CONDITIONS' },
      failed('NO_MATCHING_TRIGGER_FOR_HEADER_CONDITIONS'),
    ],
    ['no trigger', { status: 'NO_ENABLED_TRIGGER_FOR_PROJECT' }, failed('NO_ENABLED_TRIGGER_FOR_PROJECT')],
    ['bad inputs', { status: 'INVALID_RUNTIME_INPUT_YAML' }, failed('INVALID_RUNTIME_INPUT_YAML')],
    ['a new word with an exception', { status: 'NEW_WORD', exceptionOccured: true }, failed('NEW_WORD')],
    ['a new word without one', { status: 'NEW_WORD', exceptionOccured: false }, none],
    ['a new word with another spelling of the flag', { status: 'NEW_WORD', exceptionOccurred: true }, none],
  ])('%s', async (_, value, expected) => {
    const server = await serverThat((call, response) => sendJson(response, 200, isList(call) ? empty : details(value)));
    expect(await newsOf(executorOf(server.url), watched)).toMatchObject(expected);
  });

  it.each<[string, readonly number[], string]>([
    ['V2 is missing and v1 is not ready', [404, 400], 'none'],
    ['V2 and v1 know nothing', [404, 404], 'none'],
    ['V2 says 400', [400], 'none'],
    ['access is denied', [403], 'unread'],
    ['the key is wrong', [401], 'unread'],
    ['the service is down for long', [503, 503, 503, 503], 'unread'],
    ['the service is down for a moment', [503, 500, 200], 'none'],
  ])('when %s (%s): %s', async (_, statuses, expected) => {
    let asked = 0;
    const server = await serverThat((call, response) => {
      if (isList(call)) return sendJson(response, 200, empty);
      const status = statuses[asked] ?? 599;
      asked += 1;
      sendJson(response, status, status === 200 ? details({ status: 'QUEUED' }) : dto('X'));
    });
    expect((await newsOf(executorOf(server.url), watched))?.kind).toBe(expected);
    expect(asked).toBe(statuses.length);
  });
});
