import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { distributedMap, EngineFixture, journalPath, machine, task, tokenTask } from './engine-fixture.ts';

/** What another process would read while the engine has the file open. */
const read = (path: string, sql: string): Record<string, unknown>[] => {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    return database.prepare(sql).all() as Record<string, unknown>[];
  } finally {
    database.close();
  }
};

test('uses WAL', async () => {
  const path = journalPath();
  await new EngineFixture({ path }).start(machine({ A: { Type: 'Succeed' } }));
  expect(read(path, 'PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
});

describe('writes the entry before the effect', () => {
  test('calls a function after the attempt is on disk', async () => {
    const path = journalPath();
    const seen: unknown[] = [];
    const fixture = new EngineFixture({
      path,
      functions: { f: () => void seen.push(...read(path, 'SELECT snapshot FROM threads')) },
    });
    await fixture.start(
      machine({ Call: task('f', { Assign: { a: 1 }, Next: 'Again', End: undefined }), Again: task('f') }),
      { x: 1 },
    );
    const phases = seen.map(
      (row) =>
        JSON.parse((row as { snapshot: string }).snapshot) as {
          state: string;
          phase: { at: string; payload: unknown };
        },
    );
    expect(phases.map(({ state, phase }) => [state, phase.at, phase.payload])).toEqual([
      ['Call', 'invoking', { x: 1 }],
      ['Again', 'invoking', expect.anything()],
    ]);
  });

  test('answers a start after it is on disk', async () => {
    const path = journalPath();
    const fixture = new EngineFixture({ path });
    const definition = JSON.stringify(machine({ Wait: { Type: 'Wait', Seconds: 60, End: true } }));
    const { stateMachineArn } = await fixture.engine.createStateMachine({ name: 'machine', definition });
    await fixture.engine.startExecution({ stateMachineArn, name: 'run' });
    expect(read(path, 'SELECT status FROM executions')).toEqual([{ status: 'RUNNING' }]);
  });

  test('answers a heartbeat after it is on disk', async () => {
    const path = journalPath();
    const tokens: string[] = [];
    const fixture = new EngineFixture({
      path,
      functions: { f: ({ token }: { token: string }) => void tokens.push(token) },
    });
    await fixture.start(machine({ Wait: tokenTask('f', { HeartbeatSeconds: 10 }) }));
    fixture.clock.skip(5000);
    await fixture.engine.sendTaskHeartbeat({ taskToken: tokens[0] ?? '' });
    const [row] = read(path, 'SELECT snapshot FROM threads');
    expect(JSON.parse(String(row?.snapshot))).toMatchObject({ phase: { heartbeatAt: fixture.clock.now() + 10_000 } });
  });
});

describe('stays small', () => {
  test('keeps no position of an ended execution', async () => {
    const path = journalPath();
    await new EngineFixture({ path }).start(machine({ A: { Type: 'Succeed' } }));
    expect(read(path, 'SELECT count(*) AS n FROM threads')).toEqual([{ n: 0 }]);
  });

  test('a child does not rewrite the position of its parent, which holds all the items', async () => {
    const path = journalPath();
    const tokens: string[] = [];
    const fixture = new EngineFixture({
      path,
      functions: { f: ({ token }: { token: string }) => void tokens.push(token) },
    });
    const items = Array.from({ length: 20 }, (_, index) => index);
    await fixture.start(machine({ Each: distributedMap({ Wait: tokenTask('f') }) }), { items });
    // A replaced row gets a new rowid.
    const rowid = (): unknown => read(path, 'SELECT rowid FROM threads WHERE execution = 1')[0]?.rowid;
    const before = rowid();
    expect(before).toBeTypeOf('number');
    for (const taskToken of tokens.slice(0, 10)) await fixture.engine.sendTaskSuccess({ taskToken, output: '1' });
    await fixture.engine.idle();
    expect(read(path, `SELECT count(*) AS n FROM executions WHERE status = 'SUCCEEDED'`)).toEqual([{ n: 10 }]);
    expect(rowid()).toBe(before);
  });

  test('stores a definition once', async () => {
    const path = journalPath();
    const fixture = new EngineFixture({ path });
    for (const name of ['a', 'b']) await fixture.start(machine({ A: { Type: 'Succeed' } }), {}, name);
    expect(read(path, 'SELECT count(*) AS n FROM definitions')).toEqual([{ n: 1 }]);
  });
});

test('throws when the journal cannot be written', async () => {
  const path = journalPath();
  const fixture = new EngineFixture({ path });
  const blocker = new DatabaseSync(path);
  blocker.exec('DROP TABLE history');
  blocker.close();
  await expect(fixture.start(machine({ A: { Type: 'Succeed' } }))).rejects.toThrow('history');
  expect(fixture.defects).toHaveLength(1);
});
