/** What a hold is on: all that are named must fit. One that names nothing is on everything. */
export interface HoldScope {
  readonly environment?: string;
  readonly pillar?: string;
  /** `pillar/service_name`, or `service_name` of any pillar. */
  readonly service?: string;
  readonly cluster?: string;
  readonly batch?: string;
  /** The account, of a circuit. */
  readonly executor?: string;
}

/** Keeps what has not started from its turn, until it is lifted or over. */
export interface Hold {
  readonly id: string;
  /** `circuit`: nobody asked for it, an executor or a cluster does not answer. */
  readonly kind: 'pause' | 'circuit';
  readonly scope: HoldScope;
  /** Rollbacks wait, too. */
  readonly rollbacks: boolean;
  readonly reason: string;
  /** Who asked for it, or the part of Flotilla that did. */
  readonly by: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** When it ends by itself. */
  readonly until?: number;
  /** Of a circuit. */
  readonly circuit?: Circuit;
}

export interface Circuit {
  /** How often it was open since there was an answer: each time it stays open for twice as long. */
  readonly opened: number;
  /** What was seen: the last thing that was asked for, and what came back. */
  readonly seen: string;
  /** When that was. An answer from before does not close it. */
  readonly seen_at: number;
  /** Its hold is over, and one start or look is let through: until that has had an answer the limit is 1. */
  readonly trying?: true;
  /** The deployment that is let through. */
  readonly tried_by?: { readonly batch_id: string; readonly index: number };
}

/** `DISPATCHER/HOLD#<id>`, written by the dispatcher only. `seq` is that of its last event in the stage's feed: each has a greater one. */
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
