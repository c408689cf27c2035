import { partsOfTarget } from '../../domain/plan/lock-names.ts';
import type { Standing, TargetRow, TargetState } from '../../domain/targets/target-row.ts';
import { isoTime } from '../iso-time.ts';

/** What runs at a target, and whose deployment that was, as the API shows it. */
export interface StandingView {
  readonly state: TargetState;
  /** Absent where nobody can say. */
  readonly version?: string;
  readonly image?: string;
  readonly since: string;
  readonly batch_id: string;
  /** Place in the plan of that batch. */
  readonly index: number;
  readonly infrastructure_id?: string;
}

export interface TargetView extends StandingView {
  /** `pillar/service_name`. */
  readonly key: string;
  readonly environment: string;
  readonly cluster: string;
  /** While it is changing: what was there before. Absent then where nothing was. */
  readonly before?: StandingView;
}

export const viewTarget = (row: TargetRow): TargetView => {
  const { environment, cluster, pillar, service } = partsOfTarget(row.target);
  const before = row.before === undefined ? {} : { before: viewStanding(row.before) };
  return { key: `${pillar}/${service}`, environment, cluster, ...viewStanding(row), ...before };
};

const viewStanding = ({
  state,
  version,
  image,
  since,
  batch_id,
  index,
  infrastructure_id,
}: Standing): StandingView => ({
  state,
  ...(version === undefined ? {} : { version }),
  ...(image === undefined ? {} : { image }),
  since: isoTime(since),
  batch_id,
  index,
  ...(infrastructure_id === undefined ? {} : { infrastructure_id }),
});
