import type { KeptDeployment } from '../../domain/plan/kept-deployment.ts';
import type { Write } from '../../domain/ports.ts';
import { executorWatcher, keys, type Wait } from '../../domain/record/keys.ts';
import { type CaptureRow, type Failure, type ItemRow, rowOf } from '../../domain/record/rows.ts';
import type { RunWatchRow } from '../../domain/record/watch-rows.ts';
import { attemptSeconds } from '../../domain/strategy/steps-of.ts';
import type { Deps } from '../deps.ts';
import type { PlaceOfWait } from '../wait/settle-wait.ts';
import { unlessBusy, updateWatch } from '../wait/update-watch.ts';
import { failureOfQueued } from './queue-start.ts';
import { fittingText, restoreFailed } from './settle-failure.ts';
import type { Begun } from './take-answer.ts';

/**
 * A start that was turned away is asked for again after a pause. During the pause the row says that nothing was started. Should
 * the function die in it, whoever finds that gives the start up, and nobody needs to guess. It cannot be given up and asked
 * for at once: the one deletes the row as it is in a pause, and the other needs the row, and ends the pause before it asks.
 */
type Needs = Pick<Deps, 'table' | 'clock' | 'random'>;

/** Says that nothing was started so far. `asked` counts the requests: a write that comes late, when the next was sent, changes nothing. */
export const pauseStart = (
  deps: Needs,
  place: PlaceOfWait,
  { asked, turned_away }: Required<Pick<RunWatchRow, 'asked' | 'turned_away'>>,
): Promise<void> =>
  unlessBusy(
    updateWatch(deps, place, {
      set: { phase: 'paused', turned_away: { ...turned_away, message: fittingText(turned_away.message) } },
      when: { equals: { phase: 'intended', asked } },
    }),
  );

/** False when the start was given up meanwhile. */
export const resumeStart = (deps: Needs, { place, deployment }: Begun, asked: number): Promise<boolean> =>
  updateWatch(deps, place, {
    set: sentAgain({ deployment, wait: place.wait }, asked, deps.clock.now()),
    when: { exists: true },
  });

/** The time of an attempt counts from when it was asked for last: before, there was certainly no run. */
export const sentAgain = (
  { deployment, wait }: Pick<RunWatchRow, 'deployment' | 'wait'>,
  asked: number,
  now: number,
) => {
  const seconds = attemptSeconds(deployment, { isRestore: wait === 'restore' });
  return { phase: 'intended', asked, sent_at: now, deadline: now + seconds * 1_000 } as const;
};

/** Why an attempt failed that was given up in a pause. */
export const failureOfPause = ({ turned_away }: RunWatchRow): Failure => ({
  reason: turned_away?.reason ?? 'NotStarted',
  message: turned_away?.message ?? 'The executor turned the start away.',
  retryable: true,
  touched: false,
});

export interface GivenUp {
  /** What is thereby known of the deployment. */
  readonly known: Pick<ItemRow, 'failure' | 'restore'>;
  readonly writes: readonly Write[];
}

/** For the record of a child that has died: its start, where it died in a pause, or while that was queued. */
export const giveUpStart = async (
  { table }: Pick<Deps, 'table'>,
  item: ItemRow,
  { planned, capture }: { readonly planned: KeptDeployment; readonly capture: CaptureRow | undefined },
): Promise<GivenUp | undefined> => {
  const wait = startOf(item);
  if (wait === undefined) return undefined;
  const { executor } = wait === 'restore' ? (capture?.previous?.deployment ?? planned) : planned;
  const watched = [executorWatcher(executor.account), item.batch_id, item.index, wait] as const;
  const row = rowOf<RunWatchRow>(await table.get(keys.watch(...watched)));
  if (row?.phase !== 'paused' && row?.phase !== 'queued') return undefined;
  const { phase } = row;
  const failure = phase === 'paused' ? failureOfPause(row) : failureOfQueued(row);
  return {
    known: wait === 'restore' ? { restore: restoreFailed(failure) } : { failure },
    writes: [{ delete: keys.watch(...watched), when: { equals: { phase } } }],
  };
};

/** The wait for a run that has no answer. */
const startOf = ({ step, attempt, failure, restore }: ItemRow): Wait | undefined => {
  if (step === 'deploy' && failure === undefined) return `deploy-${attempt}`;
  return step === 'restore' && restore === undefined ? 'restore' : undefined;
};
