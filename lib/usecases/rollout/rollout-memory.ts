import type { HealthState } from '../../domain/health/health-schedule.ts';
import type { Cluster, WorkloadView } from '../../domain/ports.ts';
import type { RolloutWatchRow } from '../../domain/record/watch-rows.ts';
import type { Finding, Progress } from '../../domain/rollout/judgement.ts';
import type { Unblocked } from './unblock.ts';

/** What an observer remembers of a rollout between two looks. */
export interface RolloutMemory {
  progress?: Progress;
  /** When it was last looked at. */
  seenAt?: number;
  /** Since when its cluster cannot be asked about it. */
  unseenSince?: number;
  unblocked?: Unblocked;
  health?: HealthState;
  healthDue?: number;
  last?: Pick<Finding, 'reason' | 'message' | 'evidence' | 'warnings'>;
}

export interface Observation {
  readonly row: RolloutWatchRow;
  readonly cluster: Cluster;
  readonly view: WorkloadView;
  readonly memory: RolloutMemory;
}
