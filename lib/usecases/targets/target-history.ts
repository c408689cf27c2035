import type { Item } from '../../domain/ports.ts';
import type { ChangeRow } from '../../domain/record/index-rows.ts';
import { keys, sortable } from '../../domain/record/keys.ts';
import { type Release, rowOf } from '../../domain/record/rows.ts';
import type { Deps } from '../deps.ts';
import { highest, MergedRows, type Reads, rowsOfPartition } from './merged-rows.ts';

/** An entry in a target's history: a release, or a change without one. */
export type HistoryRow = { readonly target: string; readonly at: number } & (
  | { readonly kind: 'release'; readonly release: Release }
  | { readonly kind: 'change'; readonly change: ChangeRow }
);

interface HistoryOptions {
  readonly limit: number;
  readonly reads: Reads;
  /** The `position` of the page before. */
  readonly after?: string | undefined;
  /** Milliseconds since 1970, exclusive. */
  readonly until?: number | undefined;
  /** False: releases only. */
  readonly changes: boolean;
}

/**
 * Merges the histories of targets, newest first. Releases are ordered by id and changes by time. So two keys mark the
 * position, however many targets there are. A release's id is made moments after its time.
 */
export class TargetHistory {
  readonly #releases: MergedRows;
  readonly #changes: MergedRows;
  readonly #after: readonly (string | undefined)[];

  constructor(deps: Pick<Deps, 'table'>, targets: readonly string[], options: HistoryOptions) {
    const { limit, reads, after, until, changes } = options;
    const [release, change] = (after ?? '').split(' ').map((key) => (key === '' ? undefined : key));
    const atOnce = Math.ceil((limit + 1) / Math.max(1, targets.length)) + 1;
    const rowsOf = (prefix: string, below: string): MergedRows =>
      new MergedRows(
        targets.map((target) => {
          const query = { pk: keys.goodRelease(target).pk, prefix };
          return rowsOfPartition(deps, { query, below, atOnce, reads });
        }),
        reads,
      );
    this.#after = [release, change];
    this.#releases = rowsOf('RELEASE#', release ?? `RELEASE#${highest}`);
    const newest = until === undefined ? `OUTCOME#${highest}` : `OUTCOME#${sortable(until)}`;
    this.#changes = changes ? rowsOf('OUTCOME#', change ?? newest) : new MergedRows([], reads);
  }

  /** Where to continue. */
  get position(): string {
    const [release, change] = this.#after;
    return [this.#releases.position ?? release ?? '', this.#changes.position ?? change ?? ''].join(' ');
  }

  get isCut(): boolean {
    return this.#releases.isCut || this.#changes.isCut;
  }

  async peek(): Promise<HistoryRow | undefined> {
    const [release, change] = await Promise.all([this.#releases.peek(), this.#changes.peek()]);
    if (this.isCut) return undefined;
    const [one, other] = [release && releaseOf(release), change && changeOf(change)];
    if (one === undefined || other === undefined) return one ?? other;
    return one.at >= other.at ? one : other;
  }

  take({ kind }: HistoryRow): void {
    (kind === 'release' ? this.#releases : this.#changes).take();
  }
}

const releaseOf = (item: Item): HistoryRow => {
  const release = rowOf<Release>(item)!;
  return { kind: 'release', target: item.pk.slice('TARGET#'.length), at: release.at, release };
};

const changeOf = (item: Item): HistoryRow => {
  const change = rowOf<ChangeRow>(item)!;
  return { kind: 'change', target: change.target, at: change.at, change };
};
