import { describe, expect, it } from 'vitest';
import type { PlannedDeployment } from '../../lib/domain/plan/plan.ts';
import type { Executor, RunRequest } from '../../lib/domain/ports.ts';
import { HarnessExecutor } from '../../lib/executors/harness.ts';
import {
  anyTime,
  executeSettings,
  type RequestChange,
  realClock,
  requestOf,
  webhookSettings,
} from './harness-fixtures.ts';

/** Enough for what marks an expression. Nothing here is one. */
const bracketed = '<word>';

/** Throws on any question. */
const nobody = new Proxy({} as ConstructorParameters<typeof HarnessExecutor>[0]['api'], {
  get: (_, call) => () => {
    throw new Error(`asked: ${String(call)}`);
  },
});
const harness = new HarnessExecutor({ api: nobody, clock: realClock });

const executors: readonly (readonly [string, Executor, RequestChange])[] = [
  ['harness by webhook', harness, { settings: webhookSettings }],
  ['harness by execute call', harness, { settings: executeSettings }],
];

const inDeployment =
  (change: Partial<PlannedDeployment>) =>
  (request: RunRequest): RunRequest => ({ ...request, deployment: { ...request.deployment, ...change } });
const { workload, health_check } = requestOf().deployment;

/** Every text that may be passed on, and its name in messages. */
const fields: readonly (readonly [string, (request: RunRequest) => RunRequest])[] = [
  ['docker_image_version', (request) => ({ ...request, version: bracketed })],
  ['service_name', inDeployment({ service_name: bracketed })],
  ['environment_id', inDeployment({ environment_id: `a${bracketed}` })],
  ['infrastructure_id', inDeployment({ infrastructure_id: '{word}' })],
  ['pillar', inDeployment({ pillar: bracketed })],
  ['metadata.tags[2]', inDeployment({ tags: ['core', `x ${bracketed} y`] })],
  ['metadata.health_check.path', inDeployment({ health_check: { ...health_check, path: `/${bracketed}` } })],
  ['flotilla.key', (request) => ({ ...request, key: bracketed })],
  ['flotilla.batch_id', (request) => ({ ...request, batch_id: bracketed })],
  ['flotilla.deployment', inDeployment({ key: `risk/${bracketed}` })],
  ['target.cluster', inDeployment({ cluster: bracketed })],
  ['target.namespace', inDeployment({ workload: { ...workload, namespace: bracketed } })],
  ['target.name', inDeployment({ workload: { ...workload, name: bracketed } })],
  ['target.container', inDeployment({ workload: { ...workload, container: bracketed } })],
  ['target.image', inDeployment({ workload: { ...workload, image: `${bracketed}/app` } })],
];

describe.each(executors)('%s', (_, executor, settings) => {
  it.each(fields)('refuses before it starts anything what its tool might fill in: %s', async (field, change) => {
    const result = await executor.start(change(requestOf(settings)), anyTime);
    expect(result).toMatchObject({ kind: 'rejected', retryable: false, reason: 'ExecutorMisconfigured' });
    expect(result).toMatchObject({ message: expect.stringContaining(`${field} is not sent to`) });
  });

  it('passes on what has no such marks', async () => {
    await expect(executor.start(requestOf(settings), anyTime)).rejects.toThrow('asked: ');
  });
});
