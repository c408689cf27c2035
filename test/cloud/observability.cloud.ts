import {
  DescribeAlarmsCommand,
  GetDashboardCommand,
  type MetricAlarm,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import { SubscribeCommand } from '@aws-sdk/client-sns';
import { beforeAll, describe, expect, it } from 'vitest';
import { alarmsTable } from '../../lib/infra/alarms-table.ts';
import { Api } from './api.ts';
import { clientsOf, givenCloud, stage } from './cloud.ts';
import { TestQueue } from './test-queue.ts';
import { fetchToken } from './token.ts';

const cloud = givenCloud();
const clients = clientsOf(cloud);
const service = `flotilla-${stage}`;

describe('the alarms', () => {
  let alarms: readonly MetricAlarm[];

  beforeAll(async () => {
    const { MetricAlarms = [] } = await clients.alarms.send(
      new DescribeAlarmsCommand({ AlarmNamePrefix: `${service}-`, MaxRecords: 100 }),
    );
    alarms = MetricAlarms;
  });

  it('exist, all of the table, and notify the topic', () => {
    expect(alarms.map(({ AlarmName }) => AlarmName).sort()).toEqual(
      Object.keys(alarmsTable)
        .map((name) => `${service}-${name}`)
        .sort(),
    );
    for (const { AlarmActions, OKActions } of alarms)
      expect([AlarmActions, OKActions]).toEqual([[cloud.topic], [cloud.topic]]);
  });

  it('watch what was deployed: the table, the API and the machines', () => {
    const seen = JSON.stringify(alarms);
    for (const name of [cloud.table, cloud.api.split('/').at(-1), cloud.batchMachine, cloud.watchMachine]) {
      expect(seen).toContain(`"${name}"`);
    }
  });
});

it('has a dashboard of the stage, with its alarms on it', async () => {
  const { DashboardBody = '{}' } = await clients.alarms.send(new GetDashboardCommand({ DashboardName: service }));
  const { widgets } = JSON.parse(DashboardBody) as {
    widgets: { type: string; properties: { title: string; alarms?: string[] } }[];
  };
  expect(widgets.filter(({ type }) => type === 'metric').length).toBeGreaterThan(10);
  expect(widgets.find(({ type }) => type === 'alarm')?.properties.alarms).toHaveLength(Object.keys(alarmsTable).length);
});

describe('a subscriber of the topic', () => {
  let queue: TestQueue;
  const told = async (): Promise<readonly string[]> =>
    (await queue.read()).map((body) => (JSON.parse(body) as { Message: string }).Message);

  beforeAll(async () => {
    queue = await TestQueue.named(clients.sqs, 'people');
    await clients.sns.send(new SubscribeCommand({ TopicArn: cloud.topic, Protocol: 'sqs', Endpoint: queue.arn }));
  });

  it('learns how a batch ended, in a sentence', async () => {
    const api = new Api(cloud, await fetchToken(clients, cloud, ['flotilla/read', 'flotilla/deploy']));
    const batchId = await api.begin(`
version: v1.0
metadata: { name: Nothing comes of it }
defaults: { environment_id: staging, infrastructure_id: cluster-eu-1, docker_artifact_type: docker, timeout: 60, retry_count: 0 }
deployments: [{ pillar: risk, service_name: limit-check, docker_image_version: 9.9.9 }]
`);
    expect((await api.send(`/batches/${batchId}/cancel`, { method: 'POST' })).ok).toBe(true);
    const { batch } = await api.follow(batchId);
    await expect
      .poll(told, { timeout: 20_000 })
      .toContainEqual(
        expect.stringMatching(new RegExp(`^"?Batch ${batchId} has ended: ${batch.status} \\(\\w+\\)\\. `)),
      );
  });

  it('gets an alarm, with its name and meaning', async () => {
    const AlarmName = `${service}-StuckWaits`;
    await clients.alarms.send(new SetAlarmStateCommand({ AlarmName, StateValue: 'ALARM', StateReason: 'to see it' }));
    const { means } = alarmsTable.StuckWaits;
    await expect
      .poll(async () => (await told()).filter((text) => text.startsWith('{')).map((text) => JSON.parse(text)))
      .toContainEqual(
        expect.objectContaining({
          AlarmName,
          NewStateValue: 'ALARM',
          AlarmDescription: expect.stringContaining(means),
        }),
      );
  });
});
