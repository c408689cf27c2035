/** What a check of the record may find. */
export const findingReasons = {
  AnchorMissing: 'An anchor is missing: the numbers have a gap, or the end that you kept is not there.',
  AnchorChanged: 'An anchor is not the one that the next one was chained to, or is not an anchor at all.',
  AnchorForged: 'An anchor was not signed by the key that it names.',
  KeyUnknown: 'An anchor was signed by a different key than earlier ones, or than those you know.',
  EventChanged: 'An event differs from what was chained.',
  EventMissing: 'An event of the feed is missing.',
  FeedRewritten: 'The feed is consistent, but it is not the one that was anchored.',
  EndCutOff: 'The feed ends before the event that was anchored as its last.',
  BatchMissing: 'A batch has an anchor, but no longer exists.',
  HistoryBroken: 'An event does not start where the previous one ended, or one in between is missing.',
  StateDiffers: 'An ended batch is not reported as its feed says.',
  NotAnchored: 'A batch ended, or got later events, and no anchor covers that.',
} as const;

export type FindingReason = keyof typeof findingReasons;

export interface Finding {
  readonly reason: FindingReason;
  readonly batch_id?: string;
  /** The anchor's sequence. */
  readonly anchor?: number;
  /** The event's number. */
  readonly number?: number;
  readonly message: string;
}
