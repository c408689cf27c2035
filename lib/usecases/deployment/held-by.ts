import { keysCalled } from '../../domain/batch/keys-called.ts';
import { namesOfWaiting } from '../../domain/deployment/deployment-filter.ts';
import { type HeaderRow, isSealed } from '../../domain/record/rows.ts';
import { type Cells, isPending } from '../../domain/schedule/cells.ts';
import { rootCauses } from '../../domain/schedule/root-cause.ts';
import type { Sheet } from '../../domain/schedule/sheet.ts';
import type { Deps } from '../deps.ts';
import type { Sight } from '../grants/sight.ts';
import { readWaiting } from '../schedule/read-waiting.ts';

type Needs = Pick<Deps, 'table' | 'documents'>;

export interface HeldBy {
  /** The id of a hold or a batch, or the key of a deployment. */
  readonly name: string;
  readonly sheet: Sheet;
  /** Absent if the dispatcher has not started with the batch. */
  readonly cells: Cells | undefined;
  readonly sight: Sight;
}

/** A batch's deployments that wait for something, or were skipped because of it, as far as the caller may know. */
export const findHeldBy = async (
  deps: Needs,
  header: HeaderRow,
  { name, sheet, cells, sight }: HeldBy,
): Promise<ReadonlySet<number>> => {
  const waiting = isSealed(header) ? [] : [...(await readWaiting(deps, header.batch_id, waitingIn(sheet, cells)))];
  const told = waiting.map(([index, all]) => ({ index, all }));
  const held = (await sight.shown(told)).filter(({ all }) => all.flatMap(namesOfWaiting).includes(name));
  return new Set([...held.map(({ index }) => index), ...skippedBecauseOf(name, { sheet, cells, sight })]);
};

/** Deployments that have not begun, and what each depends on. */
const waitingIn = ({ keys, dependents }: Sheet, cells: Cells | undefined) => {
  const dependencies: number[][] = keys.map(() => []);
  for (const [index, waiting] of dependents.entries()) for (const one of waiting) dependencies[one]!.push(index);
  return dependencies.flatMap((of, index) => {
    const cell = cells?.at(index) ?? 0;
    return isPending(cell) || cell === 'H' ? [{ index, dependencies: of }] : [];
  });
};

const skippedBecauseOf = (name: string, { sheet, cells, sight }: Omit<HeldBy, 'name'>): readonly number[] => {
  const called = keysCalled(name, new Set(sheet.keys)).map((key) => sheet.keys.indexOf(key));
  const causes = called.filter((index) => sight.sees(index));
  if (cells === undefined || causes.length === 0) return [];
  const rootOf = rootCauses(sheet, cells);
  const isCaused = (index: number): boolean => cells.at(index) === 'K' && causes.includes(rootOf(index) ?? -1);
  return sheet.keys.flatMap((_, index) => (isCaused(index) ? [index] : []));
};
