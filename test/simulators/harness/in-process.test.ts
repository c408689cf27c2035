import { describe, expect, it } from 'vitest';
import { HttpHarnessApi } from '../../../lib/adapters/harness-api.ts';
import { isNeverSent, networkMessage } from '../../../lib/adapters/network-failure.ts';
import type { Transport } from '../../../lib/adapters/own-fetch.ts';
import type { FaultOrder } from '../../../lib/simulators/harness/fault-schema.ts';
import { simulateHarness } from '../../../lib/simulators/harness/in-process.ts';
import type { SimulatedHarnessOptions } from '../../../lib/simulators/harness/options.ts';
import { unlimited } from '../../../lib/usecases/budget/unlimited.ts';
import { type Heard, VirtualHarness } from './virtual-harness.ts';

const idsIn = ({ data }: Heard): readonly string[] =>
  data.content.map(({ planExecutionId }: { planExecutionId: string }) => planExecutionId);

const story = async (seed: number): Promise<unknown> => {
  const virtual = new VirtualHarness({}, seed);
  virtual.harness.order({ fault: 'fail-stage', share: 0.5 });
  for (const key of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) {
    await virtual.execute(key);
    await virtual.fire(`${key}2`);
  }
  await virtual.pass(60_000);
  return { runs: virtual.harness.runs(), list: (await virtual.list()).data };
};

describe('a Harness in this process', () => {
  it('tells the same story for the same seed, and another for another', async () => {
    const first = await story(7);
    expect(await story(7)).toEqual(first);
    expect(await story(8)).not.toEqual(first);
  });

  it('gives ids as the service does, each once, for any chances', async () => {
    const virtual = new VirtualHarness();
    const { transport, url } = simulateHarness({ random: { next: () => 0.5 } });
    const fire = async () => {
      const address = `${url}/pipeline/api/webhook/custom/v2?accountIdentifier=a&orgIdentifier=o&projectIdentifier=p`;
      const { body } = await transport(`${address}&pipelineIdentifier=p&triggerIdentifier=t`, {
        ...{ method: 'POST', body: new TextEncoder().encode('{}') },
      });
      for await (const part of body) return JSON.parse(new TextDecoder().decode(part));
    };
    const [one, other] = [await fire(), await fire()];
    expect(one.data.eventCorrelationId).toMatch(/^[0-9a-f]{24}$/);
    expect(one.data.eventCorrelationId).not.toBe(other.data.eventCorrelationId);
    expect(one.correlationId).toMatch(/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/);
    expect(one.correlationId).not.toBe(other.correlationId);
    expect((await virtual.execute()).data.planExecution.uuid).toMatch(/^\w{22}$/);
  });

  it('serves our own client', async () => {
    const { harness, clock } = new VirtualHarness();
    const transport: Transport = harness.transport;
    const api = new HttpHarnessApi({
      ...{ baseUrl: harness.url, account: 'acme', org: 'default', project: 'apps' },
      ...{ apiKey: 'pat.acme.1.2', clock, random: { next: () => 0.5 }, transport, budget: unlimited },
    });
    const started = await api.execute({}, 'p', { yaml: 'pipeline:\n  identifier: p\n', notes: 'k1' });
    const id = harness.runs()[0]?.plan_execution_id;
    expect(started).toMatchObject({ kind: 'reply', status: 200, body: { data: { planExecution: { uuid: id } } } });
    expect(await api.runNotes({}, id!)).toMatchObject({ kind: 'reply', body: { data: { notes: 'k1' } } });
  });

  it.each<[FaultOrder['fault'], neverSent: boolean, words: string, runs: number]>([
    ['refuse-connection', true, 'nothing listens there (ECONNREFUSED)', 0],
    ['drop-reply', false, 'the connection was cut (ECONNRESET)', 1],
  ])('fails by %s as fetch does', async (fault, neverSent, words, runs) => {
    const { harness } = new VirtualHarness();
    harness.order({ fault });
    const query = 'accountIdentifier=a&orgIdentifier=o&projectIdentifier=p';
    const address = `${harness.url}/pipeline/api/pipeline/execute/p?${query}`;
    const error = await harness.transport(address, { method: 'POST', body: '' }).catch((caught: unknown) => caught);
    expect({ neverSent: isNeverSent(error), words: networkMessage(error) }).toEqual({ neverSent, words });
    expect(harness.runs()).toHaveLength(runs);
  });

  it('carries out a request whose caller has left', async () => {
    const virtual = new VirtualHarness();
    virtual.harness.order({ fault: 'slow-answer', on: ['abort'], milliseconds: 30_000 });
    await virtual.execute();
    const overdue = new AbortController();
    const id = virtual.harness.runs()[0]!.plan_execution_id;
    const asking = virtual.abort(id, { signal: overdue.signal });
    await virtual.pass(5_000);
    overdue.abort(new Error('overdue'));
    expect((await asking).word).toBe('overdue');
    expect(virtual.harness.runs()[0]?.status).toBe('Aborted');
    const early = virtual.execute('k2');
    expect((await early).word).toBe('200');
    await expect(virtual.harness.transport(virtual.harness.url, { signal: overdue.signal })).rejects.toThrow('overdue');
  });

  it('answers nothing after it is closed, and nothing happens in it', async () => {
    const virtual = new VirtualHarness();
    await virtual.execute();
    virtual.harness.order({ fault: 'slow-answer' });
    const asking = virtual.list();
    virtual.harness.close();
    expect(virtual.clock.next).toBeUndefined();
    expect((await asking).word).toBe('ECONNRESET');
    expect((await virtual.list()).word).toBe('ECONNREFUSED');
    await virtual.pass(60_000);
    expect(virtual.harness.runs()).toMatchObject([{ status: 'Running' }]);
  });

  it('lets a test do what pipelines do to clusters', async () => {
    const deployed: string[] = [];
    const deploy: SimulatedHarnessOptions['deploy'] = async ({ service, version }) => {
      deployed.push(`${service} ${version}`);
      return version === '2.0' ? 'no room' : undefined;
    };
    const virtual = new VirtualHarness({ deploy });
    await virtual.execute('k1');
    await virtual.execute('k2', { version: '2.0' });
    await virtual.pass(9_999);
    expect(deployed).toEqual([]);
    await virtual.pass(1);
    expect(deployed).toEqual(['s1 1.0', 's1 2.0']);
    expect(virtual.harness.runs().map(({ status }) => status)).toEqual(['Success', 'Failed']);
  });
});

describe('orders', () => {
  const refusals = async (order: FaultOrder, seed = 1): Promise<string> => {
    const virtual = new VirtualHarness({}, seed);
    virtual.harness.order(order);
    let told = '';
    for (let nth = 0; nth < 10; nth += 1) told += (await virtual.execute(`k${nth}`)).word === '200' ? '.' : 'x';
    return told;
  };

  it.each<[FaultOrder, string]>([
    [{ fault: 'reject' }, 'xxxxxxxxxx'],
    [{ fault: 'reject', times: 3 }, 'xxx.......'],
    [{ fault: 'reject', every: 4 }, '...x...x..'],
    [{ fault: 'reject', every: 2, times: 2 }, '.x.x......'],
    [{ fault: 'reject', match: { key: 'k5' } }, '.....x....'],
    [{ fault: 'reject', match: { key: 'k5', service: 'other' } }, '..........'],
    [{ fault: 'reject', on: ['abort'] }, '..........'],
  ])('%j strikes %s', async (order, told) => {
    expect(await refusals(order)).toBe(told);
  });

  it('with a share hit that part of many', async () => {
    const virtual = new VirtualHarness();
    virtual.harness.order({ fault: 'server-error', on: ['list'], share: 0.3 });
    let struck = 0;
    for (let nth = 0; nth < 2_000; nth += 1) if ((await virtual.list()).word !== '200') struck += 1;
    expect(struck / 2_000).toBeCloseTo(0.3, 1);
  });

  it('hit a start that was otherwise refused with nothing else', async () => {
    const virtual = new VirtualHarness();
    virtual.harness.order({ fault: 'fail-stage', times: 1 });
    virtual.harness.order({ fault: 'reject', times: 1 });
    await virtual.execute('k1');
    await virtual.execute('k2');
    await virtual.pass(10_000);
    expect(virtual.harness.runs()).toMatchObject([{ key: 'k2', status: 'Failed' }]);
  });

  it('for one run hit only requests about it', async () => {
    const virtual = new VirtualHarness();
    virtual.harness.order({ fault: 'throttle', on: ['detail', 'event-details'], match: { key: 'k1' } });
    await virtual.fire('k1');
    await virtual.fire('k2');
    await virtual.pass(2_000);
    const words = [];
    for (const { plan_execution_id, event_id } of virtual.harness.runs()) {
      words.push((await virtual.detail(plan_execution_id)).word, (await virtual.event(event_id!)).word);
    }
    expect(words).toEqual(['400 TOO_MANY_REQUESTS', '400 TOO_MANY_REQUESTS', '200', '200']);
  });
});

describe('an installation', () => {
  const row = ({ data }: Heard) => data.content[0];

  it.each<[SimulatedHarnessOptions['notes'], row: object, call: string]>([
    ['row', { notesExistForPlanExecutionId: true, notes: 'k1' }, '200'],
    ['call', { notesExistForPlanExecutionId: true, notes: undefined }, '200'],
    ['hidden', { notesExistForPlanExecutionId: undefined, notes: undefined }, '404 ENTITY_NOT_FOUND'],
  ])('shows the notes of a run: %s', async (notes, seen, call) => {
    const virtual = new VirtualHarness({ ...(notes === undefined ? {} : { notes }) });
    await virtual.execute();
    const { notesExistForPlanExecutionId, notes: shown } = row(await virtual.list());
    expect({ notesExistForPlanExecutionId, notes: shown }).toEqual(seen);
    expect((await virtual.notes(virtual.harness.runs()[0]!.plan_execution_id)).word).toBe(call);
  });

  it.each<[string, SimulatedHarnessOptions, v2: string, v1: string, details: object]>([
    ['new', {}, '200', '400 INVALID_REQUEST', { payload: true, run: true }],
    ['old', { details: 'v1' }, '404 ENTITY_NOT_FOUND', '400 INVALID_REQUEST', { payload: true, run: true }],
    ['silent of payloads', { payload: 'hidden' }, '200', '400 INVALID_REQUEST', { payload: false, run: true }],
    ['silent of runs', { executionDetails: 'hidden' }, '200', '400 INVALID_REQUEST', { payload: true, run: false }],
  ])('that is %s shows its events', async (_, options, v2, v1, details) => {
    const virtual = new VirtualHarness(options);
    const id = (await virtual.fire()).data.eventCorrelationId;
    expect([(await virtual.event(id)).word, (await virtual.event(id, '')).word]).toEqual([v2, v1]);
    await virtual.pass(1_000);
    const { webhookProcessingDetails: told, executionDetails } = (await virtual.event(id, '')).data;
    expect(told.pipelineExecutionId).toBe(virtual.harness.runs()[0]?.plan_execution_id);
    expect({ payload: told.payload !== null, run: executionDetails !== null }).toEqual(details);
  });

  it('whose reads lag shows runs and their ends late, and aborts at once', async () => {
    const virtual = new VirtualHarness({ lagMilliseconds: 3_000 });
    const id = (await virtual.execute()).data.planExecution.uuid;
    await virtual.pass(2_999);
    expect([(await virtual.detail(id)).word, idsIn(await virtual.list())]).toEqual(['404 ENTITY_NOT_FOUND', []]);
    await virtual.pass(1);
    expect([(await virtual.detail(id)).word, idsIn(await virtual.list())]).toEqual(['200', [id]]);
    await virtual.pass(9_999);
    expect(idsIn(await virtual.list('&status=Running'))).toEqual([id]);
    await virtual.pass(1);
    expect(idsIn(await virtual.list('', { status: ['Failed', 'Success'] }))).toEqual([id]);
    const event = (await virtual.fire('k3')).data.eventCorrelationId;
    await virtual.pass(3_999);
    const { webhookProcessingDetails: told, executionDetails } = (await virtual.event(event)).data;
    expect([told.status, executionDetails]).toEqual(['TARGET_EXECUTION_REQUESTED', null]);
    await virtual.pass(1);
    expect((await virtual.event(event)).data.executionDetails).not.toBeNull();
    const next = (await virtual.execute('k2')).data.planExecution.uuid;
    expect((await virtual.abort(next)).word).toBe('200');
  });
});

describe('the allowance', () => {
  it('is not used up by refused requests', async () => {
    const virtual = new VirtualHarness({ requestsPerMinute: 1 });
    const words: string[] = [];
    for (const wait of [0, 30_000, 29_999, 1, 59_999, 1]) {
      await virtual.pass(wait);
      words.push((await virtual.list()).word);
    }
    expect(words).toEqual(['200', '429', '429', '200', '429', '200']);
  });

  it.each([
    ['edge', '429'],
    ['service', '400 TOO_MANY_REQUESTS'],
  ] as const)('of 1,000 a minute refuses more with the %s, in any minute', async (throttledBy, word) => {
    const virtual = new VirtualHarness({ requestsPerMinute: 1_000, throttledBy });
    const words: string[] = [];
    for (let nth = 0; nth < 1_100; nth += 1) {
      if (nth === 500) await virtual.pass(30_000);
      const heard = await virtual.list('', {});
      words.push(heard.word);
      expect(heard.headers?.get('retry-after') ?? null).toBeNull();
    }
    expect(words.filter((each) => each === '200')).toHaveLength(1_000);
    expect(words.slice(1_000)).toEqual(Array.from({ length: 100 }, () => word));
    await virtual.pass(29_999);
    expect((await virtual.list()).word).toBe(word);
    await virtual.pass(1);
    expect((await virtual.list()).word).toBe('200');
    expect(virtual.harness.requests()).toMatchObject({ total: 1_102, throttled: 101, busiest_minute: 1_101 });
  });

  it('is one for each key', async () => {
    const virtual = new VirtualHarness({ requestsPerMinute: 1 });
    const ask = async (key: string) => (await virtual.abort('nobody', { key })).word;
    expect([await ask('a'), await ask('b'), await ask('a')]).toEqual([
      '404 ENTITY_NOT_FOUND',
      '404 ENTITY_NOT_FOUND',
      '429',
    ]);
  });
});

it('counts requests by call and by minute', async () => {
  const virtual = new VirtualHarness();
  const begun = virtual.clock.now();
  const [run] = [(await virtual.execute()).data.planExecution.uuid];
  const event = (await virtual.fire()).data.eventCorrelationId;
  await virtual.pass(90_000);
  virtual.harness.order({ fault: 'too-many-requests', on: ['detail'], times: 1 });
  virtual.harness.order({ fault: 'refuse-connection', on: ['abort'], times: 1 });
  await virtual.abort(run);
  await virtual.abort(run);
  await virtual.detail(run);
  await virtual.list();
  await virtual.list();
  await virtual.notes(run);
  await virtual.event(event);
  await virtual.event(event, '');
  await virtual.ask('GET nothing/like/this');
  const late = { abort: 1, detail: 1, 'event-details': 2, list: 2, notes: 1, other: 1 };
  const expected = {
    ...{ total: 10, throttled: 1, by_route: { ...late, execute: 1, webhook: 1 }, busiest_minute: 8 },
    minutes: [
      { at: begun, total: 2, throttled: 0, by_route: { execute: 1, webhook: 1 } },
      { at: begun + 60_000, total: 8, throttled: 1, by_route: late },
    ],
  };
  expect(virtual.harness.requests()).toEqual(expected);
  const { body } = await virtual.harness.transport(`${virtual.harness.url}/simulator/requests`);
  for await (const part of body)
    expect(JSON.parse(new TextDecoder().decode(part))).toEqual({ simulated: true, ...expected });
});

it('lists the runs of a project by filter, a page at a time', async () => {
  const virtual = new VirtualHarness();
  for (const [index, pipeline] of ['a', 'b', 'c', 'a'].entries()) {
    await virtual.execute(`k${index}`, { pipeline, version: index === 1 ? '1-pipeline-fails' : '1.0' });
    await virtual.pass(4_000);
  }
  const [one, two, three, four] = virtual.harness.runs().map((run) => run.plan_execution_id);
  const ids = async (query = '', filter = {}) => idsIn(await virtual.list(query, filter));
  expect(await ids()).toEqual([four, three, two, one]);
  expect(await ids('&page=0&size=3&sort=startTs,asc')).toEqual([four, three, two]);
  expect(await ids('&page=1&size=3')).toEqual([one]);
  expect(await ids('&page=2&size=3')).toEqual([]);
  expect(await ids('&pipelineIdentifier=a')).toEqual([four, one]);
  expect(await ids('&pipelineIdentifier=a&pipelineIdentifier=b')).toEqual([four, two, one]);
  expect(await ids('&status=Failed&status=Running', {})).toEqual([four, three, two]);
  expect(await ids('', { status: ['Success', 'Failed'] })).toEqual([two, one]);
  expect(await ids('', { pipelineName: 'c' })).toEqual([three]);
  expect(await ids('&module=CD')).toHaveLength(4);
  expect(await ids('&module=CI')).toEqual([]);
  const from = virtual.harness.runs()[1]!.started_at;
  expect(await ids('', { timeRange: { startTime: from, endTime: from + 4_000 } })).toEqual([three, two]);
  const elsewhere = await virtual.harness.transport(
    `${virtual.harness.url}/pipeline/api/pipelines/execution/summary?accountIdentifier=a&orgIdentifier=o&projectIdentifier=q`,
    { method: 'POST' },
  );
  for await (const part of elsewhere.body) expect(JSON.parse(new TextDecoder().decode(part)).data.empty).toBe(true);
  const { data } = await virtual.list('&pipelineIdentifier=b');
  const { started_at, ended_at } = virtual.harness.runs()[1]!;
  expect(data.content[0]).toMatchObject({
    ...{ startTs: started_at, endTs: ended_at, status: 'Failed', pipelineIdentifier: 'b' },
    executionTriggerInfo: { triggerType: 'MANUAL' },
  });
});
