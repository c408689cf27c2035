import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import type { StatusChange } from '../../lib/engine/status-change.ts';
import { distributedMap, EngineFixture, journalPath, machine, task, tokenTask } from './engine-fixture.ts';

/** Documented, not recorded: RedriveExecution, "Redriving Map Runs" and the events of EventBridge. */

const refused = (message: RegExp) => ({ name: 'ExecutionNotRedrivable', message: expect.stringMatching(message) });
const day = 86_400_000;

/** Fails a given number of times, then returns its result. */
const failing = (times: number) => {
  let calls = 0;
  return (payload: unknown) => {
    calls += 1;
    if (calls <= times) throw Object.assign(new Error('not yet'), { name: 'NotYet' });
    return { ...(payload as object), calls };
  };
};

const once = { Retry: [{ ErrorEquals: ['NotYet'], IntervalSeconds: 1, MaxAttempts: 1 }] };

describe('an execution that failed', () => {
  test('goes on from the failed state, with its input and its variables, and with new retries', async () => {
    const fixture = new EngineFixture({ functions: { good: failing(0), bad: failing(3) } });
    const arn = await fixture.start(
      machine({
        First: task('good', { Assign: { kept: 7 }, Output: { x: 1 }, Next: 'Second', End: undefined }),
        Second: task('bad', { ...once, Output: '{% $merge([$states.input, {"kept": $kept}]) %}' }),
      }),
    );
    expect((await fixture.finish(arn)).status).toBe('FAILED');
    expect(await fixture.describe(arn)).toMatchObject({ redriveCount: 0, redriveStatus: 'REDRIVABLE' });
    const { redriveDate } = await fixture.engine.redriveExecution({ executionArn: arn });
    expect(redriveDate).toBe(fixture.clock.now() / 1000);
    const { status, value, error, ...described } = await fixture.finish(arn);
    expect({ status, value, error }).toEqual({ status: 'SUCCEEDED', value: { x: 1, kept: 7 }, error: undefined });
    expect(described).toMatchObject({ redriveCount: 1, redriveDate, redriveStatus: 'NOT_REDRIVABLE' });
    // Twice before and twice after, and the first state once.
    expect(fixture.calls).toEqual(['good', 'bad', 'bad', 'bad', 'bad']);
    expect(fixture.visited(arn)).toEqual(['First', 'Second']);
  });

  test('keeps one history, with continuous numbers', async () => {
    const fixture = new EngineFixture({ functions: { bad: failing(1) } });
    const arn = await fixture.start(machine({ Only: task('bad') }));
    await fixture.finish(arn);
    await fixture.engine.redriveExecution({ executionArn: arn });
    await fixture.finish(arn);
    const history = fixture.engine.history(arn);
    expect(history.map(({ id }) => id)).toEqual(history.map((_, index) => index + 1));
    expect(fixture.types(arn)).toEqual([
      ...['ExecutionStarted', 'TaskStateEntered', 'TaskScheduled', 'TaskStarted', 'TaskFailed', 'ExecutionFailed'],
      ...[
        'ExecutionRedriven',
        'TaskScheduled',
        'TaskStarted',
        'TaskSucceeded',
        'TaskStateExited',
        'ExecutionSucceeded',
      ],
    ]);
    expect(history[6]).toMatchObject({ previous: 6, details: { redriveCount: 1 } });
    // Entered once, and run again once.
    expect(fixture.engine.transitions(arn)).toBe(2);
  });

  test('tells its states how often it was redriven, and when', async () => {
    const fixture = new EngineFixture({ functions: { bad: failing(2) } });
    const arn = await fixture.start(
      machine({
        Only: task('bad', {
          Arguments: { FunctionName: 'bad', Payload: { execution: '{% $states.context.Execution %}' } },
          Output: '{% $states.result.Payload.execution %}',
        }),
      }),
    );
    await fixture.finish(arn);
    for (let n = 0; n < 2; n += 1) {
      fixture.clock.skip(1_000);
      await fixture.engine.redriveExecution({ executionArn: arn });
      await fixture.finish(arn);
    }
    const { value } = await fixture.describe(arn);
    expect(value).toMatchObject({ RedriveCount: 2, RedriveTime: new Date(fixture.clock.now()).toISOString() });
  });
});

describe('a stopped execution', () => {
  test('gives the waiting state a new token; the old one is invalid', async () => {
    const tokens: string[] = [];
    const fixture = new EngineFixture({ functions: { f: ({ token }: { token: string }) => void tokens.push(token) } });
    const arn = await fixture.start(machine({ Wait: tokenTask('f') }));
    await fixture.engine.stopExecution({ executionArn: arn, error: 'Mine', cause: 'by hand' });
    await fixture.engine.redriveExecution({ executionArn: arn });
    await fixture.engine.idle();
    const [before = '', now = ''] = tokens;
    expect(now).not.toBe(before);
    await expect(fixture.engine.sendTaskSuccess({ taskToken: before, output: '1' })).rejects.toMatchObject({
      name: 'TaskTimedOut',
    });
    await fixture.engine.sendTaskSuccess({ taskToken: now, output: '2' });
    await fixture.engine.idle();
    expect(await fixture.describe(arn)).toMatchObject({ status: 'SUCCEEDED', value: 2, redriveCount: 1 });
    expect(await fixture.describe(arn)).not.toHaveProperty('cause');
  });

  test('waits again, unless that moment has passed', async () => {
    for (const [wait, left] of [
      [{ Seconds: 60 }, 60_000],
      [{ Timestamp: '{% $fromMillis($states.input.until) %}' }, 0],
    ] as const) {
      const fixture = new EngineFixture();
      const until = fixture.clock.now() + 30_000;
      const arn = await fixture.start(machine({ Wait: { Type: 'Wait', ...wait, End: true } }), { until });
      await fixture.engine.stopExecution({ executionArn: arn });
      fixture.clock.skip(40_000);
      const redriven = fixture.clock.now();
      await fixture.engine.redriveExecution({ executionArn: arn });
      expect((await fixture.finish(arn)).status).toBe('SUCCEEDED');
      expect(fixture.clock.now() - redriven).toBe(left);
    }
  });
});

test('an execution that timed out gets its full time again', async () => {
  const fixture = new EngineFixture({ functions: { f: () => undefined } });
  const arn = await fixture.start(machine({ Wait: tokenTask('f') }, { TimeoutSeconds: 50 }));
  expect((await fixture.finish(arn)).status).toBe('TIMED_OUT');
  fixture.clock.skip(1_000);
  const redriven = fixture.clock.now();
  await fixture.engine.redriveExecution({ executionArn: arn });
  expect((await fixture.finish(arn)).status).toBe('TIMED_OUT');
  expect(fixture.clock.now() - redriven).toBe(50_000);
});

describe('a Map Run', () => {
  const items = { items: [0, 1, 2] };

  const waiting = (more: object = {}, path = ':memory:') => {
    const tokens = new Map<string, string>();
    const f = ({ token, item }: { token: string; item: number }): void => void tokens.set(String(item), token);
    const fixture = new EngineFixture({ path, functions: { f } });
    const Arguments = {
      FunctionName: 'f',
      Payload: { token: '{% $states.context.Task.Token %}', item: '{% $states.input %}' },
    };
    const definition = machine({ Each: distributedMap({ Wait: tokenTask('f', { Arguments }) }, more) });
    const answer = async (item: number, output: string): Promise<void> => {
      await fixture.engine.sendTaskSuccess({ taskToken: tokens.get(String(item)) ?? '', output });
      await fixture.engine.idle();
    };
    return { fixture, definition, tokens, answer };
  };

  test('runs again what failed or never began, and nothing else', async () => {
    const { fixture, definition, tokens, answer } = waiting({ MaxConcurrency: 2 });
    const arn = await fixture.start(definition, items);
    await answer(0, '"first"');
    await fixture.engine.stopExecution({ executionArn: arn });
    const [, second = '', third = ''] = await fixture.children(arn);
    expect(await fixture.describe(second)).toMatchObject({
      status: 'ABORTED',
      redriveStatus: 'REDRIVABLE_BY_MAP_RUN',
    });
    expect(fixture.calls).toHaveLength(3);
    tokens.clear();
    await fixture.engine.redriveExecution({ executionArn: arn });
    await fixture.engine.idle();
    expect([...tokens.keys()]).toEqual(['1', '2']);
    await answer(2, '"third"');
    await answer(1, '"second"');
    expect(await fixture.describe(arn)).toMatchObject({ status: 'SUCCEEDED', value: ['first', 'second', 'third'] });
    const counts = await Promise.all(
      (await fixture.children(arn)).map(async (one) => (await fixture.describe(one)).redriveCount),
    );
    expect(counts).toEqual([0, 1, 1]);
    expect(await fixture.children(arn)).toContain(third);
    expect(fixture.types(arn)).toEqual([
      ...['ExecutionStarted', 'MapStateEntered', 'MapStateStarted', 'MapRunStarted', 'ExecutionAborted'],
      ...['ExecutionRedriven', 'MapRunRedriven', 'MapRunSucceeded', 'MapStateSucceeded', 'MapStateExited'],
      'ExecutionSucceeded',
    ]);
  });

  test('is redriven even when a stopped child failed it', async () => {
    const { fixture, definition, answer } = waiting();
    const arn = await fixture.start(definition, items);
    const [first = ''] = await fixture.children(arn);
    await fixture.engine.stopExecution({ executionArn: first });
    await fixture.engine.idle();
    expect(await fixture.describe(arn)).toMatchObject({
      status: 'FAILED',
      error: 'States.ExceedToleratedFailureThreshold',
    });
    await fixture.engine.redriveExecution({ executionArn: arn });
    await fixture.engine.idle();
    for (const item of [0, 1, 2]) await answer(item, String(item));
    expect(await fixture.describe(arn)).toMatchObject({ status: 'SUCCEEDED', value: [0, 1, 2] });
  });

  test('is redriven as often as it fails, and goes on after a restart', async () => {
    const path = journalPath();
    const { fixture, definition } = waiting({}, path);
    const arn = await fixture.start(definition, items);
    for (let n = 0; n < 3; n += 1) {
      await fixture.engine.stopExecution({ executionArn: arn });
      await fixture.engine.redriveExecution({ executionArn: arn });
      await fixture.engine.idle();
    }
    fixture.engine.abandon();
    const tokens: string[] = [];
    const next = new EngineFixture({
      path,
      clock: fixture.clock,
      functions: { f: ({ token }: { token: string }) => void tokens.push(token) },
    });
    await next.engine.resume();
    // The function had answered: nothing is called again, and all three still wait.
    expect(next.calls).toEqual([]);
    for (const child of await next.children(arn))
      expect(await next.describe(child)).toMatchObject({ status: 'RUNNING', redriveCount: 3 });
    await next.engine.stopExecution({ executionArn: arn });
    await next.engine.redriveExecution({ executionArn: arn });
    await next.engine.idle();
    for (const taskToken of tokens) await next.engine.sendTaskSuccess({ taskToken, output: '1' });
    await next.engine.idle();
    expect(await next.describe(arn)).toMatchObject({ status: 'SUCCEEDED', value: [1, 1, 1], redriveCount: 4 });
  });

  test('runs everything again when its results were too large', async () => {
    let length = 200_000;
    const fixture = new EngineFixture({ functions: { f: () => 'x'.repeat(length) } });
    const arn = await fixture.start(
      machine({ Each: distributedMap({ Large: task('f', { Output: '{% $states.result.Payload %}' }) }) }),
      { items: [0, 1] },
    );
    expect(await fixture.finish(arn)).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
    length = 1;
    await fixture.engine.redriveExecution({ executionArn: arn });
    expect(await fixture.finish(arn)).toMatchObject({ status: 'SUCCEEDED', value: ['x', 'x'] });
    expect(fixture.calls).toHaveLength(4);
  });
});

describe('refuses to redrive', () => {
  test('running, successful and unknown executions, and children', async () => {
    const fixture = new EngineFixture();
    const wait = { Wait: { Type: 'Wait', Seconds: 60, End: true } };
    const arn = await fixture.start(machine({ Each: distributedMap(wait) }), { items: [0] });
    const [child = ''] = await fixture.children(arn);
    const redrive = (executionArn: string) => fixture.engine.redriveExecution({ executionArn });
    await expect(redrive(arn)).rejects.toMatchObject(refused(/is RUNNING/));
    await fixture.engine.stopExecution({ executionArn: child });
    await expect(redrive(child)).rejects.toMatchObject(refused(/with its Map Run/));
    await fixture.finish(arn);
    const done = await fixture.start(machine({ A: { Type: 'Succeed' } }), {}, 'done');
    await expect(redrive(done)).rejects.toMatchObject(refused(/is SUCCEEDED/));
    await expect(redrive(`${done}-not`)).rejects.toMatchObject({ name: 'ExecutionDoesNotExist' });
  });

  test('executions that ended more than 14 days ago', async () => {
    const fixture = new EngineFixture();
    const arn = await fixture.start(machine({ A: { Type: 'Fail', Error: 'No' } }));
    fixture.clock.skip(14 * day + 1);
    expect(await fixture.describe(arn)).toMatchObject({
      redriveStatus: 'NOT_REDRIVABLE',
      redriveStatusReason: 'Execution redrivable period exceeded',
    });
    await expect(fixture.engine.redriveExecution({ executionArn: arn })).rejects.toMatchObject(refused(/period/));
  });

  test('a Parallel or an inline Map, which this engine does not support', async () => {
    const fixture = new EngineFixture();
    const Branches = [{ StartAt: 'No', States: { No: { Type: 'Fail', Error: 'No' } } }];
    const arn = await fixture.start(machine({ Both: { Type: 'Parallel', Branches, End: true } }));
    await expect(fixture.engine.redriveExecution({ executionArn: arn })).rejects.toMatchObject(refused(/no Parallel/));
    expect((await fixture.describe(arn)).status).toBe('FAILED');
  });

  test('executions from before redrive existed: such a journal still opens', async () => {
    const path = journalPath();
    const before = new EngineFixture({ path });
    const arn = await before.start(machine({ A: { Type: 'Fail', Error: 'No' } }));
    before.engine.close();
    const database = new DatabaseSync(path);
    database.exec('DELETE FROM threads');
    for (const column of ['redrives', 'redriven_at', 'redrive_tokens', 'map_run_redrive'])
      database.exec(`ALTER TABLE executions DROP COLUMN ${column}`);
    database.close();
    const fixture = new EngineFixture({ path });
    await fixture.engine.resume();
    await expect(fixture.engine.redriveExecution({ executionArn: arn })).rejects.toMatchObject(refused(/before/));
  });
});

test('the same client token redrives once', async () => {
  const fixture = new EngineFixture({ functions: { bad: failing(10) } });
  const arn = await fixture.start(machine({ Only: task('bad') }));
  const redrive = async (clientToken: string) => {
    const { redriveDate } = await fixture.engine.redriveExecution({ executionArn: arn, clientToken });
    await fixture.finish(arn);
    return redriveDate;
  };
  const first = await redrive('a');
  fixture.clock.skip(60_000);
  expect(await redrive('a')).toBe(first);
  expect(await redrive('b')).toBeGreaterThan(first);
  fixture.clock.skip(15 * 60_000);
  expect(await redrive('a')).toBeGreaterThan(first);
  expect((await fixture.describe(arn)).redriveCount).toBe(3);
});

test('reports each status change as EventBridge does, of children too, after it is durable', async () => {
  const path = journalPath();
  const told: (StatusChange & { readonly onDisk: unknown })[] = [];
  const statusOnDisk = (arn: string): unknown => {
    const database = new DatabaseSync(path, { readOnly: true });
    const row = database.prepare('SELECT status FROM executions WHERE arn = ?').get(arn);
    database.close();
    return row?.status;
  };
  const fixture = new EngineFixture({
    path,
    onStatusChange: {
      of: ['ABORTED', 'FAILED', 'TIMED_OUT'],
      tell: (event) => void told.push({ ...event, onDisk: statusOnDisk(event.detail.executionArn) }),
    },
  });
  const wait = { Wait: { Type: 'Wait', Seconds: 60, End: true } };
  const arn = await fixture.start(machine({ Each: distributedMap(wait) }), { items: [5] });
  await fixture.engine.stopExecution({ executionArn: arn, error: 'Mine', cause: 'by hand' });
  await fixture.engine.idle();
  const [child = ''] = await fixture.children(arn);
  expect(told.map(({ detail }) => detail.executionArn)).toEqual([arn, child]);
  expect(told.map(({ onDisk }) => onDisk)).toEqual(['ABORTED', 'ABORTED']);
  expect(told[0]).toMatchObject({
    source: 'aws.states',
    'detail-type': 'Step Functions Execution Status Change',
    detail: {
      name: 'run',
      status: 'ABORTED',
      stopDate: fixture.clock.now(),
      input: '{"items":[5]}',
      inputDetails: { included: true },
      output: null,
      outputDetails: null,
      error: 'Mine',
      cause: 'by hand',
      redriveCount: 0,
      redriveDate: null,
      redriveStatus: 'REDRIVABLE',
    },
  });
});
