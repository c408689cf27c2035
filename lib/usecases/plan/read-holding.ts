import { covers, isInForce } from '../../domain/holds/covers.ts';
import type { Plan } from '../../domain/plan/plan.ts';
import { candidateAt, sheetOf } from '../../domain/schedule/sheet.ts';
import type { Deps } from '../deps.ts';
import { type HoldView, viewHold } from '../holds/hold-view.ts';
import { readHolds } from '../schedule/schedule-store.ts';

/** What would keep deployments of a plan from their turns, if they came now. */
export interface Holding {
  /** Those that are named below, the oldest first. */
  readonly holds: readonly HoldView[];
  /** By index: their ids. */
  readonly of: (index: number) => readonly string[];
}

/** Of one deployment. There may be hundreds, and each by itself is enough. */
const mostNamed = 3;

/** One query, for all holds that there are. Whoever may see a deployment may see what holds it. */
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
