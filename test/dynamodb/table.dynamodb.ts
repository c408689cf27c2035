import { afterAll, beforeAll, expect, it } from 'vitest';
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

it('DynamoTable: a transaction whose answer is lost is sent again, and does not find its own write', async () => {
  const losing = engineClient();
  let answers = 0;
  losing.middlewareStack.add(
    (next) => async (args) => {
      const answer = await next(args);
      answers += 1;
      if (answers === 1) throw Object.assign(new Error('nobody has heard it'), { name: 'TimeoutError' });
      return answer;
    },
    { step: 'deserialize' },
  );
  const item = { pk: 'lost', sk: 'answer' };
  await new DynamoTable(losing, 'contract').transact([{ put: item, when: { exists: false } }]);
  losing.destroy();
  expect(answers).toBe(2);
  expect(await new DynamoTable(client, 'contract').get(item)).toEqual(item);
});
