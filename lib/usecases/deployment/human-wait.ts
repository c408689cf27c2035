import { humanWaitOf } from '../../domain/deployment/human-wait.ts';
import type { RunState } from '../../domain/ports.ts';
import type { RunWatchRow } from '../../domain/record/watch-rows.ts';
import type { Deps } from '../deps.ts';
import { updateWatch } from '../wait/update-watch.ts';
import { placeOf } from './watched-row.ts';

/** The time that a person takes to decide does not count as run time. */
type Waited = Pick<RunWatchRow, 'deployment' | 'human_since' | 'human_ms'>;

/** Milliseconds that it may still wait for a person, counted from when it last began to. */
const leftOf = ({ deployment, human_ms = 0 }: Waited): number => humanWaitOf(deployment) * 1_000 - human_ms;

export const hasWaitedTooLong = (row: Waited, now: number): boolean =>
  row.human_since !== undefined && now - row.human_since > leftOf(row);

/** Milliseconds. The state that waits for the run has half an hour more than its deadline. */
const leastAfterwards = 600_000;

/**
 * The current deadline: it moves while a person is waited for, within the limit. If the wait was first seen after the
 * deadline, it may have gone unseen for most of that time. So a run that goes on late still gets some time.
 */
export const deadlineAt = (row: Waited & Pick<RunWatchRow, 'deadline'>, now: number): number => {
  const { deployment, deadline, human_since } = row;
  if (human_since === undefined) return deadline;
  const isSeenLate = human_since > deadline;
  const counted = isSeenLate ? human_since + Math.min(leastAfterwards, deployment.timeout * 1_000) : deadline;
  return counted + Math.min(now - human_since, leftOf(row));
};

/**
 * Records when a run begins and stops waiting for a person. Returns the resulting row. Without a state nothing changes.
 */
export const noteHumanWait = async (
  deps: Pick<Deps, 'table' | 'clock' | 'random'>,
  row: RunWatchRow,
  state: RunState | undefined,
): Promise<RunWatchRow> => {
  const { human_since, ...rest } = row;
  const waits = state?.phase === 'waiting-for-human';
  if (state === undefined || waits === (human_since !== undefined)) return row;
  const now = deps.clock.now();
  if (human_since === undefined) {
    const set = { human_since: now };
    const isNoted = await updateWatch(deps, placeOf(row), { set, when: { exists: true, missing: ['human_since'] } });
    return isNoted ? { ...row, ...set } : row;
  }
  const set = { human_ms: (row.human_ms ?? 0) + now - human_since, deadline: deadlineAt(row, now) };
  const when = { equals: { human_since } };
  const isNoted = await updateWatch(deps, placeOf(row), { set, remove: ['human_since'], when });
  return isNoted ? { ...rest, ...set } : row;
};
