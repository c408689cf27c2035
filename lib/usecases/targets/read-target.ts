import type { AskedBy, Deps } from '../deps.ts';
import { findOneTarget, type TargetNames } from './find-one-target.ts';
import { readTargetHolds } from './target-holds.ts';
import { type TargetView, viewTarget } from './target-view.ts';

/** What runs at one target. Throws TargetNotFound. */
export const readOneTarget = async (
  deps: Pick<Deps, 'table' | 'documents' | 'clock' | 'catalogue'> & AskedBy,
  names: TargetNames,
): Promise<TargetView> => {
  const row = await findOneTarget(deps, names);
  const holdsOf = await readTargetHolds(deps);
  return viewTarget(row, holdsOf(row.target));
};
