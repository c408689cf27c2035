/** What a hold applies to. All named parts must match. One that names nothing applies to everything. */
export interface HoldScope {
  readonly environment?: string;
  readonly pillar?: string;
  /** `pillar/service_name`, or `service_name` in any pillar. */
  readonly service?: string;
  readonly cluster?: string;
  readonly batch?: string;
  /** The account; only for a circuit. */
  readonly executor?: string;
}

/** Keeps deployments that have not started from their turn, until it is lifted or ends. */
export interface Hold {
  readonly id: string;
  /** `circuit`: set by Flotilla itself, because an executor or a cluster does not answer. */
  readonly kind: 'pause' | 'circuit';
  readonly scope: HoldScope;
  /** Rollbacks wait too. */
  readonly rollbacks: boolean;
  readonly reason: string;
  /** The person who asked for it, or the part of Flotilla that set it. */
  readonly by: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** When it ends by itself. */
  readonly until?: number;
  /** Only for a circuit. */
  readonly circuit?: Circuit;
}

export interface Circuit {
  /** How often it opened since the last answer. Each time it stays open twice as long. */
  readonly opened: number;
  /** What was seen: the last request, and what came back. */
  readonly seen: string;
  /** When that was. An earlier answer does not close it. */
  readonly seen_at: number;
  /** Its hold is over, and one start or look goes through. The limit stays 1 until that one gets an answer. */
  readonly trying?: true;
  /** The deployment that goes through. */
  readonly tried_by?: { readonly batch_id: string; readonly index: number };
}

/**
 * `DISPATCHER/HOLD#<id>`, written only by the dispatcher. `seq` is its last event's number in the stage's feed, and
 * only grows.
 */
export interface HoldRow extends Hold {
  readonly seq: number;
  /** When that was. */
  readonly changed_at: number;
}

/** `DISPATCHER/OUTAGE#<executor:… or cluster:…>`: when it did not answer, before its circuit opens. */
export interface OutageRow {
  readonly name: string;
  readonly at: readonly number[];
}
