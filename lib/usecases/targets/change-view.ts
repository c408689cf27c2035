import type { Status } from '../../domain/deployment/status.ts';
import { partsOfTarget } from '../../domain/plan/lock-names.ts';
import { present } from '../../domain/present.ts';
import type { ChangeRow } from '../../domain/record/index-rows.ts';
import { isoTime } from '../iso-time.ts';

/** A change of a target, as the API shows it. */
export interface ChangeView {
  readonly at: string;
  /** `pillar/service_name`. */
  readonly key: string;
  readonly environment: string;
  readonly cluster: string;
  /** What came of it. */
  readonly status: Status;
  readonly reason: string;
  /** What was asked for. */
  readonly version: string;
  readonly action?: 'delete' | 'scale';
  readonly replicas?: number;
  /** What ran before and what runs since, as far as anybody can say. */
  readonly before?: string;
  readonly after?: string;
  readonly digest?: string;
  readonly batch_id: string;
  /** Place in the plan of that batch. */
  readonly index: number;
  /** Who submitted that batch, and the name they go by. */
  readonly by?: string;
  readonly by_name?: string;
  /** Who said what became of it, where nobody could tell at first. */
  readonly resolved_by?: string;
}

const told = ['action', 'replicas', 'before', 'after', 'digest', 'by', 'by_name', 'resolved_by'] as const;

export const viewChange = (row: ChangeRow): ChangeView => {
  const { at, target, status, reason, version, batch_id, index } = row;
  const { environment, cluster, pillar, service } = partsOfTarget(target);
  return {
    ...{ at: isoTime(at), key: `${pillar}/${service}`, environment, cluster },
    ...{ status, reason, version, batch_id, index },
    ...present(row, told),
  };
};
