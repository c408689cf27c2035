import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../lib/domain/json.ts';
import { readRun } from '../../lib/executors/harness/run-status.ts';
import { executeSettings, executorOf, newsOf, requestOf, watch } from './harness-fixtures.ts';
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

it.each<[string, JsonObject, string | undefined]>([
  [
    'the stage that waits',
    { layoutNodeMap: { a: { name: 'Build', status: 'Success' }, b: { name: 'Sign off', status: 'ApprovalWaiting' } } },
    'waiting for a person in Sign off (ApprovalWaiting)',
  ],
  ['no stage', {}, undefined],
])('a run that waits for a person, whose row says %s', (_, parts, message) => {
  expect(readRun({ status: 'ApprovalWaiting', startTs: 1000, ...parts }).message).toBe(message);
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
      'the same message twice, shown once',
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

const begin = Date.now();
const ours = { pipelineIdentifier: 'deploy_risk', orgIdentifier: 'default', projectIdentifier: 'apps' };
const row = (planExecutionId: string, status = 'Running') => ({ planExecutionId, status, startTs: begin, ...ours });
const ok = (data: unknown) => ({ status: 'SUCCESS', data });
const page = (rows: readonly object[], last = true) => ok({ content: rows, last, number: 0 });
const detail = (summary: object) => ok({ pipelineExecutionSummary: summary });
const execute = (key: string, settings = {}) => requestOf({ key, settings: { ...executeSettings, ...settings } });
/** Each under its own name as its key. */
const follow = (...refs: readonly string[]) => refs.map((ref) => watch(execute(ref), { ref }));
const scopeOf = ({ query }: { readonly query: Readonly<Record<string, string>> }) =>
  `${query.orgIdentifier}/${query.projectIdentifier}`;

describe('following runs', () => {
  it('takes one list of the running ones in the project, whatever their pipelines, and ignores other rows', async () => {
    const other = { ...row('b'), pipelineIdentifier: 'another' };
    const server = await serverThat((_, response) => sendJson(response, 200, page([row('z'), other, row('a')])));
    const watched = [...follow('a'), watch(execute('b', { pipeline: 'another' }), { ref: 'b' })];
    const news = await executorOf(server.url).look(watched);
    expect([...news]).toMatchObject([
      ['a', { kind: 'found', ref: 'a', state: { phase: 'running' } }],
      ['b', { kind: 'found', ref: 'b', url: expect.stringContaining('/pipelines/another/executions/b/') }],
    ]);
    expect(server.calls).toHaveLength(1);
    const { method, path, query, body } = server.calls[0]!;
    expect(`${method} ${path}`).toBe('POST /pipeline/api/pipelines/execution/summary');
    expect(query).toMatchObject({ page: '0', size: '1000' });
    expect(query).not.toHaveProperty('pipelineIdentifier');
    expect(JSON.parse(body)).toMatchObject({
      filterType: 'PipelineExecution',
      timeRange: { startTime: expect.any(Number), endTime: expect.any(Number) },
      status: expect.arrayContaining(['Running', 'ApprovalWaiting', 'Queued', 'NotStarted']),
    });
  });

  it('reads the next page for what the first does not show, then the run itself', async () => {
    const server = await serverThat((call, response) => {
      if (call.query.page === '0') return sendJson(response, 200, page([row('x'), row('a')], false));
      if (call.query.page === '1') return sendJson(response, 200, page([row('b')]));
      return sendJson(response, 200, detail(row('c', 'Queued')));
    });
    const news = await executorOf(server.url).look(follow('a', 'b', 'c'));
    expect(news.get('c')).toMatchObject({ kind: 'found', state: { phase: 'queued' } });
    expect(server.calls.map(({ path, query }) => query.page ?? path)).toEqual([
      '0',
      '1',
      '/pipeline/api/pipelines/execution/v2/c',
    ]);
  });

  it('stops at the page that shows the last of them', async () => {
    const server = await serverThat((_, response) => sendJson(response, 200, page([row('b'), row('a')], false)));
    await executorOf(server.url).look(follow('a', 'b'));
    expect(server.calls).toHaveLength(1);
  });

  it('reads many ended ones with one list of all, and no pages of single runs', async () => {
    const refs = ['a', 'b', 'c', 'd', 'e'];
    const ended = refs.map((ref) => ({ ...row(ref, 'Success'), endTs: begin + 1 }));
    const server = await serverThat((call, response) =>
      sendJson(response, 200, page(JSON.parse(call.body).status === undefined ? ended : [])),
    );
    const news = await executorOf(server.url).look(follow(...refs));
    for (const ref of refs) expect(news.get(ref)).toMatchObject({ state: { phase: 'terminal', outcome: 'succeeded' } });
    expect(server.calls.map(({ method }) => method)).toEqual(['POST', 'POST']);
  });

  it('does not read the end of a run again', async () => {
    const server = await serverThat((call, response) =>
      sendJson(response, 200, call.method === 'POST' ? page([]) : detail({ ...row('a', 'Failed'), endTs: begin + 1 })),
    );
    const executor = executorOf(server.url);
    expect(await newsOf(executor, follow('a')[0]!)).toMatchObject({ state: { outcome: 'failed' } });
    expect(await newsOf(executor, follow('a')[0]!)).toMatchObject({ state: { outcome: 'failed' } });
    expect(server.calls).toHaveLength(2);
  });

  it('reads everything from a service that does not know our status filter, and keeps to that', async () => {
    const server = await serverThat((call, response) =>
      JSON.parse(call.body).status === undefined
        ? sendJson(response, 200, page([row('a')]))
        : sendJson(response, 400, { status: 'ERROR', code: 'INVALID_REQUEST' }),
    );
    const executor = executorOf(server.url);
    expect((await newsOf(executor, follow('a')[0]!))?.kind).toBe('found');
    expect((await newsOf(executor, follow('a')[0]!))?.kind).toBe('found');
    expect(server.calls).toHaveLength(3);
  });

  it('does not take an unknown status for an end, although no list of running ones has it', async () => {
    const odd = row('a', 'SomethingNew');
    const server = await serverThat((call, response) =>
      sendJson(response, 200, call.method === 'POST' ? page([]) : detail(odd)),
    );
    expect(await newsOf(executorOf(server.url), follow('a')[0]!)).toMatchObject({ state: { phase: 'running' } });
  });

  it('never takes another run for ours', async () => {
    const server = await serverThat((call, response) =>
      sendJson(response, 200, call.method === 'POST' ? page([]) : detail(row('somebody-elses', 'Success'))),
    );
    expect(await newsOf(executorOf(server.url), follow('a')[0]!)).toEqual({ kind: 'none' });
  });

  it('reports several when our event started another run in our pipeline', async () => {
    const byEvent = { executionTriggerInfo: { triggeredBy: { extraInfo: { eventCorrelationId: 'e' } } } };
    const elsewhere = { ...row('elsewhere'), pipelineIdentifier: 'nightly' };
    const rows = [row('twin'), elsewhere, row('a')].map((each) => ({ ...each, ...byEvent }));
    const server = await serverThat((_, response) => sendJson(response, 200, page(rows)));
    const told = await newsOf(executorOf(server.url), watch(execute('a'), { ref: 'a', correlation: 'e' }));
    expect(told).toMatchObject({ kind: 'several', runs: [{ ref: 'a' }, { ref: 'twin' }] });
  });

  it('asks each organisation and project for its own', async () => {
    const server = await serverThat((_, response) =>
      sendJson(response, 200, page([row('a'), { ...row('b'), orgIdentifier: 'o2', projectIdentifier: 'p2' }])),
    );
    const other = watch(execute('b', { org: 'o2', project: 'p2' }), { ref: 'b' });
    const same = watch(execute('c', { org: 'default', project: 'apps' }), { ref: 'a' });
    const news = await executorOf(server.url).look([...follow('a'), other, same]);
    expect(news.get('b')).toMatchObject({ kind: 'found', url: expect.stringContaining('/orgs/o2/projects/p2/') });
    expect(server.calls.map(scopeOf).sort()).toEqual(['default/apps', 'o2/p2']);
  });

  it('reports a project that cannot be read, and still reads the other', async () => {
    const server = await serverThat((call, response) =>
      call.query.orgIdentifier === 'o2'
        ? sendJson(response, 403, { status: 'ERROR', code: 'NG_ACCESS_DENIED', message: 'no view right' })
        : sendJson(response, 200, page([row('a', 'Queued'), row('b')])),
    );
    const others = ['c', 'd'].map((ref) => watch(execute(ref, { org: 'o2' }), { ref }));
    const news = await executorOf(server.url).look([...follow('a', 'b'), ...others]);
    expect(news.get('a')).toMatchObject({ state: { phase: 'queued' } });
    const answered = 'Harness answered 403 NG_ACCESS_DENIED: no view right';
    const unreadable = { kind: 'unread', trouble: { asked: 'the list of runs of o2/apps', answered } };
    expect(news.get('c')).toEqual(unreadable);
    expect(news.get('d')).toEqual(unreadable);
    // The list of o2 was refused, so its runs are not read one by one.
    expect(server.calls).toHaveLength(2);
  });

  it.each([401, 403, 500, 429])('gives no news when nothing can be read (%i)', async (status) => {
    const server = await serverThat((_, response) => sendJson(response, status, { status: 'ERROR', code: 'X' }));
    const news = await executorOf(server.url).look(follow('a', 'b'));
    expect([...news.values()].map(({ kind }) => kind)).toEqual(['unread', 'unread']);
  });

  it('asks nothing for no runs', async () => {
    const server = await serverThat((_, response) => sendJson(response, 500, {}));
    expect((await executorOf(server.url).look([])).size).toBe(0);
    expect(server.calls).toEqual([]);
  });
});

describe('a search for a key', () => {
  const request = requestOf();
  const { key } = request;
  const ofEvent = (id: string) => ({
    executionTriggerInfo: { triggeredBy: { extraInfo: { eventCorrelationId: id } } },
  });

  it.each<[string, object]>([
    ['name', { name: `Deploy ${key}` }],
    ['tag', { tags: [{ key: 'flotilla', value: key }] }],
    ['notes', { notesForPipelineExecution: `by ${key}` }],
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
    expect(await newsOf(executorOf(server.url), watch(request))).toMatchObject({ kind: 'found', ref: 'ours' });
    expect(server.calls).toHaveLength(1);
  });

  it('gives no answer when a candidate cannot be read: not found would be a lie', async () => {
    const server = await serverThat((call, response) =>
      call.method === 'POST'
        ? sendJson(response, 200, page([{ ...row('r'), ...ofEvent('e1') }]))
        : sendJson(response, 500, {}),
    );
    expect(await newsOf(executorOf(server.url), watch(request))).toMatchObject({
      kind: 'unread',
      trouble: { asked: 'the details of event e1', answered: 'Harness answered 500' },
    });
  });

  it('reads the event of a run once, a few at a look, no matter how many keys it searches for', async () => {
    const rows = Array.from({ length: 12 }, (_, index) => ({ ...row(`r${index}`), ...ofEvent(`e${index}`) }));
    const server = await serverThat((call, response) => {
      if (call.method === 'POST') return sendJson(response, 200, page(rows));
      const payload = JSON.stringify({ flotilla: { key: `${call.path.split('/').at(-1)}-key` } });
      return sendJson(response, 200, ok({ webhookProcessingDetails: { payload } }));
    });
    const executor = executorOf(server.url);
    const searches = ['e11-key', 'e3-key', 'e1-key-1'].map((each) => watch(requestOf({ key: each })));
    const read = (): number => server.calls.filter(({ method }) => method === 'GET').length;
    const counts: number[] = [];
    let news = await executor.look(searches);
    for (let look = 0; look < 3; look += 1) {
      counts.push(read());
      news = await executor.look(searches);
    }
    expect(counts).toEqual([5, 10, 12]);
    expect(read()).toBe(12);
    expect(news.get('e11-key')).toMatchObject({ kind: 'found', ref: 'r11' });
    expect(news.get('e3-key')).toMatchObject({ kind: 'found', ref: 'r3' });
    expect(news.get('e1-key-1')).toEqual({ kind: 'none' });
  });

  it('gives no answer when there are too many runs to search', async () => {
    const rows = Array.from({ length: 100 }, (_, index) => row(`r${index}`));
    const server = await serverThat((_, response) => sendJson(response, 200, page(rows, false)));
    expect((await newsOf(executorOf(server.url), watch(request)))?.kind).toBe('unread');
    expect(server.calls).toHaveLength(10);
  });

  it('gives no answer when the list cannot be read', async () => {
    const server = await serverThat((_, response) => sendJson(response, 403, {}));
    expect((await newsOf(executorOf(server.url), watch(request)))?.kind).toBe('unread');
  });
});

describe('a cancel without a good answer', () => {
  it('429 is an error: it was not accepted, and may be sent again', async () => {
    const server = await serverThat((_, response) => sendJson(response, 429, {}));
    await expect(executorOf(server.url).cancel(requestOf(), 'r')).rejects.toMatchObject({
      name: 'ExecutorUnavailable',
    });
    expect(server.calls).toHaveLength(1);
  });

  it.each([500, 408])('%i may have been accepted: it is not sent again', async (status) => {
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
