import { setImmediate as turn } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { SqliteTable } from '../../lib/adapters/sqlite-table.ts';
import { followTable, isFollowed } from '../../lib/local/runtime/stream.ts';

test.each([
  ['goes well', (publishing: PromiseWithResolvers<void>) => publishing.resolve()],
  ['fails', (publishing: PromiseWithResolvers<void>) => publishing.reject(new Error('the file is full'))],
])('a stop waits for what is being published, whether that %s', async (_, end) => {
  const table = new SqliteTable(':memory:', { follow: isFollowed });
  onTestFinished(() => table.close());
  const [begun, publishing] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const stop = followTable(table, {
    publish: () => {
      begun.resolve();
      return publishing.promise;
    },
    dispatch: async () => {},
    onFault: async () => {},
  });
  await table.transact([{ put: { pk: 'EVENTS#B', sk: '1' } }]);
  await begun.promise;
  let isStopped = false;
  const stopping = stop().then(() => {
    isStopped = true;
  });
  await turn();
  expect(isStopped).toBe(false);
  end(publishing);
  await stopping;
  expect(isStopped).toBe(true);
});

test('a stop while nothing is published waits for nothing', async () => {
  const table = new SqliteTable(':memory:', { follow: isFollowed });
  onTestFinished(() => table.close());
  const none = async (): Promise<void> => {};
  await followTable(table, { publish: none, dispatch: none, onFault: none })();
});
