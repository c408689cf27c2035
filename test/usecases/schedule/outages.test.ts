import { expect, test } from 'vitest';
import { FlotillaError } from '../../../lib/domain/errors.ts';
import { noteAnswer, noteOutage } from '../../../lib/usecases/schedule/outages.ts';
import { makeWorld } from '../batch/api-world.ts';

test('a busy table delays nobody: news that could not be written is written when it is seen again', async () => {
  const world = makeWorld();
  let isBusy = true;
  const told: unknown[] = [];
  const table: typeof world.table = Object.create(world.table, {
    transact: {
      value: async ([write]: readonly [{ readonly put: { readonly message: { readonly type: string } } }]) => {
        if (isBusy) throw new FlotillaError('TableBusy', 'too many requests');
        told.push(write.put.message.type);
      },
    },
  });
  const deps = { ...world.deps, table };
  const asked = { scope: { cluster: 'eu' } };
  await noteOutage(deps, asked, 'nothing came back');
  isBusy = false;
  await noteOutage(deps, asked, 'nothing came back');
  isBusy = true;
  await noteAnswer(deps, asked);
  isBusy = false;
  await noteAnswer(deps, asked);
  await noteAnswer(deps, asked);
  expect(told).toEqual(['outage', 'answered']);
});
