import { isFlotillaError } from '../../domain/errors.ts';
import { clusterWatcher, keys } from '../../domain/record/keys.ts';
import { attributesOf } from '../../domain/record/rows.ts';
import type { RolloutWatchRow } from '../../domain/record/watch-rows.ts';
import type { Progress } from '../../domain/rollout/judgement.ts';
import type { Deps } from '../deps.ts';

interface Remembered {
  readonly progress?: Progress;
  /** When it was last looked at. */
  readonly seenAt?: number;
}

/** Characters of JSON. The next observer must observe anything longer again. */
const longestProgress = 4_000;

/**
 * Keeps what was seen of a rollout for the call that goes on with it, perhaps elsewhere. Otherwise conditions that must
 * last would start over.
 */
export const keepProgress = async (
  { table, clock }: Pick<Deps, 'table' | 'clock'>,
  row: RolloutWatchRow,
  { progress }: Remembered,
): Promise<void> => {
  if (progress === undefined || !isWorthKeeping(progress) || sameJson(progress, row.progress)) return;
  if (JSON.stringify(progress).length > longestProgress) return;
  const { batch_id, index, wait, deployment } = row;
  const watcher = clusterWatcher(deployment.cluster);
  const set = attributesOf({ progress, progress_at: clock.now() } satisfies Partial<RolloutWatchRow>);
  try {
    await table.transact([{ update: keys.watch(watcher, batch_id, index, wait), set, when: { exists: true } }]);
  } catch (error) {
    // It was answered meanwhile. Or the table is busy, and then the rollout only takes a little longer.
    if (!isFlotillaError(error, 'ConditionFailed') && !isFlotillaError(error, 'TableBusy')) throw error;
  }
};

/** The newer of what this process remembers and what another one recorded. */
export const progressOf = (row: RolloutWatchRow, { progress, seenAt }: Remembered): Progress | undefined =>
  row.progress !== undefined && (row.progress_at ?? 0) > (seenAt ?? 0) ? row.progress : progress;

/** Before anything was seen there is nothing to lose. */
const isWorthKeeping = ({ first_seen, saw_expected, ...more }: Progress): boolean =>
  saw_expected || Object.keys(first_seen).length > 0 || Object.keys(more).length > 0;

const sameJson = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
