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
 * What runs at these targets now, in order, and who last changed each. Undefined for a target that nobody has changed,
 * as far as recorded.
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
  /** The stored row; undefined if there is none. */
  readonly row: TargetRow | undefined;
  /** The same. Without a stored row, it is derived from older records. */
  readonly now: TargetRow | undefined;
}

/** Reads one target. A stored row costs one read, a derived one a small query more. */
export const readTarget = async ({ table }: Pick<Deps, 'table'>, target: string): Promise<NowRead> => {
  const row = rowOf<TargetRow>(await table.get(keys.targetNow(target)));
  return { row, now: row ?? (await derived(table, target)) };
};

const derived = async (table: Table, target: string): Promise<TargetRow | undefined> => {
  const { good, last } = await readGoodAndLast(table, target);
  return deriveNow(target, good, last);
};

/** A target's last good release, and its last bad outcome. */
export const readGoodAndLast = async (
  table: Table,
  target: string,
): Promise<{ readonly good: Release | undefined; readonly last: LastOutcomeRow | undefined }> => {
  const good = keys.goodRelease(target);
  const last = keys.lastOutcome(target);
  // There are no other rows between the two.
  const { items } = await table.query({ pk: good.pk, from: good.sk, to: last.sk, limit: 2 });
  const of = (sk: string) => items.find((item) => item.sk === sk);
  return { good: rowOf<Release>(of(good.sk)), last: rowOf<LastOutcomeRow>(of(last.sk)) };
};
