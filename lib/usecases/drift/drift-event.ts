import type { Write } from '../../domain/ports.ts';
import { keys } from '../../domain/record/keys.ts';
import { type EventRow, itemOf, rowOf } from '../../domain/record/rows.ts';
import { stageFeed } from '../../domain/schedule/hold-changes.ts';
import type { Deps } from '../deps.ts';

/**
 * Writes for a drift event in the stage's feed, with its number. They belong in the transaction of the change they
 * report.
 */
export const driftEventWrites = async (
  { table, clock }: Pick<Deps, 'table' | 'clock'>,
  told: Omit<EventRow, 'batch_id' | 'type' | 'seq' | 'at'>,
): Promise<readonly Write[]> => {
  const { last = 0 } = rowOf<{ readonly last: number }>(await table.get(keys.driftNumber)) ?? {};
  const seq = last + 1;
  const event: EventRow = { batch_id: stageFeed, type: 'drift', seq, at: clock.now(), ...told };
  return [
    { put: itemOf(keys.driftNumber, { last: seq }), when: last === 0 ? { exists: false } : { equals: { last } } },
    { put: itemOf(keys.event(stageFeed, 'drift', seq), event), when: { exists: false } },
  ];
};
