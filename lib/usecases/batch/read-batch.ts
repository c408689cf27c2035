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
  /** Number of deployments by status; their sum is `total`. */
  readonly counts: Totals;
  /** What the file says about itself: author, description, tags and when it was made. */
  readonly metadata: Omit<BatchMetadata, 'name'>;
  readonly strategy?: Strategy;
  readonly submitted_by: string;
  /** The name that whoever submitted it went by then. */
  readonly submitted_by_name?: string;
  readonly warnings: readonly string[];
  readonly plan_hash?: string;
  readonly created_at: string;
  /** When it changed last, or one of its deployments. */
  readonly updated_at: string;
  readonly ended_at?: string;
  readonly cancel_requested_at?: string;
  /** Why there is such a batch, where nobody sent it as a file. */
  readonly origin?: Omit<Origin, 'root'>;
  /** The batches that tried it again, and its retries, in order. */
  readonly retries?: readonly string[];
  /** The batches that rolled it back, in order. */
  readonly rollbacks?: readonly string[];
  /** The batch that rolls it back now; until that has ended it has no end itself. */
  readonly rolling_back?: string;
  /** Somebody asked for its rollback: it begins, as this batch, when all has ended that is in flight. */
  readonly rollback_requested?: { readonly batch_id: string; readonly by: string; readonly at: string };
  /** Of the execution that runs it; absent where that is the embedded engine's. */
  readonly execution_arn?: string;
  /** What of it does not move, and who can do something: empty where all does, or has ended. */
  readonly stuck: readonly Stuck[];
  readonly links: Readonly<Record<string, string>>;
}

/**
 * Reads two rows, the end of the feed and what came of the batch, however many deployments the batch has, and a few more to find it
 * by less than its id. While it runs it reads the schedule, too, and the rows of what is in flight, for what is stuck.
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

/** The header and counts of a batch for one who asks: as if what he may not see were not there. */
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

/** Its status stays that of the whole. Plan and warnings tell of all deployments. */
const partOf = (header: HeaderRow, counts: Totals, { total }: Sight): HeaderRow => {
  const { plan_hash: _, ...rest } = withoutReason(header);
  const elsewhere = isDecidedBy(header, counts, { cancelRequested: header.cancel_requested_at !== undefined })
    ? ''
    : ' Something that you may not see decides its status.';
  const message = `Of what you may see: ${describeTotals(counts)}${elsewhere}`;
  return { ...rest, total, warnings: [], message };
};

/** In it somebody may have named what others may not see. */
const withoutReason = (header: HeaderRow): HeaderRow => {
  if (header.origin === undefined) return header;
  const { reason: _, ...origin } = header.origin;
  return { ...header, origin };
};

/** While a batch runs its scheduling head counts along; it goes when the batch is sealed. */
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

/** What one may not see of it is not there. */
const undoTold = (header: HeaderRow, { rollbacks = [] }: Descent): Partial<BatchView> => {
  const { rolling_back, rollback_request: request, cancel_requested_at } = header;
  if (rolling_back !== undefined) return rollbacks.includes(rolling_back) ? { rolling_back } : {};
  // A cancel wins over it, and nothing comes of it where there was nothing to roll back.
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

/** What is true of it now. While it is in work nobody writes that: its row says what happened to it last, its counts how far it is. */
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
