/** What the check of the record may find wrong. */
export const findingReasons = {
  AnchorMissing: 'An anchor has gone: their numbers have a gap, or the end that you have kept is not there.',
  AnchorChanged: 'An anchor is not the one that the next one was chained to, or is none at all.',
  AnchorForged: 'An anchor was not signed by the key that it names.',
  KeyUnknown: 'An anchor was signed by another key than those before, or than those that you know.',
  EventChanged: 'An event is not what was chained.',
  EventMissing: 'An event of the feed has gone.',
  FeedRewritten: 'The feed is whole in itself, but it is not the one that was anchored.',
  EndCutOff: 'The feed ends before the event that was anchored as its last.',
  BatchMissing: 'A batch has an anchor, and there is no such batch any more.',
  HistoryBroken: 'An event does not begin where the one before it has ended, or one between them has gone.',
  StateDiffers: 'What is told of a batch that has ended is not what its feed leads to.',
  NotAnchored: 'A batch has ended, or was told more of later, and no anchor says so.',
} as const;

export type FindingReason = keyof typeof findingReasons;

export interface Finding {
  readonly reason: FindingReason;
  readonly batch_id?: string;
  /** Sequence of the anchor. */
  readonly anchor?: number;
  /** Number of the event. */
  readonly number?: number;
  readonly message: string;
}
