import { FlotillaError } from '../../domain/errors.ts';
import { partsOf } from '../../domain/parts-of.ts';
import { changeHeader } from '../../domain/record/change.ts';
import type { InboxMessage } from '../../domain/record/inbox-message.ts';
import { keys } from '../../domain/record/keys.ts';
import { type HeaderRow, type ItemRow, itemOf, rowOf, type Step, type TurnRow } from '../../domain/record/rows.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { checkWholeBatch, findSeenBatch } from '../grants/seen-batch.ts';
import { isoTime } from '../iso-time.ts';
import { retryConflict } from '../retry-conflict.ts';
import { everyItem } from '../schedule/schedule-store.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'clock' | 'random' | 'ids'> & AskedBy;

export interface Cancelled {
  readonly batch_id: string;
  readonly cancel_requested_at: string;
  /** Deployments that have already begun. No others will begin. */
  readonly in_flight: readonly InFlight[];
}

interface InFlight {
  readonly index: number;
  readonly key: string;
  readonly step: Step;
  readonly effect: 'stopping' | 'continues';
  readonly why: string;
}

/**
 * Asks for the whole batch to stop: nothing new starts, and runs are aborted where the executor can. Repeating it
 * changes nothing.
 */
export const cancelBatch = async (
  deps: Needs,
  input: { readonly batchId: string; readonly actor: string },
): Promise<Cancelled> => {
  const header = await retryConflict(deps, () => requestCancel(deps, input));
  return {
    batch_id: header.batch_id,
    cancel_requested_at: isoTime(header.cancel_requested_at!),
    in_flight: await readInFlight(deps, header.batch_id),
  };
};

const requestCancel = async (
  deps: Needs,
  { batchId, actor }: { readonly batchId: string; readonly actor: string },
): Promise<HeaderRow> => {
  const { table, clock, ids } = deps;
  const header = await findSeenBatch(deps, batchId);
  await checkWholeBatch(deps, header, 'cancel');
  if (header.rolling_back !== undefined) {
    const { rolling_back } = header;
    const message = `All deployments of batch ${batchId} have ended, and batch ${rolling_back} rolls it back. To stop that: flotilla cancel ${rolling_back}.`;
    throw new FlotillaError('StatusConflict', message, { batch_id: batchId, rollback: rolling_back });
  }
  if (header.ended_at !== undefined) {
    const message = `Batch ${batchId} has ended: ${header.status} / ${header.reason}. There is nothing to cancel.`;
    throw new FlotillaError('StatusConflict', message, { batch_id: batchId, status: header.status });
  }
  if (header.cancel_requested_at !== undefined) return header;
  const at = clock.now();
  const change = changeHeader(
    header,
    {
      status: header.status,
      reason: 'CancelRequested',
      message: `${actor} asked to cancel. Nothing new starts; runs are stopped where possible.`,
      cancel_requested_at: at,
    },
    { at, actor },
  );
  const message: InboxMessage = { type: 'cancelled', batch_id: batchId };
  await table.transact([...change.writes, { put: itemOf(keys.inbox(ids.next()), { message }) }]);
  return change.row;
};

/** An API call ends after 29 s. Reading thousands of items in flight one by one would take longer. */
const itemsAtOnce = 50;

/** The deployments with a turn. A turn row stays until the outcome is recorded. */
const readInFlight = async ({ table }: Pick<Deps, 'table'>, batchId: string): Promise<readonly InFlight[]> => {
  const turns: TurnRow[] = [];
  for await (const turnItem of everyItem(table, { pk: 'DISPATCHER', prefix: `TURN#${batchId}#` })) {
    const turn = rowOf<TurnRow>(turnItem)!;
    if (turn.state !== 'refused') turns.push(turn);
  }
  const inFlight: InFlight[] = [];
  for (const some of partsOf(turns, itemsAtOnce)) {
    const items = await Promise.all(some.map(({ index }) => table.get(keys.item(batchId, index))));
    inFlight.push(...some.flatMap((turn, nth) => inFlightOf(turn, rowOf<ItemRow>(items[nth]))));
  }
  return inFlight;
};

const inFlightOf = ({ index, key }: TurnRow, item: ItemRow | undefined): readonly InFlight[] => {
  if (item?.outcome !== undefined) return [];
  const step = item?.step ?? 'turn';
  return [{ index, key, step, ...effectOf(step, item) }];
};

const effectOf = (step: Step, item: ItemRow | undefined): Pick<InFlight, 'effect' | 'why'> => {
  switch (step) {
    case 'turn':
    case 'capture':
      return { effect: 'stopping', why: 'No run has started, and none will.' };
    case 'deploy': {
      const ref = item?.runs.at(-1)?.ref;
      const run = ref === undefined ? 'Its run' : `Run ${ref}`;
      return {
        effect: 'stopping',
        why: `${run} is aborted if the executor still can; the outcome tells how it ended.`,
      };
    }
    case 'verify':
      return {
        effect: 'continues',
        why: 'Its run is over. Flotilla still checks what runs now, to record how it ended.',
      };
    case 'restore':
    case 'verify-restore':
      return { effect: 'continues', why: 'The last good release is being restored. A restore is not interrupted.' };
    case 'recorded':
      return { effect: 'continues', why: 'It has ended; its outcome is being recorded.' };
  }
};
