import type { Plan } from '../../domain/plan/plan.ts';
import { sheetOf } from '../../domain/schedule/sheet.ts';
import { newBatch } from '../../domain/schedule/state.ts';
import { turnsOf, type Waiting, waitingFor } from '../../domain/schedule/waiting.ts';
import type { Deps } from '../deps.ts';
import { readLocks } from './schedule-store.ts';

export type Held = Extract<Waiting, { readonly kind: 'lock' }>;

/** By index: who holds what a planned deployment would change, if it came now. One query for all locks. */
export const readHeld = async ({ table }: Pick<Deps, 'table'>, plan: Plan): Promise<readonly (readonly Held[])[]> => {
  const turns = turnsOf(await readLocks(table), [], new Map());
  const batch = newBatch(sheetOf('', plan), Number.POSITIVE_INFINITY);
  return plan.deployments.map(({ index }) =>
    waitingFor(turns, batch, { index, dependencies: [] }).filter((one) => one.kind === 'lock'),
  );
};
