import { keys } from '../../domain/record/keys.ts';
import { itemOf, rowOf } from '../../domain/record/rows.ts';
import type { Deps } from '../deps.ts';

/**
 * How often a watcher that looks rarely checks for a hint, in milliseconds. One that looks as often anyway needs no
 * hints.
 */
const hintEvery = 2_000;

/** The last hint to a watcher. It says that something may have happened, not what. */
interface HintRow {
  readonly at: number;
}

export const writeHint = async ({ table, clock }: Pick<Deps, 'table' | 'clock'>, watcher: string): Promise<void> => {
  const hint: HintRow = { at: clock.now() };
  await table.transact([{ put: itemOf(keys.hint(watcher), hint) }]);
};

export interface Pause {
  readonly watcher: string;
  /** Milliseconds between two looks. */
  readonly interval: number;
}

/**
 * Call it before a look. The function it returns waits for the next look, but not to the end if a hint has come since.
 */
export const pauseAfterLook = async (
  deps: Pick<Deps, 'table' | 'clock'>,
  { watcher, interval }: Pause,
): Promise<() => Promise<void>> => {
  const { table, clock } = deps;
  if (interval <= hintEvery) return () => clock.sleep(interval);
  const read = async () => rowOf<HintRow>(await table.get(keys.hint(watcher)))?.at;
  const before = await read();
  return async () => {
    const next = clock.now() + interval;
    for (let left = interval; left > 0; left = next - clock.now()) {
      await clock.sleep(Math.min(left, hintEvery));
      if ((await read()) !== before) return;
    }
  };
};
