import {
  type DynamoDBClient,
  DynamoDBServiceException,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { StreamRecord } from './streams-api.ts';

/** What a probe can use: a table of its own, and the records of its stream so far. */
export interface Probed {
  readonly client: DynamoDBClient;
  readonly TableName: string;
  records(options?: { readonly Limit?: number }): Promise<readonly StreamRecord[]>;
}

/** Something that an engine does differently from what AWS documents for DynamoDB, and what it does instead. */
export interface Difference {
  readonly behaviour: string;
  /** As AWS documents it; nobody has measured it. */
  readonly aws: string;
  readonly miniStack: string;
  readonly dynoxide: string;
  readonly probe: (probed: Probed) => Promise<string>;
}

const key = { pk: { S: 'p' }, sk: { S: 's' } };

const told = async (call: Promise<unknown>): Promise<string> => {
  try {
    await call;
    return 'taken';
  } catch (error) {
    if (error instanceof DynamoDBServiceException) return 'refused';
    throw error;
  }
};

const increment = (TableName: string, sk: string) => ({
  Update: {
    TableName,
    Key: { pk: key.pk, sk: { S: sk } },
    UpdateExpression: 'ADD #n :one',
    ExpressionAttributeNames: { '#n': 'n' },
    ExpressionAttributeValues: { ':one': { N: '1' } },
  },
});

export const differences: readonly Difference[] = [
  {
    behaviour: 'two transactions on one item at the same moment',
    aws: 'one is cancelled with TransactionConflict',
    miniStack: 'both succeed, one after the other',
    dynoxide: 'both succeed, one after the other',
    probe: async ({ client, TableName }) => {
      const TransactItems = [increment(TableName, 'a'), increment(TableName, 'b')];
      const all = Array.from({ length: 40 }, () => client.send(new TransactWriteItemsCommand({ TransactItems })));
      const failed = (await Promise.allSettled(all)).filter(({ status }) => status === 'rejected');
      const { Item } = await client.send(
        new GetItemCommand({ TableName, Key: { ...key, sk: { S: 'a' } }, ConsistentRead: true }),
      );
      return failed.length === 0 && Item?.n?.N === '40' ? 'both succeed, one after the other' : 'one is cancelled';
    },
  },
  {
    behaviour: 'a write that changes nothing, in the stream',
    aws: 'no record',
    miniStack: 'no record',
    dynoxide: 'MODIFY',
    probe: async ({ client, TableName, records }) => {
      for (let times = 0; times < 2; times += 1) await client.send(new PutItemCommand({ TableName, Item: key }));
      const [, second] = await records();
      return second?.eventName ?? 'no record';
    },
  },
  {
    behaviour: '`SizeBytes` of a record of the stream',
    aws: 'its size',
    miniStack: '0',
    dynoxide: 'its size',
    probe: async ({ client, TableName, records }) => {
      await client.send(new PutItemCommand({ TableName, Item: key }));
      const [record] = await records();
      return record?.dynamodb.SizeBytes === 0 ? '0' : 'its size';
    },
  },
  {
    behaviour: '`GetRecords` with a limit of 1,001',
    aws: 'refused',
    miniStack: 'taken',
    dynoxide: 'taken',
    probe: ({ records }) => told(records({ Limit: 1001 })),
  },
  {
    behaviour: '`SET x … REMOVE x` in one update',
    aws: 'refused',
    miniStack: 'taken',
    dynoxide: 'refused',
    probe: ({ client, TableName }) => {
      const UpdateExpression = 'SET x = :one REMOVE x';
      const ExpressionAttributeValues = { ':one': { N: '1' } };
      return told(
        client.send(new UpdateItemCommand({ TableName, Key: key, UpdateExpression, ExpressionAttributeValues })),
      );
    },
  },
  {
    behaviour: 'two operations in one item of a transaction',
    aws: 'refused',
    miniStack: 'taken',
    dynoxide: 'refused',
    probe: ({ client, TableName }) => {
      const both = { Put: { TableName, Item: key }, Delete: { TableName, Key: { ...key, sk: { S: 'other' } } } };
      return told(client.send(new TransactWriteItemsCommand({ TransactItems: [both] })));
    },
  },
  {
    behaviour: 'a transaction of 3 MB of accented letters',
    aws: 'taken (4 MB of items)',
    miniStack: 'refused (counts JSON with its escapes)',
    dynoxide: 'taken (4 MB of items)',
    probe: async ({ client, TableName }) => {
      const TransactItems = Array.from({ length: 8 }, (_, at) => ({
        Put: { TableName, Item: { pk: key.pk, sk: { S: `s${at}` }, text: { S: 'é'.repeat(190_000) } } },
      }));
      const answer = await told(client.send(new TransactWriteItemsCommand({ TransactItems })));
      return answer === 'taken' ? 'taken (4 MB of items)' : 'refused (counts JSON with its escapes)';
    },
  },
  {
    behaviour: 'a query that filters by its own sort key',
    aws: 'refused',
    miniStack: 'taken',
    dynoxide: 'refused',
    probe: ({ client, TableName }) => {
      const KeyConditionExpression = 'pk = :p';
      const ExpressionAttributeValues = { ':p': key.pk, ':s': key.sk };
      const FilterExpression = 'sk = :s';
      return told(
        client.send(
          new QueryCommand({ TableName, KeyConditionExpression, FilterExpression, ExpressionAttributeValues }),
        ),
      );
    },
  },
];

/** The table of docs/verified.md. */
export const differencesTable = (): string =>
  [
    '| behaviour | AWS, as documented | MiniStack | dynoxide |',
    '|---|---|---|---|',
    ...differences.map(({ behaviour, aws, miniStack, dynoxide }) => {
      const cells = [aws, miniStack, dynoxide].map((cell) => (cell === aws ? cell : `**${cell}**`));
      return `| ${[behaviour, ...cells].join(' | ')} |`;
    }),
  ].join('\n');
