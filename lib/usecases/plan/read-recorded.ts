import { partsOf } from '../../domain/parts-of.ts';
import { keys } from '../../domain/record/keys.ts';
import { type RecordedRelease, recordedRelease } from '../../domain/record/recorded-release.ts';
import { type LastOutcomeRow, type Release, rowOf } from '../../domain/record/rows.ts';
import type { Deps } from '../deps.ts';

/** An API call ends after 29 s, of which a large plan takes 12: more targets than this are not looked up. */
export const mostTargets = 1000;

const targetsAtOnce = 50;

/** What runs at these targets as far as it was recorded: one small query for each, and of more than `mostTargets` only the first. */
export const readRecorded = async (
  deps: Pick<Deps, 'table'>,
  targets: readonly string[],
): Promise<readonly (RecordedRelease | undefined)[]> => {
  const recorded: (RecordedRelease | undefined)[] = [];
  for (const some of partsOf(targets.slice(0, mostTargets), targetsAtOnce)) {
    recorded.push(...(await Promise.all(some.map((target) => readOne(deps, target)))));
  }
  return recorded;
};

const readOne = async ({ table }: Pick<Deps, 'table'>, target: string): Promise<RecordedRelease | undefined> => {
  const good = keys.goodRelease(target);
  const last = keys.lastOutcome(target);
  // Nothing stands between the two.
  const { items } = await table.query({ pk: good.pk, from: good.sk, to: last.sk, limit: 2 });
  const of = (sk: string) => items.find((item) => item.sk === sk);
  return recordedRelease(rowOf<Release>(of(good.sk)), rowOf<LastOutcomeRow>(of(last.sk)));
};
