import { describe, expect, it } from 'vitest';
import { apiKey, executeSettings, executorOf, requestOf, watch, webhookToken } from './harness-fixtures.ts';
import { HarnessWorld } from './harness-world.ts';

/** The executor against the simulated Harness, in virtual time. */

const trigger = { pipeline: 'deploy_risk', trigger: 'flotilla', token: webhookToken };
const isFound = ({ kind }: { readonly kind: string }): boolean => kind === 'found';

describe('a start by webhook', () => {
  it('is accepted, found by its event, followed to its end, and is one run', async () => {
    const world = new HarnessWorld({ triggers: [trigger] });
    const request = world.request();
    const result = await world.start(request);
    expect(result).toMatchObject({ kind: 'accepted', answer: '200', trace: expect.any(String) });
    if (result.kind !== 'accepted') return;
    expect(result.correlation).toMatch(/^[0-9a-f]{24}$/);
    const watched = watch(request, { correlation: result.correlation });
    expect(await world.newsOf(watched)).toEqual({ kind: 'none' });
    await world.pass(10_000);
    const found = await world.newsOf(watched);
    const { plan_execution_id: ref } = world.harness.runs()[0]!;
    expect(found).toMatchObject({ kind: 'found', ref, state: { phase: 'running' } });
    const state = await world.endOf({ ...watched, ref });
    expect(state).toMatchObject({ phase: 'terminal', outcome: 'succeeded', raw: 'Success' });
    expect(state.url).toBe(
      `${world.harness.url}/ng/#/account/acme/cd/orgs/default/projects/apps/pipelines/deploy_risk/executions/${ref}/pipeline`,
    );
    expect(world.harness.runs()).toMatchObject([
      { key: request.key, deployment: 'risk/limit-check', version: '2.4.0' },
    ]);
  });

  it('uses the v2 address for a trigger without a token', async () => {
    const world = new HarnessWorld({ triggers: [{ pipeline: 'old', trigger: 'plain' }] });
    const watched = await world.begin({ settings: { pipeline: 'old', trigger: 'plain' } });
    expect((await world.endOf(watched)).outcome).toBe('succeeded');
  });

  it('needs no details of a run that the list shows', async () => {
    const world = new HarnessWorld();
    const watched = await world.begin();
    await world.pass(6_000);
    expect(await world.newsOf(watched)).toMatchObject({ kind: 'found' });
    expect(world.asked('event-details')).toBe(0);
  });

  it('that began and ended between two looks is found by its details, with its end', async () => {
    const world = new HarnessWorld();
    const watched = await world.begin();
    await world.pass(60_000);
    expect(await world.newsOf(watched)).toMatchObject({ kind: 'found', state: { outcome: 'succeeded' } });
  });

  it('is found on an installation that has only the older details call', async () => {
    const world = new HarnessWorld({ details: 'v1', stageMilliseconds: 1_000 });
    const watched = await world.begin();
    expect(await world.newsOf(watched)).toEqual({ kind: 'none' });
    const news = await world.seen(watched, isFound);
    expect(news).toMatchObject({ ref: world.harness.runs()[0]?.plan_execution_id });
  });

  it('is refused for good when the trigger does not exist, and nothing runs', async () => {
    const world = new HarnessWorld({ triggers: [trigger] });
    const result = await world.start(world.request({ settings: { pipeline: 'none', trigger: 'flotilla' } }));
    expect(result).toMatchObject({
      ...{ kind: 'rejected', retryable: false, reason: 'ExecutorRejected' },
      answer: '400 INVALID_REQUEST',
    });
    expect(world.harness.runs()).toEqual([]);
  });

  it('with a wrong key is refused, although it would have worked without a key', async () => {
    const world = new HarnessWorld({ apiKey: 'pat.another' });
    const result = await world.start(world.request());
    expect(result).toMatchObject({ kind: 'rejected', retryable: false, answer: '401 INVALID_TOKEN' });
    expect(JSON.stringify(result)).not.toContain(apiKey);
  });

  it('whose event leads to no run has failed, with the status of the trigger', async () => {
    const world = new HarnessWorld();
    world.harness.order({ fault: 'fail-event' });
    const watched = await world.begin();
    const news = await world.seen(watched, ({ kind }) => kind === 'failed', 3);
    expect(news).toMatchObject({
      reason: 'TriggerFailed',
      message: expect.stringContaining('NO_MATCHING_TRIGGER_FOR_PAYLOAD_CONDITIONS'),
    });
  });

  it('whose event is lost leads to no run, even if it is late and its key is searched for', async () => {
    const world = new HarnessWorld();
    world.harness.order({ fault: 'lose-event', times: 1 });
    const watched = await world.begin();
    const other = await world.begin({ key: 'another-1' });
    await world.seen(other, isFound);
    await world.pass(10_000);
    expect(await world.newsOf(watched)).toEqual({ kind: 'none' });
    await world.pass(400_000);
    expect(await world.newsOf(watched)).toEqual({ kind: 'none' });
  });

  it('that starts two runs of our pipeline is several', async () => {
    const world = new HarnessWorld({ triggers: [trigger, trigger] });
    const watched = await world.begin();
    await world.pass(10_000);
    expect(await world.newsOf(watched)).toMatchObject({ kind: 'several' });
  });
});

describe('a start by the execute call', () => {
  it('starts at once and succeeds', async () => {
    const world = new HarnessWorld();
    const request = world.request({ settings: executeSettings, version: '1.10' });
    const result = await world.start(request);
    if (result.kind !== 'started') throw new Error(JSON.stringify(result));
    expect(result.url).toContain(result.ref);
    expect((await world.endOf(watch(request, { ref: result.ref }))).outcome).toBe('succeeded');
    expect(world.harness.runs()).toMatchObject([{ key: request.key, service: 'limit-check', version: '1.10' }]);
  });

  it('fills only the variables that the settings name', async () => {
    const world = new HarnessWorld();
    await world.begin({ settings: { ...executeSettings, variables: ['docker_image_version'] } });
    expect(world.harness.runs()).toMatchObject([{ service: '', version: '2.4.0', key: requestOf().key }]);
  });

  it('that no list shows yet is known by its id', async () => {
    const world = new HarnessWorld({ lagMilliseconds: 8_000 });
    const watched = await world.begin({ settings: executeSettings });
    expect((await world.newsOf(watched))?.kind).toBe('none');
    await world.pass(10_000);
    expect(await world.newsOf(watched)).toMatchObject({ kind: 'found', ref: watched.ref });
  });
});

describe('the end of a run', () => {
  it.each([
    { version: '2.4.0-pipeline-fails', outcome: 'failed', message: /^Deploy: SIMULATED: the step Rollout/ },
    { version: '2.4.0-pipeline-fails-late', outcome: 'failed', message: /^Deploy: SIMULATED: the step Smoke Test/ },
  ])('of version $version says where it failed', async ({ version, outcome, message }) => {
    const world = new HarnessWorld();
    const state = await world.endOf(await world.begin({ version }));
    expect(state.outcome).toBe(outcome);
    expect(state.message).toMatch(message);
  });

  it.each([
    ['Expired', 'expired'],
    ['ApprovalRejected', 'rejected'],
    ['AbortedByFreeze', 'frozen'],
    ['IgnoreFailed', 'succeeded-with-ignored'],
  ])('%s is %s', async (status, outcome) => {
    const world = new HarnessWorld();
    world.harness.order({ fault: 'fail-stage', status });
    expect((await world.endOf(await world.begin())).outcome).toBe(outcome);
  });

  it('is not seen early when the status is stale', async () => {
    const world = new HarnessWorld();
    world.harness.order({ fault: 'stale-status', milliseconds: 120_000 });
    const watched = await world.begin({ settings: executeSettings });
    await world.pass(60_000);
    expect(world.harness.runs()[0]?.status).toBe('Success');
    const early = await world.newsOf(watched);
    expect(early?.kind === 'found' ? early.state?.phase : 'running').not.toBe('terminal');
    expect((await world.endOf(watched)).outcome).toBe('succeeded');
  });

  it('waits for a person where the pipeline does, and says in which stage', async () => {
    const world = new HarnessWorld();
    world.harness.order({ fault: 'wait-for-person', milliseconds: 600_000 });
    const watched = await world.begin();
    const news = await world.seen(watched, (each) => each.kind === 'found' && each.state?.raw === 'ApprovalWaiting');
    expect(news).toMatchObject({ state: { phase: 'waiting-for-human', message: expect.stringContaining('Prepare') } });
  });
});

describe('a cancel', () => {
  it('is accepted, and accepted again while the abort is under way, and over afterwards', async () => {
    const world = new HarnessWorld({ abortMilliseconds: 20_000 });
    world.harness.order({ fault: 'stuck-running' });
    const watched = await world.begin({ settings: executeSettings });
    await world.pass(20_000);
    const cancel = async () => (await world.during(world.executor.cancel(watched.request, watched.ref!))).kind;
    expect(await cancel()).toBe('accepted');
    expect(await cancel()).toBe('accepted');
    expect(await world.newsOf(watched)).toMatchObject({ state: { raw: 'Discontinuing' } });
    const state = await world.endOf(watched);
    expect(state).toMatchObject({ outcome: 'aborted', message: 'aborted by simulated-user@example.com' });
    expect(await cancel()).toBe('over');
  });

  it('that comes too late is not sent, and may be tried again', async () => {
    const world = new HarnessWorld();
    world.harness.order({ fault: 'stuck-running' });
    const watched = await world.begin({ settings: executeSettings });
    const late = world.executor.cancel(watched.request, watched.ref!, world.clock.now() - 1);
    await expect(world.during(late)).rejects.toMatchObject({ name: 'ExecutorUnavailable' });
    await world.pass(10_000);
    expect(await world.newsOf(watched)).toMatchObject({ state: { raw: 'Running' } });
  });

  it('of a run that cannot be aborted says no, and the run goes on to its end', async () => {
    const world = new HarnessWorld();
    world.harness.order({ fault: 'refuse-abort' });
    const watched = await world.begin({ settings: executeSettings });
    expect((await world.during(world.executor.cancel(watched.request, watched.ref!))).kind).toBe('no');
    expect((await world.endOf(watched)).outcome).toBe('succeeded');
  });
});

describe('a start whose reply is lost', () => {
  const faults = [{ fault: 'drop-reply' }, { fault: 'server-error' }, { fault: 'html-error' }] as const;

  it.each(faults)('by $fault in webhook mode is unknown, then found by the payload of its event', async (fault) => {
    const world = new HarnessWorld();
    world.harness.order({ ...fault, times: 1 });
    const request = world.request();
    const result = await world.start(request);
    expect(result).toMatchObject({ kind: 'unknown', answer: expect.any(String) });
    const other = watch(world.request({ key: `${request.key}2` }));
    expect(await world.seen(watch(request), isFound)).toMatchObject({
      ref: world.harness.runs()[0]?.plan_execution_id,
    });
    await world.pass(10_000);
    expect(await world.newsOf(other)).toEqual({ kind: 'none' });
    expect(world.harness.runs()).toHaveLength(1);
  });

  it('is found on an installation that has only the older details call', async () => {
    const world = new HarnessWorld({ details: 'v1' });
    world.harness.order({ fault: 'drop-reply', times: 1 });
    const request = world.request();
    await world.start(request);
    expect(await world.seen(watch(request), isFound)).toMatchObject({ kind: 'found' });
  });

  it.each(['call', 'row'] as const)('in execute mode is found by its notes (%s)', async (notes) => {
    const world = new HarnessWorld({ notes });
    const request = world.request({ settings: executeSettings });
    world.harness.order({ fault: 'drop-reply', match: { key: request.key } });
    await world.begin({ settings: executeSettings, key: `${request.key}2` });
    expect((await world.start(request)).kind).toBe('unknown');
    const news = await world.newsOf(watch(request));
    const ours = world.harness.runs().find(({ key }) => key === request.key);
    expect(news).toMatchObject({ kind: 'found', ref: ours?.plan_execution_id });
    expect(world.harness.runs()).toHaveLength(2);
  });

  it.each([
    ['webhook', {}, { payload: 'hidden' }],
    ['execute', { settings: executeSettings }, { notes: 'hidden' }],
  ] as const)('by %s stays unfound where the installation does not show the key', async (_, change, options) => {
    const world = new HarnessWorld(options);
    world.harness.order({ fault: 'drop-reply', times: 1 });
    const request = world.request(change);
    expect((await world.start(request)).kind).toBe('unknown');
    await world.pass(10_000);
    expect(world.harness.runs()).toHaveLength(1);
    expect(await world.newsOf(watch(request))).toEqual({ kind: 'none' });
  });

  it.each([{ fault: 'server-error', when: 'before' } as const, { fault: 'html-error', when: 'before' } as const])(
    'by $fault before anything was stored is unknown all the same',
    async (fault) => {
      const world = new HarnessWorld();
      world.harness.order(fault);
      expect((await world.start(world.request())).kind).toBe('unknown');
      expect(world.harness.runs()).toEqual([]);
    },
  );
});

describe('a start that is refused', () => {
  it.each([
    ['reject', false, 'ExecutorRejected'],
    ['too-many-requests', true, 'ExecutorThrottled'],
    ['throttle', true, 'ExecutorThrottled'],
  ] as const)('by %s is rejected (retryable: %s) and may be tried again', async (fault, retryable, reason) => {
    const world = new HarnessWorld();
    world.harness.order({ fault, times: 1 });
    expect(await world.start(world.request())).toMatchObject({ kind: 'rejected', retryable, reason });
    expect((await world.start(world.request())).kind).toBe('accepted');
  });
});

describe('tells people to look', () => {
  it.each([
    ['webhook', {}, undefined, 'in the payload of their trigger flotilla'],
    ['webhook', {}, 'e1', 'in the payload of their trigger flotilla, set off by event e1'],
    ['execute', { settings: executeSettings }, undefined, 'in their notes'],
  ])('after a start by %s', (_, change, event, place) => {
    const request = requestOf({ at: Date.UTC(2026, 0, 2), ...change });
    expect(executorOf('https://harness.test').whereToLook(request, event)).toBe(
      `the runs of pipeline deploy_risk in project default/apps since 2026-01-02T00:00:00.000Z with ${request.key} ${place}`,
    );
  });
});
