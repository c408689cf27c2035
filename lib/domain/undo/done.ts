import { hasChangedNothing } from '../deployment/conclude-deployment.ts';
import { runsOnce } from '../deployment/next-step.ts';
import { askedFor, deploys } from '../plan/action.ts';
import type { PlannedDeployment } from '../plan/plan.ts';
import type { CaptureRow, ItemRow, Release } from '../record/rows.ts';
import { parseImage } from '../rollout/image.ts';
import { answersTo, versionOf } from '../rollout/image-version.ts';
import type { Place } from '../schedule/place.ts';

/**
 * What a deployment did to its target, for who wants to undo it. `open`: it has not ended. `returned`: a rollback has put back what
 * stood there. `replaced`: what runs is neither what it asked for nor what was before.
 */
export type Effect = 'nothing' | 'open' | 'changed' | 'restored' | 'returned' | 'replaced' | 'unknown';

/** One deployment of a batch that is to be rolled back, as far as that needs it: small, because there are thousands. */
export interface Done extends Place {
  readonly key: string;
  readonly target: string;
  readonly pillar: string;
  readonly environment: string;
  readonly version: string;
  readonly effect: Effect;
  /** The batch that has put back what stood there. */
  readonly returned_by?: string;
  /** It said `rollback_strategy: none`. */
  readonly never?: true;
  /** A Job: what it did, it did once. */
  readonly once?: true;
  /** What it found there, and could go back to. */
  readonly previous?: Release;
  /** The version that it deployed ran there before, too. */
  readonly same?: true;
}

/** What the rows of a deployment say that it did. */
export const doneBy = (
  place: Place,
  planned: PlannedDeployment,
  { item, capture }: { readonly item: ItemRow | undefined; readonly capture: CaptureRow | undefined },
): Done => {
  const effect = effectOf(item);
  const { batch_id, index } = place;
  const by = item?.outcome?.rolled_back_by;
  const changes = effect === 'changed' || effect === 'restored';
  const previous = changes ? (capture?.previous ?? capture?.tombstone) : undefined;
  return {
    batch_id,
    index,
    key: planned.key,
    target: planned.target,
    pillar: planned.pillar,
    environment: planned.environment_id,
    version: askedFor(planned, planned.docker_image_version),
    effect,
    ...(by === undefined ? {} : { returned_by: by }),
    ...(planned.rollback_strategy === 'none' ? { never: true as const } : {}),
    ...(runsOnce(planned) ? { once: true as const } : {}),
    ...(previous === undefined ? {} : { previous }),
    ...(changes && previous === undefined && ranBefore(planned, capture) ? { same: true as const } : {}),
  };
};

const effectOf = (item: ItemRow | undefined): Effect => {
  if (item === undefined) return 'nothing';
  const { outcome, restore, failure } = item;
  if (outcome === undefined) return item.step === 'turn' ? 'nothing' : 'open';
  if (outcome.status === 'ROLLBACK') return 'returned';
  if (outcome.status === 'UNKNOWN') return 'unknown';
  if (outcome.status === 'SUCCESS') return outcome.reason === 'AlreadyGone' ? 'nothing' : 'changed';
  if (hasChangedNothing(item, outcome.resolved_by === undefined ? outcome.status : 'UNKNOWN')) return 'nothing';
  if (restore?.ok) return 'restored';
  if (restore?.running !== undefined || (failure?.superseded === true && restore === undefined)) return 'replaced';
  return 'changed';
};

const ranBefore = (planned: PlannedDeployment, capture: CaptureRow | undefined): boolean => {
  const { docker_image_version: asked } = planned;
  if (!deploys(planned)) return false;
  const baseline = capture?.first_baseline ?? capture?.baseline;
  const version = baseline?.image === undefined ? undefined : versionOf(parseImage(baseline.image));
  return version !== undefined && answersTo(version, asked);
};
