import {
  DescribeStateMachineCommand,
  SFNClient,
  TestStateCommand,
  type TestStateCommandOutput,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EngineClock } from '../../lib/engine/clock.ts';
import { Engine } from '../../lib/engine/engine.ts';
import { Journal } from '../../lib/engine/journal.ts';
import { listen } from '../../lib/engine/listen.ts';
import { loadMachines } from '../../lib/local/runtime/machines.ts';
import { coveredBy, toBeCovered } from './coverage.ts';
import { differencesOf, requestOf, type StateCase } from './state-case.ts';
import { stateCases } from './state-cases.ts';

/** A Wait is over at once. */
const hasty: EngineClock = {
  now: () => Date.now(),
  setTimer: (_, callback) => {
    const timer = setImmediate(callback);
    return () => clearImmediate(timer);
  },
};

const engine = new Engine({
  journal: new Journal({ path: ':memory:' }),
  clock: hasty,
  random: { next: () => 0.5 },
  invoke: async (name) => {
    throw new Error(`${name} is called`);
  },
});

const settings = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
  disableHostPrefix: true,
};

const answers = new Map<StateCase, TestStateCommandOutput>();

beforeAll(async () => {
  const machines = await loadMachines(engine);
  const server = await listen(engine);
  const client = new SFNClient({ ...settings, endpoint: server.url, maxAttempts: 1 });
  for (const one of await stateCases()) {
    const stateMachineArn = machines[one.machine];
    const { definition = '' } = await client.send(new DescribeStateMachineCommand({ stateMachineArn }));
    answers.set(one, await client.send(new TestStateCommand(requestOf(one, definition))));
  }
  client.destroy();
  await server.close();
});

afterAll(() => engine.close());

describe('every state, by TestState', () => {
  test('ends as the paths leave it', () => {
    const wrong = [...answers].flatMap(([one, answer]) =>
      differencesOf(one, answer).map((line) => `${one.machine} ${one.state}, ${one.title}: ${line}`),
    );
    expect(wrong).toEqual([]);
  });

  test('is covered by every way out, every Catch and every error of every Retry', () => {
    const covered = new Set([...answers].flatMap(([one, answer]) => coveredBy(one, answer)));
    expect(toBeCovered().filter((way) => !covered.has(way))).toEqual([]);
  });
});
