import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { EngineFixture, type FixtureOptions, machine, task, tokenTask } from './engine-fixture.ts';

/** A disk that writes when the test says so. */
class HeldDisk {
  #written = 0;
  #synced = 0;
  #waiting: (() => void)[] = [];

  wrote(): void {
    this.#written += 1;
  }

  async synced(): Promise<void> {
    const wanted = this.#written;
    while (this.#synced < wanted) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  async take(): Promise<void> {
    this.#synced = this.#written;
    for (const resolve of this.#waiting.splice(0)) resolve();
    for (let turn = 0; turn < 5; turn += 1) await setImmediate();
  }
}

const withHeldDisk = (functions: NonNullable<FixtureOptions['functions']>) => {
  const disk = new HeldDisk();
  return { disk, fixture: new EngineFixture({ functions, durability: disk }) };
};

/** Begins an execution without waiting, and returns the promise of the start's answer. */
const begin = async ({ engine }: EngineFixture, states: object) => {
  const definition = JSON.stringify(states);
  const { stateMachineArn } = await engine.createStateMachine({ name: 'machine', definition });
  return { answer: engine.startExecution({ stateMachineArn, name: 'run' }), arn: stateMachineArn };
};

const settled = async (promise: Promise<unknown>): Promise<boolean> => {
  let isSettled = false;
  promise.then(
    () => {
      isSettled = true;
    },
    () => {
      isSettled = true;
    },
  );
  for (let turn = 0; turn < 5; turn += 1) await setImmediate();
  return isSettled;
};

describe('nothing goes on before it is on the disk', () => {
  test('neither the answer to a start nor the call of a function', async () => {
    const { disk, fixture } = withHeldDisk({ f: () => 1 });
    const { answer } = await begin(fixture, machine({ Call: task('f') }));
    expect(await settled(answer)).toBe(false);
    expect(fixture.calls).toEqual([]);
    await disk.take();
    expect(fixture.calls).toEqual(['f']);
    await answer;
  });

  test.each<[what: string, ask: (fixture: EngineFixture, arn: string, token: string) => Promise<unknown>]>([
    ['a repeated start', ({ engine }, arn) => engine.startExecution({ stateMachineArn: arn, name: 'run' })],
    [
      'the outcome of an execution',
      ({ engine }, arn) => engine.describeExecution({ executionArn: engine.executionArn(arn, 'run') }),
    ],
    ['the list of executions', ({ engine }, arn) => engine.listExecutions({ stateMachineArn: arn })],
    ['that a token is gone', ({ engine }, _, taskToken) => engine.sendTaskSuccess({ taskToken, output: '2' })],
  ])('nor %s', async (_, ask) => {
    let token = '';
    const { disk, fixture } = withHeldDisk({
      f: (payload: { token: string }) => {
        token = payload.token;
      },
    });
    const { answer, arn } = await begin(fixture, machine({ Wait: tokenTask('f') }));
    await settled(answer);
    await disk.take();
    await disk.take();
    const sent = fixture.engine.sendTaskSuccess({ taskToken: token, output: '1' });
    expect(await settled(sent)).toBe(false);
    const asked = ask(fixture, arn, token).catch((error: Error) => error.name);
    expect(await settled(asked)).toBe(false);
    await disk.take();
    await sent;
    await asked;
  });
});

test('a failing disk is a defect, and the engine accepts nothing more', async () => {
  const durability = { wrote: () => {}, synced: () => Promise.reject(new Error('EIO')) };
  const fixture = new EngineFixture({ functions: { f: () => 1 }, durability });
  const { answer, arn } = await begin(fixture, machine({ Call: task('f') }));
  await expect(answer).rejects.toThrow('EIO');
  await expect(fixture.engine.startExecution({ stateMachineArn: arn, name: 'other' })).rejects.toThrow('EIO');
  await setImmediate();
  expect(fixture.calls).toEqual([]);
  expect(fixture.defects.length).toBeGreaterThan(0);
});
