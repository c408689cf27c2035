import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { SimulatedHarnessOptions } from '../../../lib/simulators/harness/options.ts';
import { type SimulatedHarness, startSimulatedHarness } from '../../../lib/simulators/harness/simulated-harness.ts';
import { wallClock } from '../../../lib/simulators/harness/wall-clock.ts';
import { harnessMemory } from '../../../lib/simulators/harness/world.ts';
import { openMemory } from '../../../lib/simulators/memory.ts';

/** One Harness, stopped and started any number of times. */
const makeLives = () => {
  const folder = mkdtempSync(join(tmpdir(), 'flotilla-harness-'));
  let current: SimulatedHarness | undefined;
  const end = async (): Promise<void> => {
    await current?.close();
    current = undefined;
  };
  onTestFinished(async () => {
    await end();
    rmSync(folder, { recursive: true });
  });
  const live = async (options: SimulatedHarnessOptions = {}): Promise<SimulatedHarness> => {
    await end();
    const memory = await openMemory(join(folder, 'state.db'), harnessMemory, { tell: () => {} });
    const pace = { eventMilliseconds: 10, stageMilliseconds: 10, abortMilliseconds: 10, requestsPerMinute: 0 };
    current = await startSimulatedHarness({ ...pace, ...options, memory });
    return current;
  };
  return Object.assign(live, { end });
};

const scope = 'accountIdentifier=acme&orgIdentifier=default&projectIdentifier=apps';

/** The next life has the same address: a kept connection would lead to the one before. */
const ownConnection = { connection: 'close' };

const fire = async ({ url }: SimulatedHarness, key = 'k1', version = '1.0'): Promise<void> => {
  const body = JSON.stringify({ service_name: 's1', docker_image_version: version, pillar: 'risk', flotilla: { key } });
  const address = `${url}/pipeline/api/webhook/custom/tok/v3?${scope}&pipelineIdentifier=p&triggerIdentifier=t`;
  const response = await fetch(address, { method: 'POST', body, headers: ownConnection });
  if (!response.ok) throw new Error(await response.text());
};

const abort = async ({ url }: SimulatedHarness, id: string): Promise<void> => {
  const address = `${url}/pipeline/api/pipeline/execute/interrupt/${id}?${scope}&interruptType=AbortAll`;
  const response = await fetch(address, { method: 'PUT' });
  if (!response.ok) throw new Error(await response.text());
};

/** The timeout of the test ends an endless wait. */
const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await sleep(5);
};

const longest = 3_600_000;
const ended =
  (harness: SimulatedHarness, count = 1) =>
  async () => {
    await until(() => harness.runs().filter(({ ended_at }) => ended_at !== undefined).length === count);
    return harness.runs().map(({ key, status }) => `${key} ${status}`);
  };

describe('a Harness continues after a restart', () => {
  test('with a pending event, whose run it starts once', async () => {
    const live = makeLives();
    await fire(await live({ eventMilliseconds: longest }));
    const second = await live();
    expect(await ended(second)()).toEqual(['k1 Success']);
    const third = await live();
    await sleep(50);
    expect(third.runs()).toEqual(second.runs());
  });

  test('with a run in the middle of a stage, whose time goes on too', async () => {
    const live = makeLives();
    const first = await live({ stageMilliseconds: longest });
    await fire(first);
    await until(() => first.runs()[0]?.status === 'Running');
    const [before] = first.runs();
    const second = await live();
    expect(await ended(second)()).toEqual(['k1 Success']);
    expect(second.runs()[0]).toMatchObject({
      plan_execution_id: before!.plan_execution_id,
      started_at: before!.started_at,
    });
  });

  test("with the rest of a stage's time, from life to life", async () => {
    const live = makeLives();
    let passed = 0;
    const clock = { ...wallClock, now: () => Date.now() + passed };
    const pace = { stageMilliseconds: longest, clock };
    const first = await live(pace);
    await fire(first);
    await until(() => first.runs()[0]?.status === 'Running');
    // Two stages. Each life lives through only a part of one.
    let harness = first;
    for (let life = 0; life < 10 && harness.runs()[0]!.ended_at === undefined; life += 1) {
      passed += longest * 0.6;
      harness = await live(pace);
      await sleep(50);
    }
    expect(harness.runs()[0]).toMatchObject({ key: 'k1', status: 'Success' });
  });

  test('with a run that was going to fail', async () => {
    const live = makeLives();
    const first = await live({ stageMilliseconds: longest });
    await fire(first, 'k1', '1.0-pipeline-fails');
    await until(() => first.runs()[0]?.status === 'Running');
    expect(await ended(await live())()).toEqual(['k1 Failed']);
  });

  test('with a run that is being aborted', async () => {
    const live = makeLives();
    const first = await live({ stageMilliseconds: longest, abortMilliseconds: longest });
    await fire(first);
    await until(() => first.runs()[0]?.status === 'Running');
    await abort(first, first.runs()[0]!.plan_execution_id);
    expect(await ended(await live())()).toEqual(['k1 Aborted']);
  });

  test('with runs that wait for others, after those', async () => {
    const live = makeLives();
    const first = await live({ stageMilliseconds: longest, maxConcurrentRuns: 1 });
    for (const [index, key] of ['k1', 'k2', 'k3'].entries()) {
      await fire(first, key);
      // Events of one moment become runs in any order.
      await until(() => first.runs().length > index);
    }
    await until(() => first.runs()[0]?.status === 'Running');
    const second = await live({ maxConcurrentRuns: 1 });
    expect(await ended(second, 3)()).toEqual(['k1 Success', 'k2 Success', 'k3 Success']);
    const times = second.runs().map(({ ended_at }) => ended_at!);
    expect(times).toEqual(times.toSorted((one, other) => one - other));
  });

  test('with the remaining faults, at its address', async () => {
    const live = makeLives();
    const first = await live();
    first.order({ fault: 'reject', times: 2 });
    first.order({ fault: 'slow', match: { service: 'other' } });
    await expect(fire(first)).rejects.toThrow('this request is refused');
    const second = await live();
    expect(second.port).toBe(first.port);
    await expect(fire(second)).rejects.toThrow('this request is refused');
    const third = await live();
    await fire(third);
    const faults = await (await fetch(`${third.url}/simulator/faults`)).json();
    expect(faults).toMatchObject({ faults: [{ fault: 'slow' }] });
  });
});

test('a start counts the orders of its file from zero again; others stay', async () => {
  const live = makeLives();
  const faultsOf = async ({ url }: SimulatedHarness): Promise<unknown> =>
    ((await (await fetch(`${url}/simulator/faults`, { headers: ownConnection })).json()) as { faults: unknown }).faults;
  const first = await live({ faults: [{ fault: 'reject', times: 1 }, { fault: 'slow' }] });
  first.order({ fault: 'late-run' });
  await expect(fire(first)).rejects.toThrow('this request is refused');
  expect(await faultsOf(first)).toEqual([{ fault: 'slow' }, { fault: 'late-run' }]);
  const second = await live({ faults: [{ fault: 'reject', times: 1 }] });
  expect(await faultsOf(second)).toEqual([{ fault: 'late-run' }, { fault: 'reject', times: 1 }]);
  expect(await faultsOf(await live())).toEqual([{ fault: 'late-run' }]);
});

test('a Harness whose port is now in use listens at another', async () => {
  const live = makeLives();
  const { port } = await live();
  await live.end();
  const other = await startSimulatedHarness({ port });
  expect((await live()).port).not.toBe(port);
  await other.close();
});
