import { hasChangedNothing } from '../deployment/conclude-deployment.ts';
import { runsOnce } from '../deployment/next-step.ts';
import { askedFor, deploys } from '../plan/action.ts';
import type { PlannedDeployment } from '../plan/plan.ts';
import type { CaptureRow, ItemRow, Release } from '../record/rows.ts';
import { parseImage } from '../rollout/image.ts';
import { answersTo, versionOf } from '../rollout/image-version.ts';
import type { Place } from '../schedule/place.ts';

/**
 * What a deployment did to its target, for undoing it. `open`: it has not ended. `returned`: a rollback has restored
 * what was there. `replaced`: what runs is neither the requested nor the previous version.
 */
export type Effect = 'nothing' | 'open' | 'changed' | 'restored' | 'returned' | 'replaced' | 'unknown';

/**
 * One deployment of a batch that is to be rolled back, with only what that needs: small, because there are thousands.
 */
export interface Done extends Place {
  readonly key: string;
  readonly target: string;
  readonly pillar: string;
  readonly environment: string;
  readonly version: string;
  readonly effect: Effect;
  /** The batch that restored what was there. */
  readonly returned_by?: string;
  /** It has `rollback_strategy: none`. */
  readonly never?: true;
  /** It is a Job: jobs run once. */
  readonly once?: true;
  /** What it found there, and could go back to. */
  readonly previous?: Release;
  /** The version that it deployed was already running. */
  readonly same?: true;
}

/** What a deployment did, from its rows. */
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
