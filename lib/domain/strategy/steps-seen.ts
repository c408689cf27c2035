import type { ChecksVerdict, Strategy } from './strategy.ts';

/** How far the canary is, from its object. */
export interface CanaryMarks {
  /** Index in `steps`, from 0: where it is, or where it is going. */
  readonly step: number;
  /** Its pods or its share of the traffic are not complete yet. */
  readonly isMoving: boolean;
  /** Milliseconds since 1970: since when it has been at the last step that it reached. Absent: none yet. */
  readonly since?: number;
}

export interface Health {
  readonly kind: 'healthy' | 'waiting' | 'failing';
  readonly message: string;
  /** For a failing one: another attempt would end the same way. */
  readonly isLasting?: boolean;
}

/** What the objects that move the traffic report. With replicas it follows from the pods. */
export interface TrafficSeen {
  /** `pending`: no report yet from what carries it out. `refused`: it does not accept it. */
  readonly kind: 'stands' | 'pending' | 'refused';
  /** Per cent requested for the canary. Below 0: it is not one of our shares. */
  readonly share: number;
  readonly message?: string;
}

export interface StepsSeen {
  readonly strategy: Strategy;
  readonly now: number;
  /** Current replicas of the old version. */
  readonly stable: number;
  /** Absent: this attempt has none. */
  readonly canary?: CanaryMarks;
  /** Pods requested for the canary. Absent: as its step needs them. */
  readonly pods?: number;
  readonly health: Health;
  readonly traffic: TrafficSeen;
  readonly checks: ChecksVerdict;
  /** A person has let it continue. */
  readonly hasProceeded: boolean;
}
