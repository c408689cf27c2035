import { afterEach, describe, expect, it } from 'vitest';
import type { SimulatedHarnessOptions } from '../../../lib/simulators/harness/options.ts';
import { type SimulatedHarness, startSimulatedHarness } from '../../../lib/simulators/harness/simulated-harness.ts';
import { eventually } from '../../executors/harness-fixtures.ts';
import { HeldClock } from './held-clock.ts';

/** The simulator as any client sees it: plain HTTP, without our own client. */

const opened: SimulatedHarness[] = [];
const simulate = async (options: SimulatedHarnessOptions = {}): Promise<SimulatedHarness> => {
  const harness = await startSimulatedHarness({
    eventMilliseconds: 20,
    stageMilliseconds: 20,
    abortMilliseconds: 20,
    requestsPerMinute: 0,
    ...options,
  });
  opened.push(harness);
  return harness;
};

afterEach(async () => {
  await Promise.all(opened.splice(0).map((harness) => harness.close()));
});

interface Seen {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a reply on the wire, looked into by the assertions
  readonly body: any;
  readonly headers: Headers;
}

const scope = 'accountIdentifier=acme&orgIdentifier=default&projectIdentifier=apps';
const api = '/pipeline/api';

const ask = async (harness: SimulatedHarness, call: string, init: RequestInit = {}): Promise<Seen> => {
  const [method, path] = call.split(' ') as [string, string];
  const response = await fetch(`${harness.url}${path}`, { method, ...init });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  return { status: response.status, body: isJson ? JSON.parse(text) : text, headers: response.headers };
};

const payload = (key = 'k1', version = '1.0') =>
  JSON.stringify({ service_name: 's1', docker_image_version: version, pillar: 'risk', flotilla: { key } });

const fire = (
  harness: SimulatedHarness,
  key = 'k1',
  version = '1.0',
  more = '&pipelineIdentifier=p&triggerIdentifier=t',
) => ask(harness, `POST ${api}/webhook/custom/tok/v3?${scope}${more}`, { body: payload(key, version) });

const list = (harness: SimulatedHarness, query = '', filter: object = {}) =>
  ask(harness, `POST ${api}/pipelines/execution/summary?${scope}${query}`, {
    body: JSON.stringify({ filterType: 'PipelineExecution', ...filter }),
  });

const finished = (harness: SimulatedHarness, count = 1) =>
  eventually(async () => {
    const runs = harness.runs();
    return runs.length >= count && runs.every(({ ended_at }) => ended_at !== undefined) ? runs : undefined;
  });

describe('a webhook', () => {
  it('is stored at once, queued, and turned into a run later', async () => {
    const clock = new HeldClock();
    clock.hold();
    const harness = await simulate({ clock });
    const stored = await fire(harness);
    expect(stored.body).toMatchObject({ status: 'SUCCESS', metaData: null, correlationId: expect.any(String) });
    const id = stored.body.data.eventCorrelationId;
    expect(id).toMatch(/^[0-9a-f]{24}$/);
    const details = `GET ${api}/webhook/triggerExecutionDetails`;
    const queued = await ask(harness, `${details}V2/${id}?accountIdentifier=acme`);
    expect(queued.body.data.webhookProcessingDetails).toMatchObject({
      status: 'QUEUED',
      pipelineExecutionId: null,
      exceptionOccured: false,
      payload: payload(),
    });
    expect((await ask(harness, `${details}/${id}?accountIdentifier=acme`)).status).toBe(400);
    clock.release();
    const [run] = await finished(harness);
    const done = await ask(harness, `${details}/${id}?accountIdentifier=acme`);
    expect(done.body.data).toMatchObject({
      webhookProcessingDetails: { status: 'TARGET_EXECUTION_REQUESTED', pipelineExecutionId: run?.plan_execution_id },
      executionDetails: { pipelineExecutionSummary: { status: 'Success' } },
    });
  });

  it('twice makes two runs: there is no idempotency', async () => {
    const harness = await simulate();
    await fire(harness, 'same');
    await fire(harness, 'same');
    await finished(harness, 2);
    expect((await ask(harness, 'GET /simulator/runs')).body.by_key).toEqual({ same: 2 });
  });

  it('without a trigger identifier starts every enabled trigger, and warns', async () => {
    const t = (trigger: string, enabled = true) => ({ pipeline: 'p', trigger, enabled });
    const harness = await simulate({ triggers: [t('a'), t('b'), t('c', false)] });
    const stored = await ask(harness, `POST ${api}/webhook/custom/v2?${scope}&pipelineIdentifier=p`, {
      body: payload(),
    });
    await finished(harness, 2);
    const id = stored.body.data.eventCorrelationId;
    const details = await ask(harness, `GET ${api}/webhook/triggerExecutionDetailsV2/${id}?accountIdentifier=acme`);
    expect(details.body.data.webhookProcessingDetails.warningMsg).toContain('2 triggers');
  });

  it.each([
    ['a token trigger on the v2 address', `webhook/custom/v2?${scope}&pipelineIdentifier=p&triggerIdentifier=t`],
    ['a wrong token', `webhook/custom/wrong/v3?${scope}&pipelineIdentifier=p&triggerIdentifier=t`],
    ['an unknown trigger', `webhook/custom/tok/v3?${scope}&pipelineIdentifier=p&triggerIdentifier=nope`],
  ])('is refused with 400 for %s', async (_, path) => {
    const harness = await simulate({ triggers: [{ pipeline: 'p', trigger: 't', token: 'tok' }] });
    const refused = await ask(harness, `POST ${api}/${path}`, { body: payload() });
    expect(refused).toMatchObject({ status: 400, body: { status: 'ERROR', code: 'INVALID_REQUEST' } });
    expect((await fire(harness)).status).toBe(200);
  });

  it('without a scope is refused in the other envelope', async () => {
    const harness = await simulate();
    const refused = await ask(harness, `POST ${api}/webhook/custom/tok/v3?accountIdentifier=acme`, { body: payload() });
    expect(refused).toMatchObject({
      status: 400,
      body: { status: 'FAILURE', errors: [{ fieldId: 'orgIdentifier' }, {}] },
    });
  });

  it('that is not JSON is refused', async () => {
    const harness = await simulate();
    const path = `POST ${api}/webhook/custom/tok/v3?${scope}&pipelineIdentifier=p&triggerIdentifier=t`;
    expect((await ask(harness, path, { body: '{' })).status).toBe(400);
  });
});

describe('the API key', () => {
  it.each<[string, Record<string, string>, SimulatedHarnessOptions, number, number]>([
    ['right', { 'x-api-key': 'good' }, {}, 200, 200],
    ['none', {}, {}, 200, 401],
    ['none, mandated', {}, { mandateKey: true }, 400, 401],
    ['wrong', { 'x-api-key': 'bad' }, {}, 401, 401],
  ])('%s', async (_, headers, options, webhook, read) => {
    const harness = await simulate({ apiKey: 'good', ...options });
    const path = `POST ${api}/webhook/custom/v2?${scope}&pipelineIdentifier=p&triggerIdentifier=t`;
    expect((await ask(harness, path, { headers, body: payload() })).status).toBe(webhook);
    expect((await ask(harness, `GET ${api}/pipelines/execution/v2/x?${scope}`, { headers })).status).toBe(
      read === 200 ? 404 : read,
    );
  });
});

describe('the edge', () => {
  it('answers 429 over the allowance, per key, without Retry-After', async () => {
    const clock = { now: () => 0, sleep: async () => undefined };
    const harness = await simulate({ clock, requestsPerMinute: 3 });
    const statuses: number[] = [];
    for (let nth = 0; nth < 4; nth += 1) statuses.push((await list(harness)).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
    const other = await ask(harness, `POST ${api}/pipelines/execution/summary?${scope}`, {
      headers: { 'x-api-key': 'b' },
    });
    expect(other.status).toBe(200);
    const over = await list(harness);
    expect(over.headers.has('retry-after')).toBe(false);
    expect((await ask(harness, 'GET /simulator/runs')).status).toBe(200);
  });

  it('marks every answer as simulated, errors and pages too', async () => {
    const harness = await simulate();
    const answers = await Promise.all([
      fire(harness),
      list(harness, '&size=0'),
      ask(harness, 'GET /nowhere'),
      ask(harness, 'GET /'),
      ask(harness, 'GET /ng/'),
      ask(harness, 'GET /simulator/runs'),
    ]);
    expect(answers.map(({ headers }) => headers.get('x-simulated'))).toEqual(answers.map(() => 'true'));
    expect(answers[4]?.body).toContain('SIMULATED');
    const { apiUrl, uiUrl } = answers[0]!.body.data;
    expect((await (await fetch(uiUrl)).text()).toUpperCase()).toContain('SIMULATED');
    expect((await fetch(apiUrl)).status).toBe(200);
  });
});

describe('the list', () => {
  it('pages from 0, newest first, and filters', async () => {
    const harness = await simulate();
    for (const nth of [1, 2, 3]) {
      await fire(harness, `k${nth}`, '1.0', `&pipelineIdentifier=p&triggerIdentifier=t${nth}`);
      await finished(harness, nth);
    }
    const ids = harness.runs().map((run) => run.plan_execution_id);
    const idsOf = (seen: Seen) => seen.body.data.content.map((row: { planExecutionId: string }) => row.planExecutionId);
    const first = await list(harness, '&page=0&size=2');
    expect(idsOf(first)).toEqual([ids[2], ids[1]]);
    expect(first.body.data).toMatchObject({ totalElements: 3, totalPages: 2, number: 0, first: true, last: false });
    const second = await list(harness, '&page=1&size=2');
    expect(idsOf(second)).toEqual([ids[0]]);
    expect(second.body.data.last).toBe(true);
    expect(idsOf(await list(harness, '&pipelineIdentifier=other'))).toEqual([]);
    expect(idsOf(await list(harness, '', { triggerIdentifiers: ['t2'] }))).toEqual([ids[1]]);
    expect(idsOf(await list(harness, '', { status: ['Running'] }))).toEqual([]);
    expect(idsOf(await list(harness, '', { timeRange: { startTime: 0, endTime: 1 } }))).toEqual([]);
    expect(JSON.stringify(first.body)).not.toContain('k2');
  });

  it.each(['&size=0', '&size=1001', '&page=-1'])('refuses %s', async (query) => {
    expect((await list(await simulate(), query)).status).toBe(400);
  });

  it('refuses half a time range', async () => {
    expect((await list(await simulate(), '', { timeRange: { startTime: 1 } })).status).toBe(400);
  });
});

describe('the execute call', () => {
  const yaml = 'pipeline:\n  identifier: p\n  variables:\n    - {name: service_name, type: String, value: s1}\n';
  it("answers with the run at once, with the engine's status names", async () => {
    const harness = await simulate();
    const body = { body: yaml, headers: { 'content-type': 'application/yaml' } };
    const started = await ask(harness, `POST ${api}/pipeline/execute/p?${scope}&notesForPipelineExecution=n1`, body);
    expect(started.body.data.planExecution).toMatchObject({
      status: 'RUNNING',
      uuid: harness.runs()[0]?.plan_execution_id,
    });
    const id = started.body.data.planExecution.uuid;
    const notes = await ask(harness, `GET ${api}/pipelines/execution/${id}/notes?${scope}`);
    expect(notes.body.data.notes).toBe('n1');
  });

  it.each([
    ['JSON', '{"pipeline":{"identifier":"p"}}'],
    ['another pipeline', 'pipeline:\n  identifier: q\n'],
    ['broken YAML', 'a: [1'],
  ])('refuses %s', async (_, body) => {
    const harness = await simulate();
    expect((await ask(harness, `POST ${api}/pipeline/execute/p?${scope}`, { body })).status).toBe(400);
    expect(harness.runs()).toEqual([]);
  });
});

describe('an abort', () => {
  const abort = (harness: SimulatedHarness, id: string, type = 'AbortAll') =>
    ask(harness, `PUT ${api}/pipeline/execute/interrupt/${id}?${scope}&interruptType=${type}`);

  it('goes by Discontinuing to Aborted; a second is refused by its own code, a late one by another', async () => {
    const clock = new HeldClock();
    const harness = await simulate({ clock });
    harness.order({ fault: 'stuck-running' });
    await fire(harness);
    const run = await eventually(async () => harness.runs()[0]);
    clock.hold();
    const id = run.plan_execution_id;
    expect((await abort(harness, id)).status).toBe(200);
    expect(harness.runs()[0]?.status).toBe('Discontinuing');
    expect(await abort(harness, id)).toMatchObject({ status: 400, body: { code: 'ABORT_ALL_ALREADY_NG' } });
    clock.release();
    expect((await finished(harness))[0]?.status).toBe('Aborted');
    expect(await abort(harness, id)).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' } });
    expect((await abort(harness, id, 'UserMarkedFailure')).status).toBe(400);
    expect((await abort(harness, 'nobody')).status).toBe(404);
  });

  it('of a queued run leaves the others alone', async () => {
    const clock = new HeldClock();
    clock.hold(1_000);
    const harness = await simulate({ clock, maxConcurrentRuns: 1, stageMilliseconds: 1_000 });
    await fire(harness, 'first');
    await eventually(async () => harness.runs()[0]);
    await fire(harness, 'second');
    const second = await eventually(async () => harness.runs()[1]);
    expect(second.status).toBe('QueuedExecutionConcurrencyReached');
    await abort(harness, second.plan_execution_id);
    clock.release();
    const runs = await finished(harness, 2);
    expect(runs.map(({ status }) => status)).toEqual(['Success', 'Aborted']);
    await fire(harness, 'third');
    expect((await finished(harness, 3))[2]?.status).toBe('Success');
  });
});

describe('faults', () => {
  it('over a socket, a refused connection is a cut one: nothing was done, and nothing is counted', async () => {
    const harness = await simulate();
    harness.order({ fault: 'refuse-connection', on: ['webhook'], times: 1 });
    await expect(fire(harness)).rejects.toThrow('fetch failed');
    expect((await fire(harness, 'k2')).status).toBe(200);
    expect((await finished(harness)).map(({ key }) => key)).toEqual(['k2']);
    expect((await ask(harness, 'GET /simulator/requests')).body).toMatchObject({ total: 1, by_route: { webhook: 1 } });
  });

  it('are ordered over HTTP, hit as often as they say, and only what they match', async () => {
    const harness = await simulate();
    const order = (fault: unknown) => ask(harness, 'POST /simulator/faults', { body: JSON.stringify(fault) });
    expect((await order({ fault: 'reject', times: 2, match: { service: 's1', version: '1.0' } })).status).toBe(201);
    const statuses = [];
    for (const version of ['0.9', '1.0', '1.0', '1.0']) statuses.push((await fire(harness, 'k', version)).status);
    expect(statuses).toEqual([200, 400, 400, 200]);
    expect((await ask(harness, 'GET /simulator/faults')).body.faults).toEqual([]);
    await order({ fault: 'reject' });
    await ask(harness, 'DELETE /simulator/faults');
    expect((await fire(harness)).status).toBe(200);
    const bad = await order({ fault: 'explode' });
    expect(bad).toMatchObject({ status: 400, body: { problem: expect.stringContaining('drop-reply') } });
  });

  it.each([
    ['1.0-pipeline-fails', 'Failed'],
    ['1.0-pipeline-fails-late', 'Failed'],
    ['1.0', 'Success'],
  ])('come with the version %s: %s', async (version, status) => {
    const harness = await simulate();
    await fire(harness, 'k', version);
    expect((await finished(harness))[0]?.status).toBe(status);
  });

  it('stuck-running never ends by itself, and slow ends late', async () => {
    const harness = await simulate();
    harness.order({ fault: 'stuck-running', match: { key: 'a' } });
    harness.order({ fault: 'slow', milliseconds: 150, match: { key: 'b' } });
    await fire(harness, 'a');
    await fire(harness, 'b');
    const slow = await eventually(async () =>
      harness.runs().find((run) => run.key === 'b' && run.ended_at !== undefined),
    );
    expect(slow.ended_at! - slow.started_at).toBeGreaterThanOrEqual(150);
    expect(harness.runs().find(({ key }) => key === 'a')?.status).toBe('Running');
  });

  it('lose-event leaves the event queued; late-event is only late', async () => {
    const harness = await simulate();
    harness.order({ fault: 'lose-event', match: { key: 'a' } });
    harness.order({ fault: 'late-event', milliseconds: 100, match: { key: 'b' } });
    await fire(harness, 'a');
    await fire(harness, 'b');
    await finished(harness);
    expect(harness.runs().map(({ key }) => key)).toEqual(['b']);
    const { events } = (await ask(harness, 'GET /simulator/events')).body;
    expect(events).toMatchObject([
      { key: 'a', status: 'QUEUED' },
      { key: 'b', status: 'TARGET_EXECUTION_REQUESTED' },
    ]);
  });
});
