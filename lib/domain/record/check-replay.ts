import type { Totals } from '../deployment/batch-status.ts';
import { type Status, statuses } from '../deployment/status.ts';
import { shownReason } from './change.ts';
import type { Finding } from './finding.ts';
import { type Replayed, replay, type ToldChange } from './replay.ts';
import type { EventRow } from './rows.ts';

/** A change with its previous status. */
export type ChangeFrom = ToldChange & Pick<EventRow, 'from' | 'from_reason'>;

/** An ended batch, as the API reports it now. */
export interface ToldBatch {
  readonly batch_id: string;
  readonly status: Status;
  readonly reason: string;
  readonly total: number;
  readonly counts: Totals;
  readonly deployments: readonly { readonly key: string; readonly status: Status; readonly reason: string }[];
}

/** Whether each event starts where the previous one of the same thing ended, with none missing. */
export const checkSteps = (batch_id: string, events: readonly ChangeFrom[]): readonly Finding[] => {
  const before = new Map<number | undefined, ChangeFrom>();
  const findings: Finding[] = [];
  for (const event of events.toSorted((a, b) => a.seq - b.seq)) {
    const last = before.get(event.index);
    before.set(event.index, event);
    if (follows(event, last)) continue;
    const message = `Event ${event.number} of ${event.key ?? 'the batch'} does not start where the previous one ended.`;
    findings.push({ reason: 'HistoryBroken', batch_id, number: event.number, message });
  }
  return findings;
};

/** Earlier versions did not record the previous reason. */
const follows = ({ seq, from, from_reason, index }: ChangeFrom, last: ChangeFrom | undefined): boolean => {
  if (seq !== (last?.seq ?? 0) + 1) return false;
  if (last === undefined) return index === undefined ? from === null : from === 'PENDING' || from === null;
  const reason = index === undefined ? shownReason({ status: last.to, reason: last.reason }) : last.reason;
  return from === last.to && (from_reason === undefined || from_reason === reason);
};

/** Whether the feed leads to what the API reports about an ended batch. */
export const checkReplay = (batch: ToldBatch, events: readonly ToldChange[]): readonly Finding[] => {
  const { batch_id, total } = batch;
  const replayed = replay(events, total);
  if (replayed === undefined) return [differs(batch_id, 'The feed has no event of the batch itself.')];
  return [...batchDifferences(batch, replayed), ...deploymentDifferences(batch, replayed)];
};

const batchDifferences = (batch: ToldBatch, replayed: Replayed): readonly Finding[] => {
  const { batch_id, counts } = batch;
  const isSame = batch.status === replayed.status && batch.reason === replayed.reason;
  const other = statuses.filter((status) => (counts[status] ?? 0) !== (replayed.counts[status] ?? 0));
  return [
    ...(isSame
      ? []
      : [differs(batch_id, `The batch is reported as ${shown(batch)}, but its feed leads to ${shown(replayed)}.`)]),
    ...other.map((status) => {
      const [told, led] = [counts[status] ?? 0, replayed.counts[status] ?? 0];
      return differs(batch_id, `${told} are reported as ${status}, but the feed leads to ${led}.`);
    }),
  ];
};

const deploymentDifferences = ({ batch_id, deployments }: ToldBatch, replayed: Replayed): readonly Finding[] => {
  const led = new Map(replayed.deployments.map((one) => [one.key, one]));
  return deployments.flatMap((one): readonly Finding[] => {
    const at = led.get(one.key) ?? ({ status: 'PENDING', reason: 'AwaitingTurn' } as const);
    if (at.status === one.status && at.reason === one.reason) return [];
    return [differs(batch_id, `${one.key} is reported as ${shown(one)}, but the feed leads to ${shown(at)}.`)];
  });
};

const shown = ({ status, reason }: { readonly status: Status; readonly reason: string }): string =>
  `${status} / ${reason}`;

const differs = (batch_id: string, message: string): Finding => ({ reason: 'StateDiffers', batch_id, message });
