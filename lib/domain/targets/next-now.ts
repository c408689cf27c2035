import { hasChangedNothing, isTakenBack } from '../deployment/conclude-deployment.ts';
import { type Acting, actingOf } from '../plan/action.ts';
import type { KeptDeployment } from '../plan/kept-deployment.ts';
import type { CaptureRow, ItemRow, Outcome } from '../record/rows.ts';
import { isSamePlace, type Place } from '../schedule/place.ts';
import { standingAfter } from './standing-after.ts';
import { type Submitter, sameSubmitter } from './submitter.ts';
import type { Standing, TargetRow } from './target-row.ts';

export interface Intent {
  readonly place: Place;
  readonly deployment: Pick<KeptDeployment, 'target' | 'infrastructure_id' | 'action' | 'replicas'>;
  /** The requested version; for a restore, the earlier one. */
  readonly version: string;
  readonly who?: Submitter | undefined;
  readonly at: number;
}

/**
 * NOW with the intent of a run: from here on, the target may be changed. A later attempt or a restore belongs to the
 * same deployment, so what was there before it, and its start, stay.
 */
export const nowAtIntent = (now: TargetRow | undefined, intent: Intent): TargetRow => {
  const { place, deployment, version, who = {}, at } = intent;
  const { target, infrastructure_id } = deployment;
  const { batch_id, index } = place;
  const begun = now !== undefined && isSamePlace(now, place) ? now : undefined;
  const before = begun === undefined ? standingOf(now) : begun.before;
  return {
    target,
    batch_id,
    index,
    state: 'changing',
    ...actingOf(deployment),
    // A delete leaves no version, and a scale keeps the current one.
    ...(deployment.action === undefined ? { version } : {}),
    infrastructure_id: begun?.infrastructure_id ?? infrastructure_id,
    ...sameSubmitter(who),
    since: begun?.since ?? at,
    ...(before === undefined ? {} : { before }),
  };
};

/** What runs there, in short form. A deployment that never reported its end leaves it unknown. */
const standingOf = (now: TargetRow | undefined): Standing | undefined => {
  if (now === undefined) return undefined;
  const { target: _, before: __, drift: ____, action: _____, replicas: ______, ...standing } = now;
  if (now.state !== 'changing') return standing;
  const { version: ___, ...unknown } = standing;
  return { ...unknown, state: 'unknown' };
};

export interface Ended {
  readonly planned: Pick<
    KeptDeployment,
    'target' | 'infrastructure_id' | 'docker_image_version' | 'action' | 'replicas'
  >;
  readonly item: Pick<
    ItemRow,
    'batch_id' | 'index' | 'runs' | 'touched' | 'image' | 'started_at' | 'health' | 'failure' | 'restore'
  >;
  readonly outcome: Outcome;
  readonly capture?: Pick<CaptureRow, 'previous'> | undefined;
  /** When the outcome is written, if it replaces another. */
  readonly at?: number;
  readonly who?: Submitter | undefined;
}

/** The new NOW: another row, or none. Undefined if it stays the same. */
export type NextNow = { readonly row: TargetRow | undefined } | undefined;

/** NOW with a deployment's outcome. A deployment that has changed nothing restores what was there before its intent. */
export const nowAtEnd = (now: TargetRow | undefined, ended: Ended): NextNow => {
  const { planned, item, outcome } = ended;
  if (isUnchanged(item, outcome)) return nowReturned(now, item);
  const standing = standingOfEnd(ended);
  // It had its turn earlier, so anything newer is from a later deployment.
  const isNewer = now !== undefined && !isSamePlace(now, item) && now.since > (item.started_at ?? standing.since);
  return isNewer ? undefined : { row: { target: planned.target, ...standing } };
};

/** NOW if an intent came to nothing, or its turn is given back before anything was sent. */
export const nowReturned = (now: TargetRow | undefined, place: Place): NextNow => {
  if (now?.state !== 'changing' || !isSamePlace(now, place)) return undefined;
  return { row: now.before === undefined ? undefined : { target: now.target, ...now.before } };
};

/** An UNKNOWN that was resolved as FAILED may have changed something: no row says that it did not. */
export const isUnchanged = (
  item: Pick<ItemRow, 'runs' | 'touched'>,
  { status, resolved_by }: Pick<Outcome, 'status' | 'resolved_by'>,
): boolean => status !== 'SUCCESS' && hasChangedNothing(item, resolved_by === undefined ? status : 'UNKNOWN');

/** What runs there afterwards. */
export const standingOfEnd = (ended: Ended): Standing => {
  const { planned, item, outcome, capture, who, at = outcome.ended_at } = ended;
  const { status, reason, release_after, resolved_by } = outcome;
  const isPrevious = release_after !== undefined && release_after === capture?.previous?.version;
  const { image, digest } =
    status === 'SUCCESS' ? { image: item.image, digest: outcome.digest } : isPrevious ? capture!.previous! : nothing;
  // The person who resolves it has looked at something else, and later.
  const health = resolved_by === undefined ? item.health : undefined;
  const { infrastructure_id, action } = planned;
  const version = isTakenBack(item) && status !== 'SUCCESS' ? undefined : versionAfter(planned, outcome);
  const seen = { release_after, image, digest, health };
  return standingAfter({ place: item, status, reason, action, version, ...seen, infrastructure_id, who, at });
};

/** What runs there unless something else was seen. A scale changes no version, and what a delete leaves is unknown. */
const versionAfter = (
  { action, docker_image_version: version }: Acting & Pick<KeptDeployment, 'docker_image_version'>,
  { release_before }: Pick<Outcome, 'release_before'>,
): string | undefined => {
  if (action === undefined) return version;
  return action === 'scale' ? release_before : undefined;
};

const nothing: Pick<Standing, 'image' | 'digest'> = {};
