import type { Query } from '../../domain/ports.ts';
import { type BatchFilter, isWithin, leadOf } from '../../domain/record/batch-filter.ts';
import { idTime } from '../../domain/record/batch-id.ts';
import { type BatchIndexRow, monthOf, monthsBetween } from '../../domain/record/index-rows.ts';
import { batchesBy, keys, sortable } from '../../domain/record/keys.ts';
import { rowOf } from '../../domain/record/rows.ts';
import type { Deps } from '../deps.ts';

type Needs = Pick<Deps, 'table' | 'clock'>;

/** A row that leads to a batch, and the position after it. */
export interface BatchLead {
  readonly batch_id: string;
  readonly position: string;
}

export interface LeadPage {
  readonly leads: readonly BatchLead[];
  /** How many rows were read for this page. */
  readonly read: number;
  /** Where to continue; undefined at the end. */
  readonly next: string | undefined;
}

/**
 * A month (empty for the list of all batches), a slash, and the sort key to continue after (empty at the beginning).
 */
export const isLeadPosition = (position: string): boolean => /^(?:\d{4}-\d\d)?\/[\w#]*$/.test(position);

interface Walk {
  readonly after: string | undefined;
  /** How many rows to read at once. */
  readonly size: () => number;
}

/** A partition, or a part of it. */
interface Stretch extends Pick<Query, 'pk' | 'from' | 'to'> {
  /** Its month; empty for the list of all batches. */
  readonly name: string;
}

/**
 * Rows that lead to batches, newest first, for as long as the caller reads on. Walks an index month by month, or else
 * the list of all batches.
 */
export async function* leadPages(deps: Needs, filter: BatchFilter, { after, size }: Walk): AsyncGenerator<LeadPage> {
  const [begin, ...place] = (after ?? '').split('/');
  const all = await stretchesOf(deps, filter);
  const stretches = after === undefined ? all : all.filter(({ name }) => name <= begin!);
  for (const [at, { name, ...range }] of stretches.entries()) {
    let next = name === begin && place[0] !== '' ? place.join('/') : undefined;
    do {
      const behind = next === undefined || next === '' ? {} : { after: next };
      const page = await deps.table.query({ ...range, ...behind, newestFirst: true, limit: size() });
      const rows = page.items.map((item) => ({ ...rowOf<BatchIndexRow>(item)!, position: `${name}/${item.sk}` }));
      next = page.next;
      const following = stretches[at + 1];
      yield {
        leads: rows.filter(({ created_at }) => isWithin(created_at, filter)),
        read: Math.max(1, rows.length),
        next: next === undefined ? following && `${following.name}/` : `${name}/${next}`,
      };
    } while (next !== undefined);
  }
}

/**
 * A rollback's id is assigned at the request, but the batch is created only when everything in flight has ended. So an
 * id may be this much older than its batch.
 */
const longestBefore = 31 * 24 * 3_600_000;

const stretchesOf = async ({ table, clock }: Needs, filter: BatchFilter): Promise<readonly Stretch[]> => {
  const { since = 0, until = Number.POSITIVE_INFINITY } = filter;
  const { pk } = keys.listed('');
  const lead = leadOf(filter);
  if (lead === undefined) {
    const from = since > longestBefore ? { from: idTime(since - longestBefore) } : {};
    return [{ name: '', pk, ...from, ...(until === Number.POSITIVE_INFINITY ? {} : { to: idTime(until) }) }];
  }
  const { items } = await table.query({ pk, limit: 1 });
  const [oldest] = items.map((item) => rowOf<BatchIndexRow>(item)!.created_at);
  if (oldest === undefined) return [];
  const months = monthsBetween(Math.max(since, oldest - longestBefore), Math.min(until, clock.now()));
  return months.map((name) => ({
    name,
    pk: batchesBy(lead.dimension, lead.value, name),
    ...(filter.since !== undefined && name === monthOf(since) ? { from: sortable(since) } : {}),
    ...(filter.until !== undefined && name === monthOf(until) ? { to: sortable(until) } : {}),
  }));
};
