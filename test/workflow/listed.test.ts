import { expect, test } from 'vitest';
import { create } from '../../functions/api.ts';
import { callApi } from '../functions/api-call.ts';
import { World } from './world.ts';

test('a batch is found from its submit on by its present status, and once it is planned by its services', async () => {
  const world = await World.make();
  const api = create(world.deps);
  const found = async (query: string): Promise<readonly string[]> => {
    const { status, body } = await callApi(api, 'GET', query);
    expect([status, body.detail]).toEqual([200, undefined]);
    return body.batches.map(({ batch_id }: { batch_id: string }) => batch_id);
  };
  const lasting = ['environment=staging', 'actor=ada', 'origin=file', 'text=ada'];
  const id = await world.submit([{ name: 'a' }, { name: 'b', needs: ['a'] }]);
  for (const query of lasting) expect(await found(`/batches?${query}`), query).toEqual([id]);
  await world.settled(id);
  const planned = ['pillar=shared', 'service=shared/b', 'service=b&pillar=shared&environment=staging'];
  for (const query of [...lasting, ...planned, 'status=SUCCESS', 'status=SUCCESS&service=shared/a']) {
    expect(await found(`/batches?${query}`), query).toEqual([id]);
  }
  for (const query of ['status=PENDING', 'status=PROCESSING', 'status=PROCESSING&service=shared/a', 'origin=retry']) {
    expect(await found(`/batches?${query}`), query).toEqual([]);
  }
  const { body } = await callApi(api, 'GET', `/batches/${id}/deployments?sort=trouble&text=SHARED/b`);
  expect(body.deployments).toMatchObject([{ key: 'shared/b', status: 'SUCCESS' }]);
});
