import { covers, isInForce } from '../../domain/holds/covers.ts';
import type { Plan } from '../../domain/plan/plan.ts';
import { candidateAt, sheetOf } from '../../domain/schedule/sheet.ts';
import type { Deps } from '../deps.ts';
import { type HoldView, viewHold } from '../holds/hold-view.ts';
import { readHolds } from '../schedule/schedule-store.ts';

/** The holds that would keep deployments of a plan from their turns now. */
export interface Holding {
  /** The holds named below, oldest first. */
  readonly holds: readonly HoldView[];
  /** By deployment index: the ids of its holds. */
  readonly of: (index: number) => readonly string[];
}

/** Per deployment. There may be hundreds, and any one is enough to hold it. */
const mostNamed = 3;

/** Needs one query for all holds. A caller who may see a deployment may see its holds. */
export const readHolding = async ({ table }: Pick<Deps, 'table'>, plan: Plan): Promise<Holding> => {
  const all = [...(await readHolds(table)).values()].filter(isInForce);
  if (all.length === 0) return { holds: [], of: () => [] };
  const inOrder = all.sort((a, b) => a.since - b.since || (a.id < b.id ? -1 : 1));
  const sheet = sheetOf('', plan);
  const named = plan.deployments.map(({ index }) => {
    const candidate = candidateAt(sheet, index);
    return inOrder.filter((hold) => covers(hold, candidate)).slice(0, mostNamed);
  });
  const used = new Set(named.flat());
  return {
    holds: inOrder.filter((hold) => used.has(hold)).map(viewHold),
    of: (index) => (named[index] ?? []).map(({ id }) => id),
  };
};
