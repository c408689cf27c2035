import { deploys } from '../../domain/plan/action.ts';
import type { KeptDeployment } from '../../domain/plan/kept-deployment.ts';
import { partsOfTarget } from '../../domain/plan/lock-names.ts';
import type { Write } from '../../domain/ports.ts';
import type { ChangeRow } from '../../domain/record/index-rows.ts';
import { keys } from '../../domain/record/keys.ts';
import { type ItemRow, itemOf } from '../../domain/record/rows.ts';
import { changeAtEnd } from '../../domain/targets/change-at-end.ts';
import { type Ended, nowAtEnd } from '../../domain/targets/next-now.ts';
import type { Deps } from '../deps.ts';
import { lastOutcomeWrites, releaseWrites, type Seen } from '../schedule/release-writes.ts';
import { nowWrites } from './now-writes.ts';
import { readTarget } from './read-now.ts';
import { readSubmitter } from './read-submitter.ts';

export interface EndedHere extends Ended {
  readonly planned: KeptDeployment;
  readonly item: ItemRow;
  /** What was seen to run. Absent if nobody has looked. */
  readonly seen?: Seen;
}

/**
 * The effects of an outcome on its target, for its transaction: what runs there now, the change, and the release or bad
 * end. Reads nothing for a deployment that never requested a run.
 */
export const endWrites = async (deps: Pick<Deps, 'table' | 'ids'>, ended: EndedHere): Promise<readonly Write[]> => {
  const { planned, item, outcome, seen = {}, at = outcome.ended_at } = ended;
  if (item.runs.length === 0 && outcome.status !== 'SUCCESS') return [];
  const { row, now } = await readTarget(deps, planned.target);
  const who = await readSubmitter(deps, now, item);
  const told = { ...ended, who };
  const { batch_id, index } = item;
  return [
    ...nowWrites(planned.target, row, nowAtEnd(now, told)),
    ...changeWrites(changeAtEnd(told)),
    ...(outcome.status === 'SUCCESS' && deploys(planned)
      ? releaseWrites(planned, { place: { batch_id, index }, at, id: deps.ids.next(), seen, who })
      : lastOutcomeWrites(planned, { ...item, ...containersOf(seen) }, outcome, at)),
  ];
};

const containersOf = ({ containers }: Seen): Pick<Seen, 'containers'> =>
  containers === undefined ? {} : { containers };

/** Writes into the environment's list of changes, and into the target's own if there is no release. */
export const changeWrites = (change: ChangeRow | undefined): readonly Write[] => {
  if (change === undefined) return [];
  const listed: Write = { put: itemOf(keys.change(environmentOf(change), change), change) };
  return change.status === 'SUCCESS' && deploys(change)
    ? [listed]
    : [listed, { put: itemOf(keys.targetOutcome(change.target, change), change) }];
};

const environmentOf = ({ target }: ChangeRow): string => partsOfTarget(target).environment;
