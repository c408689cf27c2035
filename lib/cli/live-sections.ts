import type { Status } from '../domain/deployment/status.ts';
import { cutToWidth } from './column-width.ts';
import type { LiveDeployment } from './live-deployment.ts';
import { groupRow, liveRows, type RowLook } from './live-rows.ts';

/** A part of the view, most urgent first. */
interface Section {
  /** A summary of those without room: `12 waiting`. */
  readonly word: string;
  readonly blocks: readonly Block[];
}

interface Block {
  /** Its deployments. */
  readonly count: number;
  readonly lines: readonly string[];
}

type SectionName = 'failed' | 'kept' | 'work' | 'waiting' | 'done';

const sectionOf: Readonly<Record<Status, SectionName>> = {
  FAILED: 'failed',
  UNKNOWN: 'failed',
  SKIPPED: 'kept',
  CANCELLED: 'kept',
  PROCESSING: 'work',
  PENDING: 'waiting',
  SUCCESS: 'done',
  ROLLBACK: 'done',
};

/** What failed, what it held back, what is in work, what waits, what is done: as many lines as fit. */
export const sectionLines = (
  deployments: readonly LiveDeployment[],
  look: RowLook,
  room: number,
): readonly string[] => {
  if (room < 1) return [];
  const of = Map.groupBy(deployments, ({ status }) => sectionOf[status] ?? 'work');
  const failed = of.get('failed') ?? [];
  const kept = of.get('kept') ?? [];
  const work = (of.get('work') ?? []).toSorted(byTime('started_at'));
  const waiting = of.get('waiting') ?? [];
  const done = (of.get('done') ?? []).toSorted(byTime('ended_at')).reverse();
  // Lays out only as many as there are lines, and all together, so that their columns align.
  const some = [failed, work, waiting, done].map((ones) => ones.slice(0, room));
  const rows = liveRows(some.flat(), look).map((lines) => ({ count: 1, lines }));
  const ends = some.map((_, at) => some.slice(0, at + 1).flat().length);
  const [ofFailed, ofWork, ofWaiting, ofDone] = ends.map((end, at) => rows.slice(ends[at - 1] ?? 0, end));
  const { shown, hidden } = filled(
    [
      { word: 'failed', blocks: ofFailed!, total: failed.length },
      { word: 'not started', blocks: keptBlocks(kept, look), total: kept.length },
      { word: 'in work', blocks: ofWork!, total: work.length },
      { word: 'waiting', blocks: ofWaiting!, total: waiting.length },
      { word: 'done', blocks: ofDone!, total: done.length },
    ],
    room,
  );
  return [...shown, ...(hidden.length === 0 ? [] : [cutToWidth(`not shown: ${hidden.join(', ')}`, look.columns)])];
};

const never = '1970-01-01T00:00:00Z';

const byTime =
  (name: 'started_at' | 'ended_at') =>
  (a: LiveDeployment, b: LiveDeployment): number =>
    Date.parse(a[name] ?? never) - Date.parse(b[name] ?? never);

/** Skipped deployments with the same root cause share a row. It names the root, not the neighbour. */
const keptBlocks = (kept: readonly LiveDeployment[], look: RowLook): readonly Block[] => {
  const groups = Map.groupBy(kept, (one) => `${one.status} ${causeOf(one)}`);
  return [...groups.values()]
    .toSorted((a, b) => b.length - a.length)
    .map((some) => {
      const [{ status, key }] = some as [LiveDeployment];
      const what = some.length === 1 ? key : String(some.length);
      return { count: some.length, lines: groupRow(status, `${what} ${causeOf(some[0]!)}`, look) };
    });
};

/** `because of clearing/cache-feed-6 (ImagePullBackOff)`. */
const causeOf = ({ root, reason }: LiveDeployment): string =>
  root === undefined ? `(${reason})` : `because of ${root.key} (${root.failure ?? root.reason})`;

interface Filling extends Section {
  readonly total: number;
}

interface Filled {
  readonly shown: readonly string[];
  /** `12 waiting`, for each section that does not fit. */
  readonly hidden: readonly string[];
}

/** If there is too little room, failures and work in progress share it. */
const filled = (sections: readonly Filling[], room: number): Filled => {
  const sizes = sections.map(({ blocks }) => linesOf(blocks));
  const isWhole = sections.every(({ blocks, total }) => countOf(blocks) === total);
  if (isWhole && sizes.reduce((sum, size) => sum + size, 0) <= room)
    return { shown: sections.flatMap(linesIn), hidden: [] };
  const last = room - 1;
  const forWork = Math.min(sizes[2]!, Math.floor(last / 2));
  let left = last;
  const shown = sections.map(({ blocks }, at) => {
    const some = fittingBlocks(blocks, at < 2 ? left - forWork : left);
    left -= linesOf(some);
    return some;
  });
  const hidden = sections.flatMap(({ word, total }, at) => {
    const count = total - countOf(shown[at]!);
    return count === 0 ? [] : [`${count} ${word}`];
  });
  return { shown: shown.flatMap((blocks) => linesIn({ blocks })), hidden };
};

const linesIn = ({ blocks }: Pick<Section, 'blocks'>): readonly string[] => blocks.flatMap(({ lines }) => lines);
const linesOf = (blocks: readonly Block[]): number => blocks.reduce((sum, { lines }) => sum + lines.length, 0);
const countOf = (blocks: readonly Block[]): number => blocks.reduce((sum, { count }) => sum + count, 0);

/** The first that fit. */
const fittingBlocks = (blocks: readonly Block[], room: number): readonly Block[] => {
  let left = room;
  const end = blocks.findIndex(({ lines }) => {
    left -= lines.length;
    return left < 0;
  });
  return end < 0 ? blocks : blocks.slice(0, end);
};
