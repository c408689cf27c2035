import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { distributedMap, EngineFixture, journalPath, machine, task, tokenTask } from './engine-fixture.ts';

/** Documented, not recorded, except for the parent's events (aws.md 6, 7.1; R8, R16). */

const items = (count: number) => ({ items: Array.from({ length: count }, (_, index) => index) });
const double = distributedMap({ Double: { Type: 'Pass', Output: '{% $states.input * 2 %}', End: true } });

/** A child per item; odd items fail. */
const oddFails = (more: object = {}): object =>
  machine({
    Each: distributedMap(
      {
        Odd: { Type: 'Choice', Choices: [{ Condition: '{% $states.input % 2 = 1 %}', Next: 'No' }], Default: 'Yes' },
        Yes: { Type: 'Succeed' },
        No: { Type: 'Fail', Error: 'Odd', Cause: 'is odd' },
      },
      more,
    ),
  });

describe('a child', () => {
  test("is an execution of its own, with AWS's names, its own history and its own input", async () => {
    const fixture = new EngineFixture();
    const arn = await fixture.start(
      machine({
        Each: distributedMap(
          { Look: { Type: 'Pass', Output: '{% $states.context %}', End: true } },
          {
            ItemSelector: {
              batch: '{% $states.input.batch %}',
              index: '{% $states.context.Map.Item.Index %}',
              value: '{% $states.context.Map.Item.Value %}',
            },
          },
        ),
      }),
      { batch: 'b', items: ['x'] },
    );
    const [child = ''] = await fixture.children(arn);
    const prefix = 'arn:aws:states:us-east-1:000000000000';
    expect(child).toMatch(new RegExp(`^${prefix}:execution:machine/Items:[0-9a-f-]{36}$`));
    const input = { batch: 'b', index: 0, value: 'x' };
    const description = await fixture.describe(child);
    expect(description).toMatchObject({ status: 'SUCCEEDED', stateMachineArn: `${prefix}:stateMachine:machine/Items` });
    expect(description.mapRunArn).toMatch(new RegExp(`^${prefix}:mapRun:machine/Items:[0-9a-f-]{36}$`));
    expect(JSON.parse(description.input)).toEqual(input);
    expect(description.value).toMatchObject({
      Execution: { Id: child, Input: input },
      StateMachine: { Name: 'machine/Items' },
    });
    expect(fixture.types(child)).toEqual([
      'ExecutionStarted',
      'PassStateEntered',
      'PassStateExited',
      'ExecutionSucceeded',
    ]);
    expect(fixture.engine.transitions(child)).toBe(1);
    expect(fixture.engine.transitions(arn)).toBe(1);
  });

  test('does not see the variables of its parent', async () => {
    const { value } = await new EngineFixture().run(
      machine({
        First: { Type: 'Pass', Assign: { outer: 1 }, Next: 'Each' },
        Each: distributedMap({ Look: { Type: 'Pass', Output: '{% $exists($outer) %}', End: true } }),
      }),
      items(1),
    );
    expect(value).toEqual([false]);
  });

  test('counts as failed when it is stopped, and the others go on', async () => {
    const tokens: string[] = [];
    const fixture = new EngineFixture({ functions: { f: ({ token }: { token: string }) => void tokens.push(token) } });
    const arn = await fixture.start(
      machine({ Each: distributedMap({ Wait: tokenTask('f') }, { ToleratedFailurePercentage: 100 }) }),
      items(3),
    );
    const [, second = ''] = await fixture.children(arn);
    await fixture.engine.stopExecution({ executionArn: second, error: 'Killed' });
    for (const taskToken of [tokens[0], tokens[2]])
      await fixture.engine.sendTaskSuccess({ taskToken: taskToken ?? '', output: '1' });
    await fixture.engine.idle();
    const { status, value } = await fixture.describe(arn);
    expect(status).toBe('SUCCEEDED');
    expect(value).toEqual([
      1,
      expect.objectContaining({ ExecutionArn: second, Status: 'ABORTED', Error: 'Killed' }),
      1,
    ]);
  });
});

describe('the map', () => {
  test('gives the outputs in the order of the items, with the recorded events', async () => {
    const fixture = new EngineFixture();
    const arn = await fixture.start(machine({ Each: double }), items(5));
    expect((await fixture.describe(arn)).value).toEqual([0, 2, 4, 6, 8]);
    expect(fixture.types(arn)).toEqual([
      ...[
        'ExecutionStarted',
        'MapStateEntered',
        'MapStateStarted',
        'MapRunStarted',
        'MapRunSucceeded',
        'MapStateSucceeded',
      ],
      ...['MapStateExited', 'ExecutionSucceeded'],
    ]);
  });

  test('without items gives nothing', async () => {
    expect((await new EngineFixture().run(machine({ Each: double }), items(0))).value).toEqual([]);
  });

  test('starts children in the order of the items, never more at once than MaxConcurrency', async () => {
    let running = 0;
    const most: number[] = [];
    const seen: number[] = [];
    const fixture: EngineFixture = new EngineFixture({
      functions: {
        f: async (item: number) => {
          seen.push(item);
          running += 1;
          most.push(running);
          await new Promise<void>((resolve) =>
            fixture.clock.setTimer(fixture.clock.now() + 1000 * (item % 3), resolve),
          );
          running -= 1;
          return item;
        },
      },
    });
    const { value } = await fixture.run(
      machine({
        Each: distributedMap({ Call: task('f', { Output: '{% $states.result.Payload %}' }) }, { MaxConcurrency: 4 }),
      }),
      items(30),
    );
    expect(value).toEqual(items(30).items);
    expect(Math.max(...most)).toBe(4);
    expect(seen).toEqual(items(30).items);
  });

  test.each<[string, object, number, string]>([
    ['none by default', {}, 2, 'FAILED'],
    ['all with 100 percent', { ToleratedFailurePercentage: 100 }, 4, 'SUCCEEDED'],
    ['half with 50 percent', { ToleratedFailurePercentage: 50 }, 4, 'SUCCEEDED'],
    ['fewer than half with 49 percent', { ToleratedFailurePercentage: 49 }, 4, 'FAILED'],
    ['by an expression', { ToleratedFailurePercentage: '{% 100 %}' }, 4, 'SUCCEEDED'],
    ['by count', { ToleratedFailureCount: 2 }, 4, 'SUCCEEDED'],
    ['one more than the count', { ToleratedFailureCount: 1 }, 4, 'FAILED'],
    ['the stricter of both', { ToleratedFailureCount: 1, ToleratedFailurePercentage: 100 }, 4, 'FAILED'],
  ])('tolerates failures: %s', async (_, fields, count, status) => {
    const fixture = new EngineFixture();
    const arn = await fixture.start(oddFails(fields), items(count));
    const description = await fixture.describe(arn);
    expect(description.status).toBe(status);
    if (status === 'FAILED') {
      expect(description.error).toBe('States.ExceedToleratedFailureThreshold');
      expect(fixture.types(arn).slice(-3)).toEqual(['MapRunFailed', 'MapStateFailed', 'ExecutionFailed']);
    }
  });

  test("has the record of a failed child's execution in its result", async () => {
    const { value } = await new EngineFixture().run(oddFails({ ToleratedFailurePercentage: 100 }), items(2));
    expect(value).toEqual([
      0,
      expect.objectContaining({ Input: '1', Status: 'FAILED', Error: 'Odd', Cause: 'is odd' }),
    ]);
  });

  test('aborts running children when it fails', async () => {
    const fixture = new EngineFixture({ functions: { never: () => new Promise(() => undefined) } });
    const arn = await fixture.start(
      machine({
        Each: distributedMap({
          Which: { Type: 'Choice', Choices: [{ Condition: '{% $states.input = 2 %}', Next: 'No' }], Default: 'Call' },
          Call: task('never'),
          No: { Type: 'Fail', Error: 'No' },
        }),
      }),
      items(3),
    );
    const statuses = await Promise.all(
      (await fixture.children(arn)).map(async (child) => (await fixture.describe(child)).status),
    );
    expect(statuses).toEqual(['ABORTED', 'ABORTED', 'FAILED']);
    expect((await fixture.describe(arn)).status).toBe('FAILED');
  });

  test('is retried as a whole, in a new Map Run', async () => {
    const fixture = new EngineFixture();
    const arn = await fixture.start(
      oddFails({ Retry: [{ ErrorEquals: ['States.ExceedToleratedFailureThreshold'], MaxAttempts: 1 }] }),
      items(2),
    );
    await fixture.finish(arn);
    expect(fixture.types(arn).filter((type) => type === 'MapRunStarted')).toHaveLength(2);
    expect(fixture.engine.transitions(arn)).toBe(2);
  });

  test('ends when its outputs together pass 256 KiB, and nothing catches that', async () => {
    const fixture = new EngineFixture();
    const { status, error } = await fixture.run(
      machine({
        Each: distributedMap(
          { Fill: { Type: 'Pass', Output: "{% $pad('', 100000, 'x') %}", End: true } },
          { Output: 1, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }] },
        ),
        Caught: { Type: 'Succeed' },
      }),
      items(3),
    );
    expect([status, error]).toEqual(['FAILED', 'States.DataLimitExceeded']);
  });

  test('may hold another', async () => {
    const inner = distributedMap(
      { Add: { Type: 'Pass', Output: '{% $states.input + 1 %}', End: true } },
      { Label: 'Inner', Items: '{% [$states.input, $states.input * 10] %}' },
    );
    expect(
      (await new EngineFixture().run(machine({ Each: distributedMap({ Inner: inner }) }), items(3))).value,
    ).toEqual([
      [1, 1],
      [2, 11],
      [3, 21],
    ]);
  });
});

test('stopping the parent aborts the children', async () => {
  const fixture = new EngineFixture({ functions: { f: () => undefined } });
  const executionArn = await fixture.start(
    machine({ Each: distributedMap({ Wait: tokenTask('f', { TimeoutSeconds: 60 }) }) }),
    items(120),
  );
  const children = await fixture.children(executionArn);
  expect(children).toHaveLength(120);
  await fixture.engine.stopExecution({ executionArn });
  for (const child of children) expect((await fixture.describe(child)).status).toBe('ABORTED');
  expect(fixture.clock.next).toBeUndefined();
});

test('counts a child that ended before a restart', async () => {
  const path = journalPath();
  const tokens: string[] = [];
  const functions = { f: ({ token }: { token: string }) => void tokens.push(token) };
  const fixture = new EngineFixture({ functions, path });
  const arn = await fixture.start(
    machine({ Each: distributedMap({ Wait: tokenTask('f') }, { MaxConcurrency: 2 }) }),
    items(4),
  );
  await fixture.engine.sendTaskSuccess({ taskToken: tokens[0] ?? '', output: '0' });
  fixture.engine.abandon();
  const next = new EngineFixture({ functions, path, clock: fixture.clock });
  await next.engine.resume();
  for (let index = 1; index < 4; index += 1) {
    await next.engine.sendTaskSuccess({ taskToken: [...new Set(tokens)][index] ?? '', output: String(index) });
    await next.engine.idle();
  }
  expect((await next.describe(arn)).value).toEqual([0, 1, 2, 3]);
});

test('a child does not rewrite its parent: a thousand of them write it once', async () => {
  const path = journalPath();
  const fixture = new EngineFixture({ functions: { f: () => 1 }, path });
  const journal = new DatabaseSync(path);
  journal.exec(`
    CREATE TABLE written (execution INTEGER);
    CREATE TRIGGER thread_written AFTER INSERT ON threads BEGIN INSERT INTO written VALUES (new.execution); END`);
  const call = (next?: string): object =>
    task('f', {
      TimeoutSeconds: 60,
      Output: '{% $states.result.Payload %}',
      ...(next === undefined ? {} : { Next: next, End: undefined }),
    });
  const states = { A: call('B'), B: call('C'), C: call('D'), D: call('E'), E: call() };
  const arn = await fixture.start(machine({ Each: distributedMap(states, { MaxConcurrency: 10_000 }) }), items(1000));
  const description = await fixture.finish(arn);
  expect(description.status).toBe('SUCCEEDED');
  expect(fixture.calls).toHaveLength(5000);
  const [ofParent, ...ofChildren] = journal
    .prepare('SELECT count(*) AS times FROM written GROUP BY execution ORDER BY execution')
    .all()
    .map(({ times }) => times);
  journal.close();
  expect(ofParent).toBe(1);
  expect(ofChildren).toEqual(Array(1000).fill(5));
  expect(fixture.engine.history(arn)).toHaveLength(8);
});
