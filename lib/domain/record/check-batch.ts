import type { Anchor } from './anchor.ts';
import { eventHash } from './chain.ts';
import { fewestDaysKept, keptSince } from './expiry.ts';
import type { Finding } from './finding.ts';

/** An event as it stands in the feed; `at` in milliseconds. */
export interface FeedEvent {
  readonly number: number;
  readonly at: number;
  readonly previous?: string;
  readonly hash: string;
  /** Something was left out for who asks, so that its own hash cannot be worked out. */
  readonly withheld?: string;
}

/** A batch as the record has it now, or that it has none. */
export interface RecordedBatch {
  readonly batch_id: string;
  /** False where there is no such batch. */
  readonly exists: boolean;
  /** Its record is not kept any more, as the server says. */
  readonly expired?: true;
  /** Absent while it is at work. */
  readonly ended_at?: number | undefined;
  /** The whole feed, in the order of its numbers. */
  readonly events: readonly FeedEvent[];
  /** Those that name this batch, in the order of their sequence. */
  readonly anchors: readonly Anchor[];
}

export interface CheckMoment {
  readonly now: number;
  /** When the first anchor of all was written; absent where there is none. */
  readonly begun: number | undefined;
}

/**
 * How much is proved of a batch without findings: all of it (`proved`), its chain alone because it is at work (`open`), has
 * just ended (`pending`) or ended before there were anchors (`unanchored`); or what could be looked at, because something was
 * left out of its events (`withheld`), or because its record was not to be kept any longer (`expired`).
 */
export type Proof = 'proved' | 'open' | 'pending' | 'unanchored' | 'withheld' | 'expired' | 'broken';

export interface CheckedBatch {
  readonly batch_id: string;
  readonly proof: Proof;
  readonly events: number;
  /** Number of the last event that is anchored. */
  readonly anchored?: number;
  readonly findings: readonly Finding[];
}

/** An anchor follows the end at once; a publisher that had to try again may take some minutes. */
const anchorTakes = 600_000;

/** Holds a batch against its own chain and against its anchors. */
export const checkBatch = (batch: RecordedBatch, moment: CheckMoment): CheckedBatch => {
  const { batch_id, events, anchors } = batch;
  const told = {
    batch_id,
    events: events.length,
    ...(anchors.length === 0 ? {} : { anchored: anchors.at(-1)!.number }),
  };
  if (batch.expired) {
    const findings = tooEarly(batch, moment);
    return { ...told, proof: findings.length > 0 ? 'broken' : 'expired', findings };
  }
  const findings = batch.exists ? [...checkChain(batch), ...checkEnds(batch)] : missing(batch);
  if (findings.length > 0) return { ...told, proof: 'broken', findings };
  const proof = proofOf(batch, moment);
  if (proof === 'broken') return { ...told, proof, findings: [notAnchored(batch)] };
  // Whoever can write the table can also see to it that something is left out.
  const isWithheld = events.some(({ withheld }) => withheld !== undefined);
  return { ...told, proof: isWithheld ? 'withheld' : proof, findings };
};

const missing = ({ batch_id, anchors }: RecordedBatch): readonly Finding[] => {
  const { sequence, number } = anchors.at(-1)!;
  const message = `There is no batch ${batch_id}; anchor ${sequence} says that it had ${number} events.`;
  return [{ reason: 'BatchMissing', batch_id, anchor: sequence, message }];
};

/** Whoever can write the table can write that a record has expired; not when its end was told. */
const tooEarly = ({ batch_id, anchors }: RecordedBatch, { now }: CheckMoment): readonly Finding[] => {
  const last = anchors.at(-1);
  if (last === undefined || last.at < keptSince(now, fewestDaysKept)) return [];
  const message = `Batch ${batch_id} is said to have expired; anchor ${last.sequence} says that this is less than ${fewestDaysKept} days after its end.`;
  return [{ reason: 'BatchMissing', batch_id, anchor: last.sequence, message }];
};

/** The first thing that is wrong in the chain: what comes behind it follows from it. */
const checkChain = ({ batch_id, events }: RecordedBatch): readonly Finding[] => {
  for (const [at, event] of events.entries()) {
    const number = at + 1;
    if (event.number !== number)
      return [{ reason: 'EventMissing', batch_id, number, message: `Event ${number} of the feed is not there.` }];
    const before = events[at - 1];
    if (event.previous !== before?.hash) {
      const message = `Event ${at} is not the one that event ${number} was chained to.`;
      return [{ reason: 'EventChanged', batch_id, number: at, message }];
    }
    if (event.withheld === undefined && eventHash(event) !== event.hash)
      return [{ reason: 'EventChanged', batch_id, number, message: `Event ${number} is not what was chained.` }];
  }
  return [];
};

const checkEnds = ({ batch_id, events, anchors }: RecordedBatch): readonly Finding[] =>
  anchors.flatMap(({ sequence, number, hash }): readonly Finding[] => {
    const about = { batch_id, anchor: sequence, number };
    const event = events.find((one) => one.number === number);
    if (event?.hash === hash) return [];
    if (event !== undefined) {
      const message = `Event ${number} has another hash than anchor ${sequence} says: the feed was written anew.`;
      return [{ reason: 'FeedRewritten', ...about, message }];
    }
    if (number < (events.at(-1)?.number ?? 0)) return []; // a gap, which the chain tells of
    const message = `The feed ends with event ${events.at(-1)?.number ?? 0}; anchor ${sequence} says that there were ${number}.`;
    return [{ reason: 'EndCutOff', ...about, message }];
  });

const proofOf = ({ ended_at, events, anchors }: RecordedBatch, { now, begun }: CheckMoment): Proof => {
  if (ended_at === undefined && anchors.length === 0) return 'open';
  const last = events.at(-1);
  if (last !== undefined && anchors.some(({ number }) => number === last.number)) return 'proved';
  const isNew = (at: number): boolean => at <= now + anchorTakes && at > now - anchorTakes;
  if (isNew(last?.at ?? ended_at ?? 0)) return 'pending';
  const isOlder = anchors.length === 0 && (begun === undefined || ended_at! < begun);
  return isOlder ? 'unanchored' : 'broken';
};

const notAnchored = ({ batch_id, events, anchors }: RecordedBatch): Finding => {
  const { number } = anchors.at(-1) ?? {};
  const last = events.at(-1)?.number ?? 0;
  const message =
    number === undefined
      ? `The batch has ended, and no anchor tells of it.`
      : `The feed has ${last} events, and no anchor tells of those after ${number}.`;
  return { reason: 'NotAnchored', batch_id, number: last, message };
};
