import { isSamePlace, type Place } from '../../domain/schedule/place.ts';
import { type Submitter, sameSubmitter, submitterOf } from '../../domain/targets/submitter.ts';
import type { TargetRow } from '../../domain/targets/target-row.ts';
import { lookForBatch } from '../batch/find-batch.ts';
import type { Deps } from '../deps.ts';

/**
 * Who submitted a batch. NOW has it if it is about the same deployment, because a start copied it there. Otherwise the
 * batch has it.
 */
export const readSubmitter = async (
  deps: Pick<Deps, 'table'>,
  now: TargetRow | undefined,
  place: Place,
): Promise<Submitter | undefined> => {
  if (now?.by !== undefined && isSamePlace(now, place)) return sameSubmitter(now);
  const header = await lookForBatch(deps, place.batch_id);
  return header === undefined ? undefined : submitterOf(header);
};
