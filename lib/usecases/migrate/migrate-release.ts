import { idTime } from '../../domain/record/batch-id.ts';
import type { ChangeRow } from '../../domain/record/index-rows.ts';
import { keys } from '../../domain/record/keys.ts';
import { attributesOf, type Release, rowOf } from '../../domain/record/rows.ts';
import { sameSubmitter } from '../../domain/targets/submitter.ts';
import { retryConflict } from '../retry-conflict.ts';
import type { MigrateNeeds } from './put-missing.ts';

/** The time of an outcome and that in its release's id differ by less than this. */
const slack = 60_000;

/**
 * Adds the submitter to a success's release; rows of an earlier version don't have it. Returns how many rows were
 * completed.
 */
export const migrateRelease = async (deps: MigrateNeeds, change: ChangeRow): Promise<number> => {
  const { target, batch_id, index, at } = change;
  if (change.status !== 'SUCCESS' || change.by === undefined) return 0;
  const [from, to] = [at - slack, at + slack].map((time) => keys.release(target, idTime(time)));
  const { items } = await deps.table.query({ pk: from!.pk, from: from!.sk, to: to!.sk, limit: 100 });
  const nameless = items.filter((item) => {
    const release = rowOf<Release>(item)!;
    return release.batch_id === batch_id && release.by === undefined;
  });
  const set = attributesOf({ index, ...sameSubmitter(change) });
  for (const { sk } of nameless) {
    const id = sk.slice('RELEASE#'.length);
    await retryConflict(deps, () =>
      deps.table.transact([{ update: keys.release(target, id), set, when: { exists: true } }]),
    );
  }
  return nameless.length;
};
