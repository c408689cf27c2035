import { afterEach, describe, expect, it } from 'vitest';
import type { RunRequest, RunState, StartResult } from '../../lib/domain/ports.ts';
import type { HarnessExecutor } from '../../lib/executors/harness.ts';
import type { SimulatedHarnessOptions } from '../../lib/simulators/harness/options.ts';
import { type SimulatedHarness, startSimulatedHarness } from '../../lib/simulators/harness/simulated-harness.ts';
import { HeldClock } from '../simulators/harness/held-clock.ts';
import { apiKey, eventually, executeSettings, executorOf, requestOf, webhookToken } from './harness-fixtures.ts';

const trigger = { pipeline: 'deploy_risk', trigger: 'flotilla', token: webhookToken };
const quick = { apiKey, triggers: [trigger], eventMilliseconds: 30, stageMilliseconds: 30, abortMilliseconds: 30 };
const opened: SimulatedHarness[] = [];

const simulate = async (options: SimulatedHarnessOptions = {}): Promise<SimulatedHarness> => {
  const harness = await startSimulatedHarness({ ...quick, ...options });
  opened.push(harness);
  return harness;
};

afterEach(async () => {
  await Promise.all(opened.splice(0).map((harness) => harness.close()));
});

const correlationOf = (result: StartResult): string => {
  if (result.kind !== 'accepted') throw new Error(`not accepted: ${JSON.stringify(result)}`);
  return result.correlation;
};

/** Starts by webhook and waits for the run. */
const startRun = async (executor: HarnessExecutor, request: RunRequest): Promise<string> => {
  const correlation = correlationOf(await executor.start(request));
  return eventually(async () => {
    const resolution = await executor.resolve(request, correlation);
    if (resolution.kind === 'failed') throw new Error(resolution.message);
    return resolution.kind === 'run' ? resolution.ref : undefined;
  });
};

const stateOf = async (executor: HarnessExecutor, request: RunRequest, ref: string): Promise<RunState | undefined> =>
  (await executor.observe([{ request, ref }])).get(ref);

const endOf = (executor: HarnessExecutor, request: RunRequest, ref: string): Promise<RunState> =>
  eventually(async () => {
    const state = await stateOf(executor, request, ref);
    return state?.phase === 'terminal' ? state : undefined;
  });

describe('a start by webhook', () => {
  it('is accepted, found by its event, followed to its end, and is one run', async () => {
    const clock = new HeldClock();
    clock.hold();
    const harness = await simulate({ clock });
    const executor = executorOf(harness.url);
    const request = requestOf();
    const result = await executor.start(request);
    const correlation = correlationOf(result);
    expect(correlation).toMatch(/^[0-9a-f]{24}$/);
    expect(await executor.resolve(request, correlation)).toEqual({ kind: 'not-yet' });
    clock.release();
    const ref = await eventually(async () => {
      const resolution = await executor.resolve(request, correlation);
      return resolution.kind === 'run' ? resolution.ref : undefined;
    });
    const state = await endOf(executor, request, ref);
    expect(state).toMatchObject({ phase: 'terminal', outcome: 'succeeded', raw: 'Success' });
    expect(state.url).toBe(
      `${harness.url}/ng/#/account/acme/cd/orgs/default/projects/apps/pipelines/deploy_risk/executions/${ref}/pipeline`,
    );
    expect(harness.runs()).toMatchObject([{ key: request.key, deployment: 'risk/limit-check', version: '2.4.0' }]);
  });

  it('uses the v2 address for a trigger without a token', async () => {
    const harness = await simulate({ triggers: [{ pipeline: 'old', trigger: 'plain' }] });
    const executor = executorOf(harness.url);
    const request = requestOf({ settings: { pipeline: 'old', trigger: 'plain' } });
    const state = await endOf(executor, request, await startRun(executor, request));
    expect(state.outcome).toBe('succeeded');
  });

  it('resolves on an installation that has only the older details call', async () => {
    const clock = new HeldClock();
    clock.hold();
    const harness = await simulate({ clock, details: 'v1' });
    const executor = executorOf(harness.url);
    const request = requestOf();
    const correlation = correlationOf(await executor.start(request));
    expect(await executor.resolve(request, correlation)).toEqual({ kind: 'not-yet' });
    clock.release();
    const found = await eventually(async () => {
      const resolution = await executor.resolve(request, correlation);
      return resolution.kind === 'run' ? resolution : undefined;
    });
    expect(found.ref).toBe(harness.runs()[0]?.plan_execution_id);
  });

  it('is refused for good when the trigger does not exist, and nothing runs', async () => {
    const harness = await simulate();
    const result = await executorOf(harness.url).start(
      requestOf({ settings: { pipeline: 'none', trigger: 'flotilla' } }),
    );
    expect(result).toMatchObject({ kind: 'rejected', retryable: false, reason: 'ExecutorRejected' });
    expect(harness.runs()).toEqual([]);
  });

  it('with a wrong key is refused, although no key would have done', async () => {
    const harness = await simulate();
    const result = await executorOf(harness.url, { apiKey: 'pat.wrong' }).start(requestOf());
    expect(result).toMatchObject({ kind: 'rejected', retryable: false });
    expect(result).toMatchObject({ message: expect.stringContaining('INVALID_TOKEN') });
  });

  it('whose event leads to no run is failed, with the status of the trigger', async () => {
    const harness = await simulate();
    harness.order({ fault: 'fail-event' });
    const executor = executorOf(harness.url);
    const request = requestOf();
    const correlation = correlationOf(await executor.start(request));
    const resolution = await eventually(async () => {
      const seen = await executor.resolve(request, correlation);
      return seen.kind === 'not-yet' ? undefined : seen;
    });
    expect(resolution).toMatchObject({ kind: 'failed', reason: 'TriggerFailed' });
    expect(resolution).toMatchObject({
      message: expect.stringContaining('NO_MATCHING_TRIGGER_FOR_PAYLOAD_CONDITIONS'),
    });
  });

  it('whose event is lost stays not-yet: the caller has the deadline', async () => {
    const harness = await simulate();
    harness.order({ fault: 'lose-event', times: 1 });
    const executor = executorOf(harness.url);
    const correlation = correlationOf(await executor.start(requestOf()));
    // What came after it has been started.
    await startRun(executor, requestOf({ key: 'another-1' }));
    expect(await executor.resolve(requestOf(), correlation)).toEqual({ kind: 'not-yet' });
    expect(await executor.findByKey(requestOf())).toBeUndefined();
  });
});

describe('a start by the execute call', () => {
  it('is started at once and ends well', async () => {
    const harness = await simulate();
    const executor = executorOf(harness.url);
    const request = requestOf({ settings: executeSettings, version: '1.10' });
    const result = await executor.start(request);
    if (result.kind !== 'started') throw new Error(JSON.stringify(result));
    expect(result.url).toContain(result.ref);
    expect((await endOf(executor, request, result.ref)).outcome).toBe('succeeded');
    expect(harness.runs()).toMatchObject([{ key: request.key, service: 'limit-check', version: '1.10' }]);
  });

  it('fills only the variables that the settings name', async () => {
    const harness = await simulate();
    const settings = { ...executeSettings, variables: ['docker_image_version'] };
    await executorOf(harness.url).start(requestOf({ settings }));
    expect(harness.runs()).toMatchObject([{ service: '', version: '2.4.0', key: requestOf().key }]);
  });
});

describe('the end of a run', () => {
  it.each([
    { version: '2.4.0-pipeline-fails', outcome: 'failed', message: /^Deploy: SIMULATED: the step Rollout/ },
    { version: '2.4.0-pipeline-fails-late', outcome: 'failed', message: /^Deploy: SIMULATED: the step Smoke Test/ },
  ])('of version $version says where it failed', async ({ version, outcome, message }) => {
    const harness = await simulate();
    const executor = executorOf(harness.url);
    const request = requestOf({ version });
    const state = await endOf(executor, request, await startRun(executor, request));
    expect(state.outcome).toBe(outcome);
    expect(state.message).toMatch(message);
  });

  it.each([
    ['Expired', 'expired'],
    ['ApprovalRejected', 'rejected'],
    ['AbortedByFreeze', 'frozen'],
    ['IgnoreFailed', 'succeeded-with-ignored'],
  ])('%s is %s', async (status, outcome) => {
    const harness = await simulate();
    harness.order({ fault: 'fail-stage', status });
    const executor = executorOf(harness.url);
    const request = requestOf();
    expect((await endOf(executor, request, await startRun(executor, request))).outcome).toBe(outcome);
  });

  it('is not seen early when the status is stale', async () => {
    const clock = new HeldClock();
    const harness = await simulate({ clock });
    harness.order({ fault: 'stale-status', milliseconds: 3_600_000 });
    const executor = executorOf(harness.url);
    const request = requestOf();
    const ref = await startRun(executor, request);
    await eventually(async () => (harness.runs()[0]?.status === 'Success' ? true : undefined));
    expect((await stateOf(executor, request, ref))?.phase).not.toBe('terminal');
    clock.skip(3_600_000);
    expect((await endOf(executor, request, ref)).outcome).toBe('succeeded');
  });

  it('waits for a human where the pipeline does', async () => {
    const harness = await simulate();
    harness.order({ fault: 'stuck-running', status: 'ApprovalWaiting' });
    const executor = executorOf(harness.url);
    const request = requestOf();
    const ref = await startRun(executor, request);
    const phase = await eventually(async () => {
      const state = await stateOf(executor, request, ref);
      return state?.raw === 'ApprovalWaiting' ? state.phase : undefined;
    });
    expect(phase).toBe('waiting-for-human');
  });
});

describe('many runs', () => {
  it('are read together, and one that is unknown is not in the answer', async () => {
    const harness = await simulate({ requestsPerMinute: 0 });
    const executor = executorOf(harness.url);
    const requests = Array.from({ length: 12 }, (_, index) =>
      requestOf({ key: `batch-${index}-1`, settings: executeSettings }),
    );
    const started = await Promise.all(requests.map((request) => executor.start(request)));
    const watched = started.map((result, index) => {
      if (result.kind !== 'started') throw new Error(JSON.stringify(result));
      return { request: requests[index]!, ref: result.ref };
    });
    const states = await executor.observe([...watched, { request: requests[0]!, ref: 'nobody-knows-it' }]);
    expect([...states.keys()].sort()).toEqual(watched.map(({ ref }) => ref).sort());
  });
});

describe('a cancel', () => {
  it('is accepted, and accepted again while the abort is under way, and over afterwards', async () => {
    const clock = new HeldClock();
    const harness = await simulate({ clock });
    harness.order({ fault: 'stuck-running' });
    const executor = executorOf(harness.url);
    const request = requestOf();
    const ref = await startRun(executor, request);
    clock.hold();
    expect((await executor.cancel(request, ref)).kind).toBe('accepted');
    expect((await executor.cancel(request, ref)).kind).toBe('accepted');
    expect((await stateOf(executor, request, ref))?.raw).toBe('Discontinuing');
    clock.release();
    const state = await endOf(executor, request, ref);
    expect(state).toMatchObject({ outcome: 'aborted', message: 'aborted by simulated-user@example.com' });
    expect((await executor.cancel(request, ref)).kind).toBe('over');
  });

  it('of a run that cannot be aborted says no, and the run goes on to its end', async () => {
    const clock = new HeldClock();
    clock.hold(1_000);
    const harness = await simulate({ clock, stageMilliseconds: 1_000 });
    harness.order({ fault: 'refuse-abort' });
    const executor = executorOf(harness.url);
    const request = requestOf();
    const ref = await startRun(executor, request);
    expect((await executor.cancel(request, ref)).kind).toBe('no');
    clock.release();
    expect((await endOf(executor, request, ref)).outcome).toBe('succeeded');
  });
});

describe('a start whose reply is lost', () => {
  const faults = [{ fault: 'drop-reply' }, { fault: 'server-error' }, { fault: 'html-error' }] as const;

  it.each(faults)('by $fault in webhook mode is unknown, then found by the payload of its event', async (fault) => {
    const harness = await simulate();
    harness.order(fault);
    const executor = executorOf(harness.url);
    const other = requestOf({ key: `${requestOf().key}2` });
    const request = requestOf();
    expect((await executor.start(request)).kind).toBe('unknown');
    const found = await eventually(() => executor.findByKey(request));
    expect(found).toMatchObject({ kind: 'run', ref: harness.runs()[0]?.plan_execution_id });
    expect(await executor.findByKey(other)).toBeUndefined();
    expect(harness.runs()).toHaveLength(1);
  });

  it.each(faults)('by $fault in execute mode is unknown, then found by its notes', async (fault) => {
    const harness = await simulate();
    harness.order({ ...fault, match: { key: requestOf().key } });
    const executor = executorOf(harness.url);
    const longer = requestOf({ settings: executeSettings, key: `${requestOf().key}2` });
    expect((await executor.start(longer)).kind).toBe('started');
    const request = requestOf({ settings: executeSettings });
    expect((await executor.start(request)).kind).toBe('unknown');
    const found = await executor.findByKey(request);
    const ours = harness.runs().find(({ key }) => key === request.key);
    expect(found).toMatchObject({ kind: 'run', ref: ours?.plan_execution_id });
    expect(harness.runs()).toHaveLength(2);
  });

  it('stays unfound where the installation shows no payload', async () => {
    const harness = await simulate({ payload: 'hidden' });
    harness.order({ fault: 'drop-reply' });
    const executor = executorOf(harness.url);
    expect((await executor.start(requestOf())).kind).toBe('unknown');
    await eventually(async () => (harness.runs().length === 1 ? true : undefined));
    expect(await executor.findByKey(requestOf())).toBeUndefined();
  });

  it.each([{ fault: 'server-error', when: 'before' } as const, { fault: 'html-error', when: 'before' } as const])(
    'by $fault before anything was stored is unknown all the same',
    async (fault) => {
      const harness = await simulate();
      harness.order(fault);
      expect((await executorOf(harness.url).start(requestOf())).kind).toBe('unknown');
      expect(harness.runs()).toEqual([]);
    },
  );
});

describe('a start that is refused', () => {
  it.each([
    ['reject', false, 'ExecutorRejected'],
    ['too-many-requests', true, 'ExecutorThrottled'],
    ['throttle', true, 'ExecutorThrottled'],
  ] as const)('by %s is rejected (retryable: %s) and may be tried again', async (fault, retryable, reason) => {
    const harness = await simulate();
    harness.order({ fault, times: 1 });
    const executor = executorOf(harness.url);
    expect(await executor.start(requestOf())).toMatchObject({ kind: 'rejected', retryable, reason });
    expect((await executor.start(requestOf())).kind).toBe('accepted');
  });
});
