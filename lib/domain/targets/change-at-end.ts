import { actingOf, askedFor } from '../plan/action.ts';
import type { ChangeRow } from '../record/index-rows.ts';
import { type Ended, isUnchanged, standingOfEnd } from './next-now.ts';
import { sameSubmitter } from './submitter.ts';

/**
 * The change of a target that an outcome, or a later `resolve`, makes; undefined if it has certainly changed nothing.
 */
export const changeAtEnd = (ended: Ended): ChangeRow | undefined => {
  const { planned, item, outcome, who = {} } = ended;
  if (isUnchanged(item, outcome)) return undefined;
  const { version: after, since: at } = standingOfEnd(ended);
  const { status, reason, release_before: before, digest, resolved_by } = outcome;
  return {
    target: planned.target,
    batch_id: item.batch_id,
    index: item.index,
    status,
    reason,
    version: askedFor(planned, planned.docker_image_version),
    ...actingOf(planned),
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    ...(digest === undefined ? {} : { digest }),
    ...sameSubmitter(who),
    ...(resolved_by === undefined ? {} : { resolved_by }),
    at,
  };
};
