import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';

const told = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error('start these tests by `npm run test:dynamodb`');
  return value;
};

/** Where the engine is that test/dynamodb/run.ts has started, and which it is. */
export const engineEndpoint = (): string => told('FLOTILLA_DYNAMODB_ENDPOINT');
export const engineName = (): string => told('FLOTILLA_DYNAMODB_ENGINE');

export const engineClient = (): DynamoDBClient => {
  const endpoint = engineEndpoint();
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return new DynamoDBClient({ endpoint, region: 'eu-central-1', credentials });
};

/** Creates a table as the stack does: string keys, on demand, with a stream of both images. */
export const createTable = async (client: DynamoDBClient, TableName: string): Promise<void> => {
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 30 }, { TableName });
};
