import type { Acting } from '../plan/action.ts';
import type { Outcome } from '../record/rows.ts';
import type { Place } from '../schedule/place.ts';
import { type Submitter, sameSubmitter } from './submitter.ts';
import type { SeenHealth, Standing } from './target-row.ts';

/** How a deployment ended that has, or may have, changed its target. */
export interface End extends Pick<Outcome, 'status' | 'reason'>, Pick<Acting, 'action'> {
  readonly place: Place;
  /** The requested version; for a scale, the current one. */
  readonly version: string | undefined;
  /** The version seen running at the end; absent if unknown. */
  readonly release_after?: string | undefined;
  /** The image seen running: of a success, or of what was restored. */
  readonly image?: string | undefined;
  /** Its digest. */
  readonly digest?: string | undefined;
  /** Its health then, if its rollout was judged. */
  readonly health?: SeenHealth | undefined;
  readonly who?: Submitter | undefined;
  readonly infrastructure_id?: string | undefined;
  readonly at: number;
}

/** The reason recorded with a verified restore. */
const restored = 'RestoredPreviousRelease';

/**
 * After these, the running version is unknown unless it was seen. A restore may have stopped halfway, something else
 * may be in place, or a person only said that it failed.
 */
const leavesOpen: ReadonlySet<string> = new Set(['RestoreFailed', 'Superseded', 'ResolvedByOperator']);

/** What runs at a target afterwards: what was seen; otherwise, if nothing was restored, the requested version. */
export const standingAfter = (end: End): Standing => {
  const { place, image, digest, health, who = {}, infrastructure_id, at } = end;
  const { state, version } = told(end);
  return {
    batch_id: place.batch_id,
    index: place.index,
    state,
    ...(version === undefined ? {} : { version }),
    ...(image === undefined || version === undefined ? {} : { image }),
    ...(digest === undefined || version === undefined ? {} : { digest }),
    ...(infrastructure_id === undefined ? {} : { infrastructure_id }),
    ...sameSubmitter(who),
    ...(health === undefined ? {} : { health }),
    since: at,
  };
};

const told = (end: End): Pick<Standing, 'state' | 'version'> => {
  const { status, reason, action, release_after, version } = end;
  const seen = release_after === undefined ? {} : { version: release_after };
  const asked = version === undefined ? {} : { version };
  if (status === 'SUCCESS')
    return action === 'delete' ? { state: 'deleted' } : { state: 'verified', ...asked, ...seen };
  if (status === 'UNKNOWN') return { state: 'unknown' };
  if (reason === restored || isPutBack(end)) return { state: 'restored', ...seen };
  return { state: 'failed', ...(leavesOpen.has(reason) ? {} : asked), ...seen };
};

/** It did not succeed, and the version seen running is not the requested one: a canary that was taken back. */
const isPutBack = ({ reason, action, release_after }: End): boolean =>
  action === undefined && release_after !== undefined && !leavesOpen.has(reason);
