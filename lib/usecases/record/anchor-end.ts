import { FlotillaError } from '../../domain/errors.ts';
import type { Write } from '../../domain/ports.ts';
import {
  type Anchor,
  anchorHash,
  anchorText,
  parseAnchor,
  type Statement,
  statementText,
} from '../../domain/record/anchor.ts';
import { keys } from '../../domain/record/keys.ts';
import { itemOf, rowOf } from '../../domain/record/rows.ts';
import type { Deps } from '../deps.ts';
import { retryConflict } from '../retry-conflict.ts';

type Needs = Pick<Deps, 'table' | 'clock' | 'random' | 'anchors' | 'signer'>;

/** The end of a feed, as the table has it. */
export interface FeedHead {
  readonly last: number;
  readonly hash: string;
  /** Whether the end of the batch is among the events. Feeds from before anchors don't say. */
  readonly ended?: boolean;
}

/**
 * The last anchor that the table knows: where to look for the next. The table is not trusted with it; the anchor is
 * looked up.
 */
interface AnchorsHead {
  readonly sequence: number;
  readonly hash: string;
}

/** Anchors taken over in one transaction, each with a row for its batch. */
const takenAtOnce = 50;

/**
 * Anchors the end of a batch's feed outside the table, once per end, as the next link in the one chain of anchors. The
 * first caller writes the next number; the second reads on from there. For each batch the table keeps what was
 * anchored. An anchor that the table does not know yet, because its writer died, is recorded too before the head moves
 * on. So the same end is never anchored twice, however often its events come.
 */
export const anchorEnd = (deps: Needs, batchId: string): Promise<void> =>
  retryConflict(deps, async () => {
    const [feed, anchored] = await Promise.all([
      deps.table.get(keys.feedHead(batchId)),
      deps.table.get(keys.anchored(batchId)),
    ]);
    const end = rowOf<FeedHead>(feed);
    if (end?.ended !== true || rowOf<{ readonly number: number }>(anchored)?.number === end.last) return;
    const { head, tip, isKnown } = await readOn(deps, { batch_id: batchId, number: end.last, hash: end.hash });
    if (isKnown) return;
    const anchor = await signed(deps, {
      version: 1,
      sequence: tip.sequence + 1,
      batch_id: batchId,
      number: end.last,
      hash: end.hash,
      at: Math.trunc(deps.clock.now()),
      ...(tip.sequence === 0 ? {} : { previous: tip.hash }),
      public_key: await deps.signer.publicKey(),
    });
    // What was published outside cannot be taken back, so it must not be lost here.
    await deps.table.synced();
    const isFirst = await deps.anchors.put(anchor.sequence, anchorText(anchor));
    if (!isFirst) throw new FlotillaError('ConditionFailed', `anchor ${anchor.sequence} was written by somebody else`);
    await takeOver(deps, head, [{ sequence: anchor.sequence, text: anchorText(anchor) }]);
  });

const signed = async ({ signer }: Needs, statement: Statement): Promise<Anchor> => ({
  ...statement,
  signature: await signer.sign(statementText(statement)),
});

interface Found {
  readonly sequence: number;
  readonly text: string;
}

interface Tip {
  readonly head: AnchorsHead | undefined;
  /** The last anchor; 0 if there is none. */
  readonly tip: AnchorsHead;
  /** Whether an anchor found on the way covers this end. */
  readonly isKnown: boolean;
}

type End = Pick<Anchor, 'batch_id' | 'number' | 'hash'>;

/** Goes from the head to the last anchor, and takes over what the table did not know. */
const readOn = async (deps: Needs, end: End): Promise<Tip> => {
  let isKnown = false;
  for (;;) {
    const head = rowOf<AnchorsHead>(await deps.table.get(keys.anchorsHead));
    const start = await believed(deps, head);
    const found = await readAfter(deps, start.sequence);
    if (found.length === 0) return { head, tip: start, isKnown };
    await takeOver(deps, head, found);
    isKnown ||= found.some(({ text }) => tellsOf(parseAnchor(text), end));
  }
};

const tellsOf = (anchor: Anchor | undefined, { batch_id, number, hash }: End): boolean =>
  anchor?.batch_id === batch_id && anchor.number === number && anchor.hash === hash;

/** The head, if the anchors confirm it. Otherwise reads them from the beginning. */
const believed = async ({ anchors }: Needs, head: AnchorsHead | undefined): Promise<AnchorsHead> => {
  const text = head === undefined ? undefined : await anchors.get(head.sequence);
  return text !== undefined && anchorHash(text) === head!.hash ? head! : { sequence: 0, hash: '' };
};

const readAfter = async ({ anchors }: Needs, after: number): Promise<readonly Found[]> => {
  const found: Found[] = [];
  while (found.length < takenAtOnce) {
    const sequence = after + found.length + 1;
    const text = await anchors.get(sequence);
    if (text === undefined) break;
    found.push({ sequence, text });
  }
  return found;
};

/** Moves the head on, and records what is anchored for each batch on the way. */
const takeOver = async ({ table }: Needs, head: AnchorsHead | undefined, found: readonly Found[]): Promise<void> => {
  const last = found.at(-1)!;
  const next: AnchorsHead = { sequence: last.sequence, hash: anchorHash(last.text) };
  const numbers = new Map<string, number>();
  for (const { text } of found) {
    const anchor = parseAnchor(text);
    if (anchor !== undefined) numbers.set(anchor.batch_id, anchor.number);
  }
  const writes: readonly Write[] = [...numbers].map(([batchId, number]) => ({
    put: itemOf(keys.anchored(batchId), { number }),
  }));
  await table.transact([
    {
      put: itemOf(keys.anchorsHead, next),
      when: head === undefined ? { exists: false } : { equals: { sequence: head.sequence, hash: head.hash } },
    },
    ...writes,
  ]);
};
