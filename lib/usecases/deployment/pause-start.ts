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
 * A rejected start is retried after a pause. During the pause the row says that nothing was started. If the function
 * dies meanwhile, the start can be given up without guessing. It cannot be given up and retried at once: giving up
 * deletes the paused row, and a retry must first end the pause in that row.
 */
type Needs = Pick<Deps, 'table' | 'clock' | 'random'>;

/**
 * Records that nothing has started so far. `asked` counts the requests, so that a late write changes nothing once the
 * next request is sent.
 */
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

/** False if the start was given up meanwhile. */
export const resumeStart = (deps: Needs, { place, deployment }: Begun, asked: number): Promise<boolean> =>
  updateWatch(deps, place, {
    set: sentAgain({ deployment, wait: place.wait }, asked, deps.clock.now()),
    when: { exists: true },
  });

/** The time of an attempt counts from its last request: before that there was certainly no run. */
export const sentAgain = (
  { deployment, wait }: Pick<RunWatchRow, 'deployment' | 'wait'>,
  asked: number,
  now: number,
) => {
  const seconds = attemptSeconds(deployment, { isRestore: wait === 'restore' });
  return { phase: 'intended', asked, sent_at: now, deadline: now + seconds * 1_000 } as const;
};

/** Why an attempt that was given up in a pause failed. */
export const failureOfPause = ({ turned_away }: RunWatchRow): Failure => ({
  reason: turned_away?.reason ?? 'NotStarted',
  message: turned_away?.message ?? 'The executor rejected the start.',
  retryable: true,
  touched: false,
});

export interface GivenUp {
  /** What is known of the deployment by then. */
  readonly known: Pick<ItemRow, 'failure' | 'restore'>;
  readonly writes: readonly Write[];
}

/** For the record of a child that died: gives up its start if it was paused or queued. */
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
