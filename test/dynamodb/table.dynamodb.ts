import { afterAll, beforeAll } from 'vitest';
import { DynamoTable } from '../../lib/adapters/dynamo-table.ts';
import { describeTable } from '../contracts/table.ts';
import { createTable, engineClient } from './engine.ts';

const client = engineClient();

beforeAll(() => createTable(client, 'contract'));
afterAll(() => client.destroy());

describeTable('DynamoTable', {
  open: (onUse) => new DynamoTable(client, 'contract', onUse === undefined ? {} : { onUse }),
  runs: 60,
});
