import type { Acting } from '../plan/action.ts';
import type { Outcome } from '../record/rows.ts';
import type { Place } from '../schedule/place.ts';
import { type Submitter, sameSubmitter } from './submitter.ts';
import type { SeenHealth, Standing } from './target-row.ts';

/** How a deployment ended that has changed its target, or may have. */
export interface End extends Pick<Outcome, 'status' | 'reason'>, Pick<Acting, 'action'> {
  readonly place: Place;
  /** The version that was asked for; of a scale the one that stood there. */
  readonly version: string | undefined;
  /** The version that was seen to run at the end; absent when nobody can say. */
  readonly release_after?: string | undefined;
  /** What was seen to run: of a success, or of what was put back. */
  readonly image?: string | undefined;
  /** By which it ran. */
  readonly digest?: string | undefined;
  /** How it was then, where its rollout was judged. */
  readonly health?: SeenHealth | undefined;
  readonly who?: Submitter | undefined;
  readonly infrastructure_id?: string | undefined;
  readonly at: number;
}

/** What a restore that was verified is recorded with. */
const restored = 'RestoredPreviousRelease';

/**
 * After these nobody can say which version runs, unless it was seen: a restore may have got half way, what stands there is
 * somebody else's, or a person has said no more than that it failed.
 */
const leavesOpen: ReadonlySet<string> = new Set(['RestoreFailed', 'Superseded', 'ResolvedByOperator']);

/** What stands at a target after that: what was seen; else, where nothing was put back, the version that was asked for. */
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

/** It did not end well, and what was seen to run is not what it asked for: a canary that was taken back. */
const isPutBack = ({ reason, action, release_after }: End): boolean =>
  action === undefined && release_after !== undefined && !leavesOpen.has(reason);
