import type { QueryCommandOutput } from '@aws-sdk/client-dynamodb';
import { afterAll, expect, it } from 'vitest';
import { DynamoTable } from '../../lib/adapters/dynamo-table.ts';
import { partsOf } from '../../lib/domain/parts-of.ts';
import type { Item } from '../../lib/domain/ports.ts';
import { describeLists } from '../contracts/lists.ts';
import { createTable, engineClient } from './engine.ts';

/**
 * Fewer than on SQLite: an engine accepts a hundred at once, over HTTP. The cost of a page does not depend on the
 * total.
 */
const client = engineClient();
const writer = engineClient();
const commands = new Set<string>();
/** Queries for which the engine read more items than it returned. */
const inVain: unknown[] = [];
client.middlewareStack.add(
  (next, { commandName = '' }) =>
    async (args) => {
      commands.add(commandName);
      const result = await next(args);
      const { Count, ScannedCount } = result.output as QueryCommandOutput;
      if (Count !== ScannedCount) inVain.push(args.input);
      return result;
    },
  { step: 'initialize' },
);

afterAll(() => {
  client.destroy();
  writer.destroy();
});

let tables = 0;

const fill = async (items: Iterable<Item>): Promise<DynamoTable> => {
  tables += 1;
  const name = `lists-${tables}`;
  await createTable(writer, name);
  const table = new DynamoTable(writer, name);
  for (const some of partsOf([...items], 100)) await table.transact(some.map((put) => ({ put })));
  return new DynamoTable(client, name);
};

describeLists('DynamoTable', { fill, counts: { batches: 100, targets: 600, changes: 600, deployments: 400 } });

it('DynamoTable: no query is a scan', () => {
  // The caller is recorded at the first request.
  const reads = [...commands].filter((name) => name !== 'TransactWriteItemsCommand');
  expect(reads.sort()).toEqual(['GetItemCommand', 'QueryCommand']);
  expect(inVain).toEqual([]);
});
