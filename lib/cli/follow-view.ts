import type { BatchView } from '../usecases/batch/read-batch.ts';
import type { EventView } from '../usecases/record/follow-feed.ts';
import type { LiveDeployment } from './live-deployment.ts';

/** What is shown while a batch is followed. */
export interface FollowView {
  /** It changes in place, and shows more than events tell. */
  readonly isLive: boolean;
  /** The batch itself, where the view is live. */
  about(batch: BatchView): void;
  /** What there is; once more when the plan is known, and at the end. */
  begin(deployments: readonly LiveDeployment[]): void;
  event(event: EventView): void;
  /** After a page of events. */
  show(): void;
  /** The part of the plan in which those are that wait and are shown; what they wait for changes without an event. */
  waiting(): PlanRange | undefined;
  /** It shows skipped deployments and does not know yet which failure they go back to. */
  isUnexplained(): boolean;
  /** Takes what was read of some of them. */
  update(deployments: readonly LiveDeployment[]): void;
  /** Leaves what is shown where it is, so that something else can be written below. */
  settle(): void;
  end(): void;
}

export interface PlanRange {
  /** Place in the plan where it begins. */
  readonly from: number;
  readonly limit: number;
}
