import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DescribeAlarmsCommand, GetDashboardCommand } from '@aws-sdk/client-cloudwatch';
import { paginateListUserPools } from '@aws-sdk/client-cognito-identity-provider';
import { paginateListTables } from '@aws-sdk/client-dynamodb';
import { ListEventBusesCommand } from '@aws-sdk/client-eventbridge';
import { paginateListFunctions } from '@aws-sdk/client-lambda';
import { ListBucketsCommand } from '@aws-sdk/client-s3';
import { paginateListSecrets } from '@aws-sdk/client-secrets-manager';
import { paginateListStateMachines } from '@aws-sdk/client-sfn';
import { paginateListTopics } from '@aws-sdk/client-sns';
import { ListQueuesCommand } from '@aws-sdk/client-sqs';
import type { Clients } from './clients.ts';

type Names = readonly (string | undefined)[];

/** All pages of a list. */
const all = async <Page>(pages: AsyncIterable<Page>, namesOf: (page: Page) => Names | undefined): Promise<Names> => {
  const names: (string | undefined)[] = [];
  for await (const page of pages) names.push(...(namesOf(page) ?? []));
  return names;
};

/** A missing resource is no error here. */
const unlessAbsent = async (look: () => Promise<Names>): Promise<Names> => {
  try {
    return await look();
  } catch (error) {
    if (/NotFound|does not exist/.test(String(error))) return [];
    throw error;
  }
};

const stacks = ['state', 'application', 'observability', 'test'];

const lists = (clients: Clients, name: string): Readonly<Record<string, () => Promise<Names>>> => ({
  alarms: async () =>
    (await clients.alarms.send(new DescribeAlarmsCommand({ AlarmNamePrefix: name }))).MetricAlarms?.map(
      (one) => one.AlarmName,
    ) ?? [],
  buckets: async () => (await clients.s3.send(new ListBucketsCommand({}))).Buckets?.map((one) => one.Name) ?? [],
  buses: async () =>
    (await clients.events.send(new ListEventBusesCommand({ NamePrefix: name }))).EventBuses?.map((one) => one.Name) ??
    [],
  // The SDK cannot read the emulator's list of all of them.
  dashboards: () =>
    unlessAbsent(async () => [
      (await clients.alarms.send(new GetDashboardCommand({ DashboardName: name }))).DashboardName,
    ]),
  functions: () =>
    all(paginateListFunctions({ client: clients.lambda }, {}), (page) =>
      page.Functions?.map((one) => one.FunctionName),
    ),
  machines: () =>
    all(paginateListStateMachines({ client: clients.machines }, {}), (page) =>
      page.stateMachines?.map((one) => one.name),
    ),
  pools: () =>
    all(paginateListUserPools({ client: clients.cognito }, { MaxResults: 60 }), (page) =>
      page.UserPools?.map((one) => one.Name),
    ),
  queues: async () => (await clients.sqs.send(new ListQueuesCommand({ QueueNamePrefix: name }))).QueueUrls ?? [],
  // One that is being deleted is kept for some days, and costs nothing.
  secrets: () =>
    all(paginateListSecrets({ client: clients.secrets }, {}), (page) => page.SecretList?.map((one) => one.Name)),
  stacks: async () => {
    const looks = stacks.map((stack) =>
      unlessAbsent(async () => {
        const { Stacks } = await clients.stacks.send(new DescribeStacksCommand({ StackName: `${name}-${stack}` }));
        return Stacks?.filter((one) => one.StackStatus !== 'DELETE_COMPLETE').map((one) => one.StackName) ?? [];
      }),
    );
    return (await Promise.all(looks)).flat();
  },
  tables: () => all(paginateListTables({ client: clients.dynamo }, {}), (page) => page.TableNames),
  topics: () => all(paginateListTopics({ client: clients.sns }, {}), (page) => page.Topics?.map((one) => one.TopicArn)),
});

/** What is left of a stage, by kind. The names of its resources contain its own name, or a name of its stacks. */
export const remainsOf = async (
  clients: Clients,
  stage: string,
): Promise<Readonly<Record<string, readonly string[]>>> => {
  const name = `flotilla-${stage}`;
  const found = Object.entries(lists(clients, name)).map(async ([kind, look]) => {
    const ours = (await look()).filter((one): one is string => one?.includes(name) === true);
    return [kind, ours] as const;
  });
  return Object.fromEntries(await Promise.all(found));
};
