import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, describe, expect, it } from 'vitest';
import { differences, type Probed } from './differences.ts';
import { createTable, engineClient, engineEndpoint, engineName } from './engine.ts';
import { StreamsApi } from './streams-api.ts';

/** A newer engine may be closer to DynamoDB: then docs/verified.md must say so. */
const client = engineClient();
const streams = new StreamsApi(engineEndpoint());
let tables = 0;

const probed = async (): Promise<Probed> => {
  tables += 1;
  const TableName = `differences-${tables}`;
  await createTable(client, TableName);
  const { Table } = await client.send(new DescribeTableCommand({ TableName }));
  const [iterator = ''] = await streams.shards(Table?.LatestStreamArn ?? '');
  return { client, TableName, records: async (options) => (await streams.records(iterator, options)).records };
};

afterAll(() => client.destroy());

describe(`${engineName()}, beside what AWS documents`, () => {
  it.each(differences)('$behaviour', async ({ probe, miniStack, dynoxide }) => {
    expect(await probe(await probed())).toBe(engineName() === 'MiniStack' ? miniStack : dynoxide);
  });
});
