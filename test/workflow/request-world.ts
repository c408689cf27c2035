import { keys } from '../../lib/domain/record/keys.ts';
import { rowOf } from '../../lib/domain/record/rows.ts';
import type { RequestRow } from '../../lib/domain/requests/request-row.ts';
import { changeRequest } from '../../lib/usecases/requests/change-request.ts';
import { createRequest } from '../../lib/usecases/requests/create-request.ts';
import { readStanding } from '../../lib/usecases/requests/find-request.ts';
import { metadata, ownCatalogue } from '../usecases/requests/request-world.ts';
import type { World, WorldOptions } from './world.ts';

/** The function that accepts requests. */
export const part = 'api-events';

export const requestOptions: WorldOptions = { catalogue: ownCatalogue, sweepEvery: 60_000 };

/** If `random` gives one half, these are their identifiers. */
export const identifierOf = (name: string): string => `${name}-team-a-500`;

const asked = (requestId: string) => ({ requestId, owner: 'ann' });

export const create = (world: World, name: string, requestId: string) =>
  createRequest(world.deps, asked(requestId), {
    ...{ name, namespace: 'team-a', image: `registry.test/${identifierOf(name)}:2.0.0`, metadata },
  });

export const update = (world: World, name: string, requestId: string, replica_count = 3) =>
  changeRequest(world.deps, asked(requestId), {
    ...{ type: 'UPDATE', identifier: identifierOf(name), values: { replica_count } },
  });

export const rowOfRequest = async (world: World, requestId: string): Promise<RequestRow | undefined> =>
  rowOf<RequestRow>(await world.table.get(keys.request(requestId)));

export const statusOf = async (world: World, requestId: string): Promise<string> => {
  const { batch_id } = (await rowOfRequest(world, requestId))!;
  return (await readStanding(world, batch_id)).status;
};

/** Until all of these requests have ended. */
export const ended = (world: World, requestIds: readonly string[]): Promise<void> =>
  world.until(async () => {
    const found = await Promise.all(requestIds.map((id) => statusOf(world, id)));
    return found.every((status) => status !== 'CREATED');
  });

/** The batches that the executor was asked to start, in that order, each attempt separately. */
export const startedBatches = (world: World): readonly string[] =>
  [...world.executor.starts.keys()].map((key) => key.split('-')[0]!);
