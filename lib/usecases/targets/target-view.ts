import type { DriftMark } from '../../domain/drift/drift-mark.ts';
import type { FieldDrift } from '../../domain/drift/object-drift.ts';
import { partsOfTarget } from '../../domain/plan/lock-names.ts';
import { present } from '../../domain/present.ts';
import type { Adoption, Standing, TargetRow, TargetState } from '../../domain/targets/target-row.ts';
import { isoTime } from '../iso-time.ts';

/** What runs at a target and who deployed it, as the API shows it. */
export interface StandingView {
  readonly state: TargetState;
  /** Present while a delete or scale is changing it. */
  readonly action?: 'delete' | 'scale';
  readonly replicas?: number;
  /** Absent if unknown. */
  readonly version?: string;
  readonly image?: string;
  /** The digest seen to run, reported by all pods that report one. */
  readonly digest?: string;
  readonly since: string;
  readonly batch_id: string;
  /** Index in the batch's plan. */
  readonly index: number;
  readonly infrastructure_id?: string;
  /** Who submitted the batch, and their name. */
  readonly by?: string;
  readonly by_name?: string;
  /** The health when it was last checked. */
  readonly health?: HealthSeen;
  /** While its state is `adopted`: who adopted what runs. */
  readonly adopted?: Omit<Adoption, 'objects'>;
}

export interface HealthSeen {
  readonly healthy: boolean;
  readonly reason: string;
  readonly at: string;
}

/** Says that somebody has changed it since it was deployed. */
export interface DriftView {
  /** When a survey first saw it. */
  readonly since: string;
  /** How many fields differ from what was deployed. */
  readonly count: number;
  /** The first ten of them. */
  readonly fields: readonly FieldDrift[];
}

export interface TargetView extends StandingView {
  /** `pillar/service_name`. */
  readonly key: string;
  readonly environment: string;
  readonly cluster: string;
  /** While it is changing: the batch at work there. */
  readonly in_work?: string;
  /**
   * The ids of at most three holds, oldest first, that would keep a deployment from its turn there. Absent if there are
   * none.
   */
  readonly held?: readonly string[];
  /** While it is changing: what was there before. Absent if there was nothing. */
  readonly before?: StandingView;
  readonly drift?: DriftView;
}

export const viewTarget = (row: TargetRow, held: readonly string[] = []): TargetView => {
  const { environment, cluster, pillar, service } = partsOfTarget(row.target);
  return {
    key: `${pillar}/${service}`,
    environment,
    cluster,
    ...viewStanding(row),
    ...(row.state === 'changing' ? { in_work: row.batch_id } : {}),
    ...(held.length === 0 ? {} : { held }),
    ...(row.before === undefined ? {} : { before: viewStanding(row.before) }),
    ...(row.drift === undefined ? {} : { drift: viewDrift(row.drift) }),
  };
};

const viewDrift = ({ since, count, fields }: DriftMark): DriftView => ({ since: isoTime(since), count, fields });

const optional = ['action', 'replicas', 'version', 'image', 'digest', 'infrastructure_id', 'by', 'by_name'] as const;

const viewStanding = (standing: Standing): StandingView => {
  const { state, since, batch_id, index, health, adopted } = standing;
  return {
    state,
    ...present(standing, optional),
    ...(adopted === undefined ? {} : { adopted: present(adopted, ['by', 'by_name', 'reason']) }),
    since: isoTime(since),
    batch_id,
    index,
    ...(health === undefined ? {} : { health: { ...health, at: isoTime(health.at) } }),
  };
};
