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
import { deleteLogGroups } from './log-groups.ts';
import type { Place } from './place.ts';

type Names = readonly (string | undefined)[];

/** All of a list that comes in pages. */
const all = async <Page>(pages: AsyncIterable<Page>, namesOf: (page: Page) => Names | undefined): Promise<Names> => {
  const names: (string | undefined)[] = [];
  for await (const page of pages) names.push(...(namesOf(page) ?? []));
  return names;
};

/** Absent is no mistake here. */
const unlessAbsent = async (look: () => Promise<Names>): Promise<Names> => {
  try {
    return await look();
  } catch (error) {
    if (/NotFound|does not exist/.test(String(error))) return [];
    throw error;
  }
};

const stacks = ['state', 'application', 'observability', 'test'];

/** What there is of a stage, by its kind. What a stage makes has its name, or that of a stack of it. */
const lists = ({ clients }: Place, name: string): Readonly<Record<string, () => Promise<Names>>> => ({
  alarms: async () =>
    (await clients.alarms.send(new DescribeAlarmsCommand({ AlarmNamePrefix: name }))).MetricAlarms?.map(
      (one) => one.AlarmName,
    ) ?? [],
  buckets: async () => (await clients.s3.send(new ListBucketsCommand({}))).Buckets?.map((one) => one.Name) ?? [],
  buses: async () =>
    (await clients.events.send(new ListEventBusesCommand({ NamePrefix: name }))).EventBuses?.map((one) => one.Name) ??
    [],
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
  // One that is being deleted is held back for some days, and costs nothing.
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

/** Takes away the logs that CloudFormation does not know of, and throws when anything else of the stage is left. */
export const checkNothingRemains = async (place: Place, stage: string): Promise<void> => {
  const name = `flotilla-${stage}`;
  await deleteLogGroups(place, `/aws/lambda/${name}-`);
  const left: string[] = [];
  for (const [kind, look] of Object.entries(lists(place, name))) {
    const found = (await look()).filter((one) => one?.includes(name) === true);
    if (found.length > 0) left.push(`${kind}: ${found.join(', ')}`);
  }
  if (left.length > 0) throw new Error(`something of ${stage} is left:\n${left.join('\n')}`);
};
