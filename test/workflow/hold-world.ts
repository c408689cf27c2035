import { expect } from 'vitest';
import type { HoldScope } from '../../lib/domain/holds/hold.ts';
import { executorWatcher, keys } from '../../lib/domain/record/keys.ts';
import { type ItemRow, rowOf } from '../../lib/domain/record/rows.ts';
import type { RunWatchRow } from '../../lib/domain/record/watch-rows.ts';
import { resumeHold } from '../../lib/usecases/holds/resume-hold.ts';
import { setHold } from '../../lib/usecases/holds/set-hold.ts';
import { readWatched } from '../../lib/usecases/wait/watchers.ts';
import { expectAllInOrder, reportOf } from './report.ts';
import type { World } from './world.ts';

interface More {
  readonly for?: string;
  readonly rollbacks?: boolean;
}

/** What a person does who sets a hold. */
export const pause = (world: World, scope: HoldScope = {}, more: More = {}) =>
  setHold(world.deps, { scope: { ...scope } as Record<string, string>, reason: 'a freeze', rollbacks: false, ...more });

export const resume = (world: World, { id }: { readonly id: string }) => resumeHold(world.deps, { id });

export const itemOf = async (world: World, batchId: string, index = 0) =>
  rowOf<ItemRow>(await world.table.get(keys.item(batchId, index)));

export const startsOf = ({ executor }: World): number =>
  [...executor.starts.values()].reduce((sum, one) => sum + one, 0);

export const watchedRuns = (world: World) => readWatched<RunWatchRow>(world.deps, executorWatcher('harness:simulated'));

/** All succeeded, each started once. */
export const expectAllWell = async (world: World, batchId: string): Promise<void> => {
  await world.settled(batchId);
  for (const { outcome, starts } of Object.values(await reportOf(world, batchId))) {
    expect([outcome, starts]).toEqual(['SUCCESS / Verified', '1']);
  }
  await expectAllInOrder(world, batchId);
};
