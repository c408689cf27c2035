import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';

/** The engine that test/dynamodb/run.ts has started. */
export const engineEndpoint = (): string => {
  const endpoint = process.env.FLOTILLA_DYNAMODB_ENDPOINT;
  if (endpoint === undefined) throw new Error('start these tests by `npm run test:dynamodb`');
  return endpoint;
};

export const engineClient = (): DynamoDBClient => {
  const endpoint = engineEndpoint();
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return new DynamoDBClient({ endpoint, region: 'eu-central-1', credentials });
};

/** Makes a table as the stack does: string keys, on demand, with a stream of both images. */
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
