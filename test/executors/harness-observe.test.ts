import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../lib/domain/json.ts';
import { readRun } from '../../lib/executors/harness/run-status.ts';
import { executeSettings, executorOf, requestOf } from './harness-fixtures.ts';
import { sendJson, serverThat } from './scripted-server.ts';

const ended = { startTs: 1000, endTs: 2000 };

describe('the class of a status', () => {
  it.each<[string, string, string | undefined]>([
    ['Success', 'terminal', 'succeeded'],
    ['SUCCEEDED', 'terminal', 'succeeded'],
    ['success', 'terminal', 'succeeded'],
    ['IgnoreFailed', 'terminal', 'succeeded-with-ignored'],
    ['IGNORE_FAILED', 'terminal', 'succeeded-with-ignored'],
    ['Skipped', 'terminal', 'skipped'],
    ['Suspended', 'terminal', 'skipped'],
    ['Failed', 'terminal', 'failed'],
    ['Errored', 'terminal', 'failed'],
    ['Expired', 'terminal', 'expired'],
    ['ApprovalRejected', 'terminal', 'rejected'],
    ['APPROVAL_REJECTED', 'terminal', 'rejected'],
    ['AbortedByFreeze', 'terminal', 'frozen'],
    ['FREEZE_FAILED', 'terminal', 'frozen'],
    ['Aborted', 'terminal', 'aborted'],
    ['Running', 'running', undefined],
    ['AsyncWaiting', 'running', undefined],
    ['TaskWaiting', 'running', undefined],
    ['TimedWaiting', 'running', undefined],
    ['Discontinuing', 'running', undefined],
    ['WaitStepRunning', 'running', undefined],
    ['ResourceWaiting', 'running', undefined],
    ['Pausing', 'running', undefined],
    ['Waiting', 'running', undefined],
    ['ApprovalWaiting', 'waiting-for-human', undefined],
    ['INTERVENTION_WAITING', 'waiting-for-human', undefined],
    ['InputWaiting', 'waiting-for-human', undefined],
    ['Paused', 'waiting-for-human', undefined],
    ['Queued', 'queued', undefined],
    ['QueuedLicenseLimitReached', 'queued', undefined],
    ['QUEUED_EXECUTION_CONCURRENCY_REACHED', 'queued', undefined],
    ['NotStarted', 'queued', undefined],
    ['constructor', 'running', undefined],
    ['SomethingNew', 'running', undefined],
  ])('%s is %s %s', (status, phase, outcome) => {
    expect(readRun({ status, ...ended })).toMatchObject({ phase, raw: status });
    expect(readRun({ status, ...ended }).outcome).toBe(outcome);
  });

  it.each(['Success', 'Failed', 'Aborted'])('%s without an end is still running', (status) => {
    expect(readRun({ status, startTs: 1000, endTs: 0 })).toEqual({ phase: 'running', raw: status });
    expect(readRun({ status, startTs: 1000, endTs: null }).phase).toBe('running');
  });

  it('an unknown status says so', () => {
    expect(readRun({ status: 'SomethingNew', ...ended }).message).toContain('SomethingNew');
  });
});

describe('the message of a bad end', () => {
  const node = (failureInfo: JsonObject) => ({
    layoutNodeMap: { a: { name: 'Deploy', status: 'Failed', failureInfo } },
  });
  it.each<[string, JsonObject, string | undefined]>([
    [
      'the response messages of a stage',
      node({ message: '', responseMessages: [{ message: 'no quota' }] }),
      'Deploy: no quota',
    ],
    ['the plain message of a stage', node({ message: 'no quota' }), 'Deploy: no quota'],
    [
      'the same twice, said once',
      { layoutNodeMap: { a: node({ message: 'x' }).layoutNodeMap.a, b: node({ message: 'x' }).layoutNodeMap.a } },
      'Deploy: x',
    ],
    ['the pipeline alone', { failureInfo: { message: 'plan broke' } }, 'plan broke'],
    ['who aborted it', { abortedBy: { email: 'a@b.c' } }, 'aborted by a@b.c'],
    ['nothing', {}, undefined],
  ])('comes from %s', (_, parts, message) => {
    expect(readRun({ status: 'Failed', ...ended, ...parts }).message).toBe(message);
  });
});

const row = (planExecutionId: string, status = 'Running') => ({ planExecutionId, status, startTs: 1 });
const ok = (data: unknown) => ({ status: 'SUCCESS', data });
const page = (rows: readonly object[], last = true) => ok({ content: rows, last, number: 0 });
const watch = (...refs: readonly string[]) =>
  refs.map((ref) => ({ request: requestOf({ settings: executeSettings }), ref }));

describe('reading runs', () => {
  it('of one pipeline takes one list call, and other rows are ignored', async () => {
    const server = await serverThat((_, response) => sendJson(response, 200, page([row('z'), row('b'), row('a')])));
    const states = await executorOf(server.url).observe(watch('a', 'b'));
    expect([...states.keys()].sort()).toEqual(['a', 'b']);
    expect(server.calls).toHaveLength(1);
    expect(server.calls[0]).toMatchObject({
      method: 'POST',
      path: '/pipeline/api/pipelines/execution/summary',
      query: { pipelineIdentifier: 'deploy_risk', page: '0' },
    });
    expect(JSON.parse(server.calls[0]!.body)).toMatchObject({
      filterType: 'PipelineExecution',
      timeRange: { startTime: expect.any(Number), endTime: expect.any(Number) },
    });
  });

  it('goes on to the next page for what the first does not show, then to the run itself', async () => {
    const filler = Array.from({ length: 26 }, (_, index) => row(`other-${index}`));
    const server = await serverThat((call, response) => {
      if (call.query.page === '0') return sendJson(response, 200, page([...filler.slice(1), row('a')], false));
      if (call.query.page === '1') return sendJson(response, 200, page([row('b')]));
      return sendJson(response, 200, ok({ pipelineExecutionSummary: row('c', 'Queued') }));
    });
    const states = await executorOf(server.url).observe(watch('a', 'b', 'c'));
    expect(states.get('c')?.phase).toBe('queued');
    expect(server.calls.map(({ path, query }) => query.page ?? path)).toEqual([
      '0',
      '1',
      '/pipeline/api/pipelines/execution/v2/c',
    ]);
  });

  it('never takes another run for ours', async () => {
    const server = await serverThat((_, response) =>
      sendJson(response, 200, ok({ pipelineExecutionSummary: row('somebody-elses', 'Success') })),
    );
    expect((await executorOf(server.url).observe(watch('a'))).size).toBe(0);
  });

  it('asks each organisation and project for its own', async () => {
    const server = await serverThat((call, response) =>
      sendJson(response, 200, ok({ pipelineExecutionSummary: row(call.path.split('/').at(-1) ?? '') })),
    );
    const other = requestOf({ settings: { ...executeSettings, org: 'o2', project: 'p2' } });
    const states = await executorOf(server.url).observe([...watch('a'), { request: other, ref: 'b' }]);
    expect(states.get('b')?.url).toContain('/orgs/o2/projects/p2/');
    const scopes = server.calls.map(({ query }) => `${query.orgIdentifier}/${query.projectIdentifier}`);
    expect(scopes.sort()).toEqual(['default/apps', 'o2/p2']);
  });

  it('tells of a project that cannot be read, and still reads the other', async () => {
    const server = await serverThat((call, response) =>
      call.query.orgIdentifier === 'o2'
        ? sendJson(response, 403, { status: 'ERROR', code: 'NG_ACCESS_DENIED', message: 'no view right' })
        : sendJson(response, 200, page([row('a', 'Queued'), row('b')])),
    );
    const other = requestOf({ settings: { ...executeSettings, org: 'o2' } });
    const states = await executorOf(server.url).observe([
      ...watch('a', 'b'),
      { request: other, ref: 'c' },
      { request: other, ref: 'd' },
    ]);
    expect(states.get('a')?.phase).toBe('queued');
    const unreadable = { phase: 'running', message: 'Harness answered 403 NG_ACCESS_DENIED: no view right' };
    expect(states.get('c')).toMatchObject(unreadable);
    expect(states.get('d')).toMatchObject(unreadable);
    // The list of o2 was refused: its runs are not asked one by one.
    expect(server.calls).toHaveLength(2);
  });

  it.each([401, 403, 500, 429])('when nothing can be read (%i) is an error, not an answer', async (status) => {
    const server = await serverThat((_, response) => sendJson(response, status, { status: 'ERROR', code: 'X' }));
    await expect(executorOf(server.url).observe(watch('a', 'b'))).rejects.toMatchObject({
      name: 'ExecutorUnavailable',
    });
  });

  it('of nothing asks nothing', async () => {
    const server = await serverThat((_, response) => sendJson(response, 500, {}));
    expect((await executorOf(server.url).observe([])).size).toBe(0);
    expect(server.calls).toEqual([]);
  });
});

describe('looking for a key', () => {
  const key = requestOf().key;
  it.each<[string, object]>([
    ['name', { name: `Deploy ${key}` }],
    ['tag', { tags: [{ key: 'flotilla', value: key }] }],
    ['trigger fact', { executionTriggerInfo: { triggeredBy: { identifier: 'x', extraInfo: { note: `(${key})` } } } }],
  ])('finds it in the %s of a row', async (_, shown) => {
    const longer = {
      ...row('longer'),
      name: `${key}0`,
      tags: [
        { key: 'f', value: `${key}-1` },
        { key: 'g', value: `x${key}` },
      ],
    };
    const server = await serverThat((_call, response) =>
      sendJson(response, 200, page([longer, { ...row('ours'), ...shown }])),
    );
    expect(await executorOf(server.url).findByKey(requestOf())).toMatchObject({ kind: 'run', ref: 'ours' });
    expect(JSON.parse(server.calls[0]!.body).triggerIdentifiers).toEqual(['flotilla']);
  });

  it('is an error when a candidate cannot be read: not found would be a lie', async () => {
    const candidate = {
      ...row('r'),
      executionTriggerInfo: { triggeredBy: { extraInfo: { eventCorrelationId: 'e1' } } },
    };
    const server = await serverThat((call, response) =>
      call.method === 'POST' ? sendJson(response, 200, page([candidate])) : sendJson(response, 500, {}),
    );
    await expect(executorOf(server.url).findByKey(requestOf())).rejects.toMatchObject({ name: 'ExecutorUnavailable' });
  });

  it('reads the event of a run once, however many keys are looked for', async () => {
    const rows = Array.from({ length: 12 }, (_, index) => ({
      ...row(`r${index}`),
      executionTriggerInfo: { triggeredBy: { extraInfo: { eventCorrelationId: `e${index}` } } },
    }));
    const server = await serverThat((call, response) => {
      if (call.method === 'POST') return sendJson(response, 200, page(rows));
      const payload = JSON.stringify({ flotilla: { key: `${call.path.split('/').at(-1)}-key` } });
      return sendJson(response, 200, ok({ webhookProcessingDetails: { payload } }));
    });
    const executor = executorOf(server.url);
    expect(await executor.findByKey(requestOf({ key: 'e11-key' }))).toMatchObject({ ref: 'r11' });
    expect(await executor.findByKey(requestOf({ key: 'e3-key' }))).toMatchObject({ ref: 'r3' });
    expect(await executor.findByKey(requestOf({ key: 'e1-key-1' }))).toBeUndefined();
    expect(server.calls.filter(({ method }) => method === 'GET')).toHaveLength(12);
  });

  it('is an error when there are more runs than can be looked through', async () => {
    const rows = Array.from({ length: 100 }, (_, index) => row(`r${index}`));
    const server = await serverThat((_, response) => sendJson(response, 200, page(rows, false)));
    await expect(executorOf(server.url).findByKey(requestOf())).rejects.toMatchObject({ name: 'ExecutorUnavailable' });
    expect(server.calls).toHaveLength(10);
  });

  it('is an error when the list cannot be read', async () => {
    const server = await serverThat((_, response) => sendJson(response, 403, {}));
    await expect(executorOf(server.url).findByKey(requestOf())).rejects.toMatchObject({ name: 'ExecutorUnavailable' });
  });
});

describe('a cancel that is not answered well', () => {
  it('429 is an error: it was not taken, and may be sent again', async () => {
    const server = await serverThat((_, response) => sendJson(response, 429, {}));
    await expect(executorOf(server.url).cancel(requestOf(), 'r')).rejects.toMatchObject({
      name: 'ExecutorUnavailable',
    });
    expect(server.calls).toHaveLength(1);
  });

  it.each([500, 408])('%i may have been taken: it is not sent again', async (status) => {
    const server = await serverThat((_, response) => sendJson(response, status, {}));
    expect((await executorOf(server.url).cancel(requestOf(), 'r')).kind).toBe('lost');
    expect(server.calls).toHaveLength(1);
  });

  it.each([
    [403, 'Running', undefined, 'no'],
    [400, 'Running', undefined, 'no'],
    [400, 'Success', 5, 'over'],
    [400, 'Discontinuing', undefined, 'accepted'],
  ])('%i while the run is %s: %s %s', async (status, state, endTs, expected) => {
    const server = await serverThat((call, response) =>
      call.method === 'PUT'
        ? sendJson(response, status, { status: 'ERROR', code: 'INVALID_REQUEST' })
        : sendJson(response, 200, ok({ pipelineExecutionSummary: { ...row('r', state), endTs } })),
    );
    expect((await executorOf(server.url).cancel(requestOf(), 'r')).kind).toBe(expected);
  });
});
