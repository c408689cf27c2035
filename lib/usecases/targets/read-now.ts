import { partsOf } from '../../domain/parts-of.ts';
import type { Table } from '../../domain/ports.ts';
import { keys } from '../../domain/record/keys.ts';
import type { LastOutcomeRow } from '../../domain/record/recorded-release.ts';
import { type Release, rowOf } from '../../domain/record/rows.ts';
import { deriveNow } from '../../domain/targets/derive-now.ts';
import type { TargetRow } from '../../domain/targets/target-row.ts';
import type { Deps } from '../deps.ts';

const targetsAtOnce = 50;

/**
 * What runs at these targets now, in their order, and who changed each last. Undefined for one that nobody has changed, as far as it
 * was recorded.
 */
export const readNow = async (
  deps: Pick<Deps, 'table'>,
  targets: readonly string[],
): Promise<readonly (TargetRow | undefined)[]> => {
  const rows: (TargetRow | undefined)[] = [];
  for (const some of partsOf(targets, targetsAtOnce)) {
    rows.push(...(await Promise.all(some.map(async (target) => (await readTarget(deps, target)).now))));
  }
  return rows;
};

export interface NowRead {
  /** The row as it is written; undefined where none is. */
  readonly row: TargetRow | undefined;
  /** The same; where none is written, derived from what was recorded before there were such rows. */
  readonly now: TargetRow | undefined;
}

/** One target. A row that is written is one read, what is derived is a small query more. */
export const readTarget = async ({ table }: Pick<Deps, 'table'>, target: string): Promise<NowRead> => {
  const row = rowOf<TargetRow>(await table.get(keys.targetNow(target)));
  return { row, now: row ?? (await derived(table, target)) };
};

const derived = async (table: Table, target: string): Promise<TargetRow | undefined> => {
  const { good, last } = await readGoodAndLast(table, target);
  return deriveNow(target, good, last);
};

/** The last good release of a target, and how the last deployment ended that did not end well. */
export const readGoodAndLast = async (
  table: Table,
  target: string,
): Promise<{ readonly good: Release | undefined; readonly last: LastOutcomeRow | undefined }> => {
  const good = keys.goodRelease(target);
  const last = keys.lastOutcome(target);
  // Nothing stands between the two.
  const { items } = await table.query({ pk: good.pk, from: good.sk, to: last.sk, limit: 2 });
  const of = (sk: string) => items.find((item) => item.sk === sk);
  return { good: rowOf<Release>(of(good.sk)), last: rowOf<LastOutcomeRow>(of(last.sk)) };
};
