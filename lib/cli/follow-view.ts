import type { BatchView } from '../usecases/batch/read-batch.ts';
import type { EventView } from '../usecases/record/follow-feed.ts';
import type { LiveDeployment } from './live-deployment.ts';

/** What is shown while following a batch. */
export interface FollowView {
  /** It changes in place, and shows more than events. */
  readonly isLive: boolean;
  /** The batch itself, if the view is live. */
  about(batch: BatchView): void;
  /** The deployments: at the start, when the plan is known, and at the end. */
  begin(deployments: readonly LiveDeployment[]): void;
  event(event: EventView): void;
  /** After a page of events. */
  show(): void;
  /** The part of the plan with the waiting deployments on screen. What they wait for changes without an event. */
  waiting(): PlanRange | undefined;
  /** It shows skipped deployments whose root cause is not known yet. */
  isUnexplained(): boolean;
  /** Takes newly read deployments. */
  update(deployments: readonly LiveDeployment[]): void;
  /** Leaves the current lines in place, so that other text can follow. */
  settle(): void;
  end(): void;
}

export interface PlanRange {
  /** Index in the plan where it begins. */
  readonly from: number;
  readonly limit: number;
}
