import { execFileSync } from 'node:child_process';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { DescribeExecutionCommand, ListExecutionsCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { Api, type Ended } from './api.ts';
import { clientsOf, givenCloud, stage } from './cloud.ts';
import { fetchToken } from './token.ts';

const cloud = givenCloud();
const clients = clientsOf(cloud);

/** The first runs for ten seconds, so that there is time to act. */
const batch = `
version: v1.0
metadata: { name: Nobody watches }
strategy: { max_concurrency: 10 }
defaults: { environment_id: staging, infrastructure_id: cluster-eu-1, docker_artifact_type: docker, timeout: 120, retry_count: 0 }
deployments:
  - { pillar: risk, service_name: margin-engine, docker_image_version: 3.0.0-pipeline-slow }
  - { pillar: risk, service_name: fee-engine, docker_image_version: 1.1.0, metadata: { dependencies: [margin-engine] } }
`;

const runsOf = async (batchId: string): Promise<Readonly<Record<string, number>>> => {
  const { by_key } = (await (await fetch(`${cloud.harness}/simulator/runs`)).json()) as {
    by_key: Readonly<Record<string, number>>;
  };
  return Object.fromEntries(Object.entries(by_key).filter(([key]) => key.startsWith(batchId)));
};

const runningWatchers = async () => {
  const running = { stateMachineArn: cloud.watchMachine, statusFilter: 'RUNNING' } as const;
  const { executions = [] } = await clients.states.send(new ListExecutionsCommand(running));
  return executions.map(({ executionArn = '', name = '' }) => ({ executionArn, name }));
};

const isOfExecutor = ({ name }: { readonly name: string }): boolean => name.startsWith('executor-');

/** The processes of watching functions, by their ids. */
const functionsOf = (kind: 'executor' | 'cluster'): readonly number[] =>
  execFileSync('ps', ['-A', '-o', 'pid=,args='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(cloud.folder) && line.includes(`-flotilla-${stage}-watch-${kind}-`))
    .map((line) => Number.parseInt(line, 10));

/** As the rule of its schedule does. */
const sweep = async (): Promise<void> => {
  const event = { source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} };
  const { FunctionError } = await clients.lambda.send(
    new InvokeCommand({ FunctionName: `flotilla-${stage}-sweep`, Payload: JSON.stringify(event) }),
  );
  expect(FunctionError).toBeUndefined();
};

/** `executor-acme-2` is the second generation of `executor-acme`. */
const generationOf = (name: string): readonly [string, number] => {
  const [, watcher = '', generation] = /^(.+)-(\d+)$/.exec(name) ?? [];
  return [watcher, Number(generation)];
};

describe('a batch whose watchers die halfway', () => {
  let stopped: Awaited<ReturnType<typeof runningWatchers>>;
  let told: Ended;

  beforeAll(async () => {
    const api = new Api(cloud, await fetchToken(clients, cloud, ['flotilla/read', 'flotilla/deploy']));
    const batchId = await api.begin(batch);
    const soon = { timeout: 250_000, interval: 100 };
    await vi.waitUntil(async () => Object.keys(await runsOf(batchId)).length > 0, soon);
    await vi.waitUntil(async () => (await runningWatchers()).some(isOfExecutor), soon);
    await vi.waitUntil(() => functionsOf('executor').length > 0, soon);
    stopped = await runningWatchers();
    for (const { executionArn } of stopped) await clients.states.send(new StopExecutionCommand({ executionArn }));
    // The function of a stopped execution keeps running, and would go on watching.
    for (const id of [...functionsOf('executor'), ...functionsOf('cluster')]) process.kill(id, 'SIGKILL');
    expect(Object.keys(await runsOf(batchId))).toHaveLength(1);
    await sweep();
    told = await api.follow(batchId);
  });

  it("is watched by the next generation of its executor's watcher", async () => {
    const [watcher, generation] = generationOf(stopped.find(isOfExecutor)?.name ?? '');
    for (const { executionArn } of stopped) {
      const { status } = await clients.states.send(new DescribeExecutionCommand({ executionArn }));
      expect(status).toBe('ABORTED');
    }
    const { executions = [] } = await clients.states.send(
      new ListExecutionsCommand({ stateMachineArn: cloud.watchMachine }),
    );
    expect(executions.map(({ name }) => name)).toContain(`${watcher}-${generation + 1}`);
  });

  it('goes on to its end', () => {
    expect(told.deployments).toMatchObject({
      'risk/margin-engine': { status: 'SUCCESS', reason: 'Verified', attempts: 1 },
      'risk/fee-engine': { status: 'SUCCESS', reason: 'Verified', attempts: 1 },
    });
    expect(told.batch).toMatchObject({ status: 'SUCCESS', total: 2 });
  });

  it("starts each run once, by Harness's count", async () => {
    const keys = Object.values(told.deployments).flatMap(({ runs }) => runs.map(({ key }) => key));
    expect(keys).toHaveLength(2);
    expect(await runsOf(told.batchId)).toEqual(Object.fromEntries(keys.map((key) => [key, 1])));
  });
});
