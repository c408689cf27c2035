import { changeOfAdoption } from '../../domain/drift/adopt.ts';
import { fieldSentence } from '../../domain/drift/drift.ts';
import { mostFields } from '../../domain/drift/drift-mark.ts';
import type { FieldDrift } from '../../domain/drift/object-drift.ts';
import { FlotillaError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { partsOfTarget } from '../../domain/plan/lock-names.ts';
import type { Table } from '../../domain/ports.ts';
import { keys } from '../../domain/record/keys.ts';
import { itemOf, type LockRow, rowOf } from '../../domain/record/rows.ts';
import type { TargetRow } from '../../domain/targets/target-row.ts';
import type { Deps } from '../deps.ts';
import { driftEventWrites } from './drift-event.ts';

/** Throws StatusConflict while a deployment is at work there. */
export const checkFree = async (table: Table, target: string): Promise<void> => {
  const lock = rowOf<LockRow>(await table.get(keys.lock(target)));
  if (lock === undefined) return;
  const message = `Batch ${lock.batch_id} is at work at ${target}. When it has ended, look at what is still changed.`;
  throw new FlotillaError('StatusConflict', message, { target, batch_id: lock.batch_id });
};

export interface Adopted {
  readonly before: TargetRow;
  readonly after: TargetRow;
  readonly fields: readonly FieldDrift[];
}

/**
 * Writes NOW, the change and the event, all or nothing. Fails if a deployment has begun there or the mark has changed:
 * that isn't what the caller looked at.
 */
export const writeAdoption = async (
  deps: Pick<Deps, 'table' | 'clock'>,
  { before, after, fields }: Adopted,
): Promise<void> => {
  const { target } = before;
  const { environment, cluster } = partsOfTarget(target);
  await checkFree(deps.table, target);
  const looked = asLookedAt(before);
  const now = rowOf<TargetRow>(await deps.table.get(keys.targetNow(target)));
  if (now === undefined || JSON.stringify(asLookedAt(now)) !== JSON.stringify(looked)) {
    throw new FlotillaError('ChangedSince', `${target} has changed while it was looked at. Look again.`, { target });
  }
  const change = changeOfAdoption(before, after);
  await deps.table.transact([
    { check: keys.lock(target), when: { exists: false } },
    { put: itemOf(keys.targetNow(target), after), when: { equals: looked } },
    { put: itemOf(keys.change(environment, change), change) },
    { put: itemOf(keys.targetOutcome(target, change), change) },
    { delete: keys.drift(cluster, target) },
    ...(await driftEventWrites(deps, eventOf({ before, after, fields }))),
  ]);
};

const asLookedAt = ({ batch_id, index, state, since, drift }: TargetRow): JsonObject => ({
  ...{ batch_id, index, state, since },
  ...(drift === undefined ? {} : { drift: JSON.parse(JSON.stringify(drift)) as JsonObject }),
});

const eventOf = ({ before, after, fields }: Adopted): Parameters<typeof driftEventWrites>[1] => {
  const { target, version: from, drift } = before;
  const { version: to, adopted } = after;
  const because = adopted?.reason === undefined ? '' : `: ${adopted.reason}`;
  const [first] = fields;
  const what = first === undefined ? '' : ` (${fieldSentence(first)}${fields.length > 1 ? ', and more' : ''})`;
  return {
    ...{ target, actor: adopted?.by ?? 'unknown', from: 'PROCESSING', to: 'SUCCESS', reason: 'DriftAdopted' },
    message: `What runs at ${target} was adopted${because}${what}.`,
    detail: {
      ...{ since: drift?.since ?? after.since, count: fields.length },
      fields: fields.slice(0, mostFields).map((one) => ({ ...one })),
      ...(from === undefined ? {} : { release_before: from }),
      ...(to === undefined ? {} : { release_after: to }),
    },
  };
};
