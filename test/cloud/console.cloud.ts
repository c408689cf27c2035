import { DescribeExecutionCommand, RedriveExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { Api, type Ended } from './api.ts';
import { clientsOf, givenCloud, region } from './cloud.ts';
import { fetchToken } from './token.ts';

const cloud = givenCloud();
const clients = clientsOf(cloud);

/** The first runs for ten seconds, so that there is time to act. */
const batch = `
version: v1.0
metadata: { name: Stopped in the console }
strategy: { max_concurrency: 10 }
defaults: { environment_id: staging, infrastructure_id: cluster-eu-1, docker_artifact_type: docker, timeout: 120, retry_count: 0 }
deployments:
  - { pillar: risk, service_name: stop-loss, docker_image_version: 7.0.0-pipeline-slow }
  - { pillar: risk, service_name: stop-report, docker_image_version: 7.1.0, metadata: { dependencies: [stop-loss] } }
`;

const runsOf = async (batchId: string): Promise<readonly number[]> => {
  const { by_key } = (await (await fetch(`${cloud.harness}/simulator/runs`)).json()) as {
    by_key: Readonly<Record<string, number>>;
  };
  return Object.entries(by_key)
    .filter(([key]) => key.startsWith(batchId))
    .map(([, count]) => count);
};

/**
 * The emulator's Step Functions has no redrive, and runs our definitions wrong. The embedded engine replaces it, and
 * sends its status changes to the default bus. Rule, queue and function are the deployed ones.
 */
describe('a batch whose execution somebody stops in the console', () => {
  let executionArn: string;
  let seconds: number;
  let told: Ended;

  beforeAll(async () => {
    const api = new Api(cloud, await fetchToken(clients, cloud, ['flotilla/read', 'flotilla/deploy']));
    const batchId = await api.begin(batch);
    await vi.waitUntil(async () => (await runsOf(batchId)).length > 0, { timeout: 250_000, interval: 100 });
    executionArn = `${cloud.batchMachine.replace(':stateMachine:', ':execution:')}:${batchId}`;
    const since = Date.now();
    await clients.states.send(new StopExecutionCommand({ executionArn, cause: 'wrong window' }));
    told = await api.follow(batchId);
    seconds = (Date.now() - since) / 1_000;
  });

  it('is concluded within a minute, and says why', () => {
    expect(executionArn).toContain(`:${region}:`);
    expect(seconds).toBeLessThan(60);
    const stopped = told.feed.filter(({ reason }) => reason === 'ExecutionStopped');
    expect(stopped.filter(({ key }) => key === undefined)).toHaveLength(1);
    expect(told.deployments).toMatchObject({
      'risk/stop-loss': { status: 'UNKNOWN', reason: 'ExecutionStopped', attempts: 1 },
      'risk/stop-report': { status: 'FAILED', reason: 'ExecutionStopped', attempts: 0 },
    });
    expect(told.deployments['risk/stop-loss']?.message).toContain('(wrong window)');
  });

  it('keeps its record when somebody redrives it: the new execution ends at once, and nothing starts twice', async () => {
    await clients.states.send(new RedriveExecutionCommand({ executionArn }));
    const ends = async () => (await clients.states.send(new DescribeExecutionCommand({ executionArn }))).status;
    await expect.poll(ends, { timeout: 60_000, interval: 500 }).toBe('SUCCEEDED');
    const api = new Api(cloud, await fetchToken(clients, cloud, ['flotilla/read']));
    expect(await api.follow(told.batchId)).toEqual(told);
    expect(await runsOf(told.batchId)).toEqual([1]);
  });
});
