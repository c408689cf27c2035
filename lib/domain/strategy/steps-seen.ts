import type { ChecksVerdict, Strategy } from './strategy.ts';

/** How far the canary is, as its object says it. */
export interface CanaryMarks {
  /** Place in `steps`, from 0: where it is, or where it goes. */
  readonly step: number;
  /** Its pods are not all there yet, or its share of the traffic is not. */
  readonly isMoving: boolean;
  /** Milliseconds since 1970: since when the last step that was reached stands. Absent: none was. */
  readonly since?: number;
}

export interface Health {
  readonly kind: 'healthy' | 'waiting' | 'failing';
  readonly message: string;
  /** Of one that is failing: another attempt would come to the same. */
  readonly isLasting?: boolean;
}

/** What the objects that move the traffic say. By replicas it follows from the pods. */
export interface TrafficSeen {
  /** `pending`: what carries it out has not said anything of it yet. `refused`: it does not take it. */
  readonly kind: 'stands' | 'pending' | 'refused';
  /** Per cent that are asked for the canary. Less than 0: it is no share of ours. */
  readonly share: number;
  readonly message?: string;
}

export interface StepsSeen {
  readonly strategy: Strategy;
  readonly now: number;
  /** Replicas of the old version, as they are now. */
  readonly stable: number;
  /** Absent: there is none of this attempt. */
  readonly canary?: CanaryMarks;
  /** Pods that are asked for the canary. Absent: as its step wants them. */
  readonly pods?: number;
  readonly health: Health;
  readonly traffic: TrafficSeen;
  readonly checks: ChecksVerdict;
  /** A person has let it go on. */
  readonly hasProceeded: boolean;
}
