import { describe, expect, test } from 'vitest';
import { FlotillaError } from '../../../lib/domain/errors.ts';
import { captureBaseline } from '../../../lib/domain/rollout/baseline.ts';
import { cloudPace } from '../../../lib/usecases/deps.ts';
import { viewOf } from '../../domain/rollout/objects.ts';
import { failed, failedDeployment, good } from './failed-deployment.ts';

test('puts the previous release back with the account that deployed it, within the time of this deployment', async () => {
  const { world, deployment, restore, read, told, started } = await failedDeployment();
  expect(await restore('a')).toEqual({});
  const { item, capture, answer, watched } = await read();
  expect(started).toEqual([{ version: '3.0.1', timeout: deployment.timeout, account: 'harness:old' }]);
  expect(capture.restore_baseline).toEqual({
    exists: true,
    uid: 'd1',
    revision: '2/hash2',
    revision_number: 2,
    image: 'reg/login-api:3.0.2',
    conditions: {},
    images: { app: 'reg/login-api:3.0.2' },
  });
  expect({ step: item.step, reason: item.reason, message: item.message, deadline: item.deadline }).toEqual({
    ...{ step: 'restore', reason: 'RestoreRunning', message: 'Run run-1 started.' },
    deadline: world.clock.now() + deployment.timeout * 1_000,
  });
  expect(watched).toMatchObject({ phase: 'started', ref: 'run-1', version: '3.0.1' });
  expect([answer, told]).toEqual([undefined, []]);
});

test('a second call looks at nothing, keeps what the first one found, and starts nothing', async () => {
  const { restore, read, started, view } = await failedDeployment();
  await restore('a');
  const { capture } = await read();
  view.now = good;
  await restore('b');
  expect((await read()).capture).toEqual(capture);
  expect([started.length, view.looks]).toEqual([1, 1]);
});

test('starts nothing where the previous release runs again, and the row says how long to watch it', async () => {
  const { world, restore, read, told, started, view } = await failedDeployment();
  view.now = good;
  await restore('a');
  const message = 'Version 3.0.1 already runs. Nothing had to be deployed.';
  const { item, capture, answer, watched } = await read();
  const { step, deadline, reason, runs } = item;
  expect(answer).toMatchObject({ reason: 'AlreadyRestored', message });
  expect(Object.keys(answer ?? {})).not.toContain('error');
  expect({ step, deadline, reason, message: item.message, runs }).toEqual({
    ...{
      step: 'restore',
      deadline: world.clock.now() + cloudPace.abortGrace,
      reason: 'AlreadyRestored',
      message,
      runs: [],
    },
  });
  expect(capture.restore_baseline).toEqual(captureBaseline({ kind: 'deployment', name: 'x', namespace: 'x' }, good));
  expect([started, watched, new Set(told)]).toEqual([[], undefined, new Set(['a goes on'])]);
  view.now = failed;
  await restore('b');
  expect([(await read()).capture, started, view.looks]).toEqual([capture, [], 1]);
  expect(told).toContain('b goes on');
});

test('leaves what is neither ours nor the previous version, and records it as running', async () => {
  const { restore, read, started, view } = await failedDeployment();
  view.now = viewOf({ image: 'reg/login-api:9.9.9', revision: 3 });
  await restore('a');
  const { item, answer } = await read();
  expect([started, item.restore, answer?.error]).toEqual([
    [],
    {
      ...{ ok: false, reason: 'Superseded', running: '9.9.9' },
      message:
        'The previous release was not restored: the image is reg/login-api:9.9.9: neither reg/login-api:3.0.1, as before, nor version 3.0.2, as requested. It was left unchanged. Find out who set it, then deploy again.',
    },
    'AttemptEnded',
  ]);
});

test('does nothing without a previous release, and deletes nothing', async () => {
  const { restore, read, told, started, view } = await failedDeployment({ hasPrevious: false });
  await restore('a');
  const { item, answer } = await read();
  const message = 'There is no previous version to restore. Nothing was deleted.';
  expect(answer).toMatchObject({ error: 'AttemptEnded', reason: 'NoPreviousVersion', message });
  expect(item.restore).toEqual({ ok: false, reason: 'NoPreviousVersion', message });
  expect([item.reason, item.message]).toEqual(['NoPreviousVersion', message]);
  expect([new Set(told), started, view.looks]).toEqual([new Set([`a AttemptEnded: ${message}`]), [], 0]);
});

test('does not run a job again', async () => {
  const { restore, read, told, started, view } = await failedDeployment({ kindBefore: 'job' });
  await restore('a');
  const message = 'The job of the previous release was not run again: jobs run once.';
  expect((await read()).item.restore).toEqual({ ok: false, reason: 'JobNotRunAgain', message });
  expect([new Set(told), started, view.looks]).toEqual([new Set([`a AttemptEnded: ${message}`]), [], 0]);
});

describe('where the cluster', () => {
  test('cannot be asked: the release is put back all the same', async () => {
    const { restore, read, started, view } = await failedDeployment();
    view.now = new FlotillaError('ClusterUnavailable', 'away');
    await restore('a');
    expect([started.length, view.looks]).toEqual([1, 6]);
    expect((await read()).capture.restore_baseline).toBeUndefined();
  });

  test('answers only when it is asked again: what is deployed counts', async () => {
    const { world, restore, started, view } = await failedDeployment();
    view.now = new FlotillaError('ClusterUnavailable', 'away');
    world.clock.in(2_000, async () => {
      view.now = viewOf({ image: 'reg/login-api:9.9.9', revision: 3 });
    });
    await restore('a');
    expect(started).toEqual([]);
  });

  test('is not configured: the message says so', async () => {
    const { restore, started, view } = await failedDeployment();
    view.now = new FlotillaError('ConfigurationInvalid', 'no such cluster');
    await expect(restore('a')).rejects.toThrow('no such cluster');
    expect(started).toEqual([]);
  });
});

test('LookBack alone answers nobody and starts nothing. It only says whether there is something to restore.', async () => {
  const { look, read, started, told, view } = await failedDeployment();
  expect(await look()).toEqual({});
  expect([(await read()).answer, started, told]).toEqual([undefined, [], []]);
  view.now = good;
  await look();
  expect((await read()).answer).toMatchObject({ reason: 'AlreadyRestored' });
  expect([started, told]).toEqual([[], []]);
});

test('an execution from before LookBack existed restores the release without a look', async () => {
  const { start, started, view } = await failedDeployment();
  await start('a');
  expect([started.length, view.looks]).toEqual([1, 0]);
});

test('an execution from before LookBack existed has nothing to restore where nothing was deployed', async () => {
  const { start, read, started } = await failedDeployment({ hasPrevious: false });
  await start('a');
  expect([started, (await read()).answer?.reason]).toEqual([[], 'NoPreviousVersion']);
});
