import type { BatchMetadata } from '../../domain/batch/batch.ts';
import type { Origin } from '../../domain/batch/origin.ts';
import { describeTotals, isDecidedBy, type Totals } from '../../domain/deployment/batch-status.ts';
import type { Status } from '../../domain/deployment/status.ts';
import type { Strategy } from '../../domain/plan/plan.ts';
import { shownReason } from '../../domain/record/change.ts';
import { keys } from '../../domain/record/keys.ts';
import { type HeaderRow, isSealed, rowOf } from '../../domain/record/rows.ts';
import type { Stuck } from '../../domain/stuck/stuck.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { executionTold } from '../execution-told.ts';
import { countSeen } from '../grants/seen-counts.ts';
import { type Sight, sightOf } from '../grants/sight.ts';
import { isoField, isoTime } from '../iso-time.ts';
import { type Descent, readDescent } from '../undo/descendants.ts';
import { countReturned } from '../undo/read-returned.ts';
import { readLastChange } from './read-last-change.ts';
import { readStuck } from './read-stuck.ts';
import { type NamedBatch, recogniseBatch } from './recognise-batch.ts';

/** A batch as the API shows it. */
export interface BatchView {
  readonly batch_id: string;
  readonly name: string;
  readonly status: Status;
  readonly reason: string;
  readonly message: string;
  readonly total: number;
  /** Number of deployments by status. They add up to `total`. */
  readonly counts: Totals;
  /** The file's own metadata: author, description, tags and creation time. */
  readonly metadata: Omit<BatchMetadata, 'name'>;
  readonly strategy?: Strategy;
  readonly submitted_by: string;
  /** The submitter's name at the time. */
  readonly submitted_by_name?: string;
  readonly warnings: readonly string[];
  readonly plan_hash?: string;
  readonly created_at: string;
  /** When the batch or one of its deployments last changed. */
  readonly updated_at: string;
  readonly ended_at?: string;
  readonly cancel_requested_at?: string;
  /** Why the batch exists, if nobody submitted it as a file. */
  readonly origin?: Omit<Origin, 'root'>;
  /** Its retries, in order, with their own retries. */
  readonly retries?: readonly string[];
  /** Its rollbacks, in order. */
  readonly rollbacks?: readonly string[];
  /** The rollback in progress. The batch has no end until it has ended. */
  readonly rolling_back?: string;
  /** A requested rollback. It begins, as this batch, when everything in flight has ended. */
  readonly rollback_requested?: { readonly batch_id: string; readonly by: string; readonly at: string };
  /** The execution that runs it. Absent when the embedded engine does. */
  readonly execution_arn?: string;
  /** What is stuck, and who can act. Empty when everything moves or has ended. */
  readonly stuck: readonly Stuck[];
  readonly links: Readonly<Record<string, string>>;
}

/**
 * Reads two rows, the end of the feed and the retries and rollbacks, however many deployments the batch has. A
 * shortened id costs a few more reads. For a running batch, also reads the schedule and the rows in flight, to find
 * what is stuck.
 */
export const readBatch = async (
  deps: Pick<Deps, 'table' | 'documents' | 'clock' | 'catalogue'> & AskedBy,
  input: NamedBatch,
): Promise<BatchView> => {
  const header = await recogniseBatch(deps, input);
  const [seen, changedAt, descent] = await Promise.all([
    readSeen(deps, header),
    readLastChange(deps, header),
    readDescent(deps, header),
  ]);
  const stuck = await readStuck(deps, header, { counts: seen.counts, changedAt });
  return { ...viewBatch(seen, changedAt, descent), stuck };
};

/** The header and counts as the caller may see them: what they may not see seems not to exist. */
export interface SeenBatch {
  readonly header: HeaderRow;
  readonly counts: Totals;
}

export const readSeen = async (
  deps: Pick<Deps, 'table' | 'documents'> & AskedBy,
  header: HeaderRow,
): Promise<SeenBatch> => {
  const sight = await sightOf(deps, header);
  if (sight.isWhole) return { header, counts: await readCounts(deps, header) };
  const counts = await countSeen(deps, header, sight);
  return { header: partOf(header, counts, sight), counts };
};

/** The status stays the whole batch's. Plan and warnings cover all deployments, so they are left out. */
const partOf = (header: HeaderRow, counts: Totals, { total }: Sight): HeaderRow => {
  const { plan_hash: _, ...rest } = withoutReason(header);
  const elsewhere = isDecidedBy(header, counts, { cancelRequested: header.cancel_requested_at !== undefined })
    ? ''
    : ' Deployments that you may not see decide its status.';
  const message = `Of what you may see: ${describeTotals(counts)}${elsewhere}`;
  return { ...rest, total, warnings: [], message };
};

/** Drops the reason: it may name something that the caller may not see. */
const withoutReason = (header: HeaderRow): HeaderRow => {
  if (header.origin === undefined) return header;
  const { reason: _, ...origin } = header.origin;
  return { ...header, origin };
};

/** A running batch's counts come from its scheduling head, which is deleted when the batch is sealed. */
export const readCounts = async (deps: Pick<Deps, 'table' | 'documents'>, header: HeaderRow): Promise<Totals> => {
  if (header.totals !== undefined) return countReturned(deps, header, header.totals);
  const head = rowOf<{ readonly counts: Totals }>(await deps.table.get(keys.scheduleBatch(header.batch_id)));
  return head?.counts ?? { PENDING: header.total };
};

const viewBatch = ({ header, counts }: SeenBatch, changedAt: number, descent: Descent): Omit<BatchView, 'stuck'> => ({
  batch_id: header.batch_id,
  name: header.name,
  ...headline(header, counts),
  total: header.total,
  counts: withoutZeros(counts),
  metadata: header.metadata ?? {},
  ...(header.strategy === undefined ? {} : { strategy: header.strategy }),
  ...submitterTold(header),
  warnings: header.warnings,
  ...(header.plan_hash === undefined ? {} : { plan_hash: header.plan_hash }),
  created_at: isoTime(header.created_at),
  updated_at: isoTime(changedAt),
  ...isoField('ended_at', header.ended_at),
  ...isoField('cancel_requested_at', header.cancel_requested_at),
  ...originTold(header),
  ...descent,
  ...undoTold(header, descent),
  ...arnTold(header),
  links: { ...batchLinks(header), ...undoLinks(header, descent) },
});

/** Leaves out what the caller may not see. */
const undoTold = (header: HeaderRow, { rollbacks = [] }: Descent): Partial<BatchView> => {
  const { rolling_back, rollback_request: request, cancel_requested_at } = header;
  if (rolling_back !== undefined) return rollbacks.includes(rolling_back) ? { rolling_back } : {};
  // A cancel overrides it, and with nothing to roll back nothing comes of it.
  if (request === undefined || cancel_requested_at !== undefined || isSealed(header)) return {};
  const { batch_id, by, at } = request;
  return { rollback_requested: { batch_id, by, at: isoTime(at) } };
};

const undoLinks = (header: HeaderRow, descent: Descent): Readonly<Record<string, string>> => {
  const { rolling_back } = undoTold(header, descent);
  return rolling_back === undefined ? {} : { rolling_back: `/batches/${rolling_back}` };
};

export const submitterTold = ({
  submitted_by,
  submitted_by_name: name,
}: HeaderRow): Pick<BatchView, 'submitted_by' | 'submitted_by_name'> => ({
  submitted_by,
  ...(name === undefined ? {} : { submitted_by_name: name }),
});

const originTold = ({ origin }: HeaderRow): Pick<BatchView, 'origin'> => {
  if (origin === undefined) return {};
  const { root: _, ...told } = origin;
  return { origin: told };
};

/**
 * What is true of the batch now. While it runs nobody writes that: its row holds the last event, its counts the
 * progress.
 */
export const headline = (header: HeaderRow, counts: Totals): Pick<BatchView, 'status' | 'reason' | 'message'> => {
  const { status, reason, message } = header;
  if (status !== 'PROCESSING') return { status, reason, message };
  const progress = describeTotals(counts);
  const shown = shownReason(header);
  return { status, reason: shown, message: shown === reason ? `${message} ${progress}` : progress };
};

const arnTold = (header: HeaderRow): Pick<BatchView, 'execution_arn'> => {
  const { execution_arn } = executionTold(header.execution_arn);
  return execution_arn === undefined ? {} : { execution_arn };
};

export const batchLinks = (header: Pick<HeaderRow, 'batch_id' | 'execution_arn'>): Record<string, string> => {
  const self = `/batches/${header.batch_id}`;
  const { console } = executionTold(header.execution_arn);
  return {
    self,
    source: `${self}/source`,
    deployments: `${self}/deployments`,
    events: `${self}/events`,
    cancel: `${self}/cancel`,
    retry: `${self}/retry`,
    rollback: `${self}/rollback`,
    ...(console === undefined ? {} : { console }),
  };
};

export const withoutZeros = (counts: Totals): Totals =>
  Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
