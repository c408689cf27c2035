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
  /** How it ended. */
  readonly status: Status;
  readonly reason: string;
  /** The requested version. */
  readonly version: string;
  readonly action?: 'delete' | 'scale';
  readonly replicas?: number;
  /** What ran before and what runs since, as far as known. */
  readonly before?: string;
  readonly after?: string;
  readonly digest?: string;
  readonly batch_id: string;
  /** Index in the batch's plan. */
  readonly index: number;
  /** Who submitted the batch, and their name. */
  readonly by?: string;
  readonly by_name?: string;
  /** Who resolved it, if its outcome was UNKNOWN. */
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
