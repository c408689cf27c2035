import type { Anchor } from './anchor.ts';
import { eventHash } from './chain.ts';
import { fewestDaysKept, keptSince } from './expiry.ts';
import type { Finding } from './finding.ts';

/** An event in the feed; `at` in milliseconds. */
export interface FeedEvent {
  readonly number: number;
  readonly at: number;
  readonly previous?: string;
  readonly hash: string;
  /** Something was left out for this reader, so its hash cannot be recomputed. */
  readonly withheld?: string;
}

/** A batch as the record has it now, or the fact that it has none. */
export interface RecordedBatch {
  readonly batch_id: string;
  /** False if there is no such batch. */
  readonly exists: boolean;
  /** The server says that its record is no longer kept. */
  readonly expired?: true;
  /** Absent while it runs. */
  readonly ended_at?: number | undefined;
  /** The whole feed, in order of its numbers. */
  readonly events: readonly FeedEvent[];
  /** The anchors of this batch, in order of their sequence. */
  readonly anchors: readonly Anchor[];
}

export interface CheckMoment {
  readonly now: number;
  /** When the very first anchor was written; absent if there is none. */
  readonly begun: number | undefined;
}

/**
 * How much is proved about a batch without findings. `proved`: everything. Only its chain, because it runs (`open`),
 * has just ended (`pending`) or ended before there were anchors (`unanchored`). Only what could be checked, because
 * events have parts left out (`withheld`) or its record has expired (`expired`).
 */
export type Proof = 'proved' | 'open' | 'pending' | 'unanchored' | 'withheld' | 'expired' | 'broken';

export interface CheckedBatch {
  readonly batch_id: string;
  readonly proof: Proof;
  readonly events: number;
  /** Number of the last anchored event. */
  readonly anchored?: number;
  readonly findings: readonly Finding[];
}

/** An anchor follows the end at once. If the publisher has to retry, it may take some minutes. */
const anchorTakes = 600_000;

/** Checks a batch against its own chain and its anchors. */
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
  // Anyone who can write the table can also cause parts to be left out.
  const isWithheld = events.some(({ withheld }) => withheld !== undefined);
  return { ...told, proof: isWithheld ? 'withheld' : proof, findings };
};

const missing = ({ batch_id, anchors }: RecordedBatch): readonly Finding[] => {
  const { sequence, number } = anchors.at(-1)!;
  const message = `There is no batch ${batch_id}; anchor ${sequence} says that it had ${number} events.`;
  return [{ reason: 'BatchMissing', batch_id, anchor: sequence, message }];
};

/** Anyone who can write the table can mark a record as expired, but cannot change the end time in its anchor. */
const tooEarly = ({ batch_id, anchors }: RecordedBatch, { now }: CheckMoment): readonly Finding[] => {
  const last = anchors.at(-1);
  if (last === undefined || last.at < keptSince(now, fewestDaysKept)) return [];
  const message = `Batch ${batch_id} is marked as expired; anchor ${last.sequence} says that this is less than ${fewestDaysKept} days after its end.`;
  return [{ reason: 'BatchMissing', batch_id, anchor: last.sequence, message }];
};

/** The first break in the chain. Later breaks follow from it. */
const checkChain = ({ batch_id, events }: RecordedBatch): readonly Finding[] => {
  for (const [at, event] of events.entries()) {
    const number = at + 1;
    if (event.number !== number)
      return [{ reason: 'EventMissing', batch_id, number, message: `Event ${number} of the feed is missing.` }];
    const before = events[at - 1];
    if (event.previous !== before?.hash) {
      const message = `Event ${at} is not the one that event ${number} was chained to.`;
      return [{ reason: 'EventChanged', batch_id, number: at, message }];
    }
    if (event.withheld === undefined && eventHash(event) !== event.hash)
      return [{ reason: 'EventChanged', batch_id, number, message: `Event ${number} differs from what was chained.` }];
  }
  return [];
};

const checkEnds = ({ batch_id, events, anchors }: RecordedBatch): readonly Finding[] =>
  anchors.flatMap(({ sequence, number, hash }): readonly Finding[] => {
    const about = { batch_id, anchor: sequence, number };
    const event = events.find((one) => one.number === number);
    if (event?.hash === hash) return [];
    if (event !== undefined) {
      const message = `Event ${number} has a different hash than in anchor ${sequence}: the feed was rewritten.`;
      return [{ reason: 'FeedRewritten', ...about, message }];
    }
    if (number < (events.at(-1)?.number ?? 0)) return []; // a gap, which checkChain reports
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
      ? `The batch has ended, but no anchor records it.`
      : `The feed has ${last} events, but no anchor covers those after ${number}.`;
  return { reason: 'NotAnchored', batch_id, number: last, message };
};
