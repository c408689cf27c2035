import { type AppliedObjects, parseAdopted } from '../../domain/drift/applied.ts';
import { ownerLabel, ownerOf } from '../../domain/manifests/marks.ts';
import { partsOf } from '../../domain/parts-of.ts';
import type { KeptDeployment } from '../../domain/plan/kept-deployment.ts';
import type { Documents } from '../../domain/ports.ts';
import { documentPaths, keys, targetsOf } from '../../domain/record/keys.ts';
import { type Release, rowOf } from '../../domain/record/rows.ts';
import { isSamePlace } from '../../domain/schedule/place.ts';
import { isSettled, type TargetRow } from '../../domain/targets/target-row.ts';
import type { Deps } from '../deps.ts';
import { everyItem } from '../schedule/schedule-store.ts';
import { readEnvironments } from '../targets/read-environments.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'catalogue'>;

/** A target that can be compared with what was deployed there. */
export interface SurveyedTarget {
  readonly now: TargetRow;
  readonly deployment: KeptDeployment;
  /** Everything that the executor `kubernetes` applied. For other executors, at most the image is known. */
  readonly applied?: AppliedObjects;
}

const atOnce = 50;

/** Remembers what was deployed to each target. Reads it once, until another deployment changes the target. */
export class SurveyMemory {
  readonly #known = new Map<string, SurveyedTarget>();

  find(now: TargetRow): SurveyedTarget | undefined {
    const known = this.#known.get(now.target);
    return known !== undefined && isSamePlace(known.now, now) && known.now.since === now.since
      ? { ...known, now }
      : undefined;
  }

  keep(surveyed: readonly SurveyedTarget[]): void {
    this.#known.clear();
    for (const one of surveyed) this.#known.set(one.now.target, one);
  }
}

/** The settled targets of a cluster, as far as recorded, without those at work. */
export const readSurveyed = async (
  deps: Needs,
  cluster: string,
  { locked, memory }: { readonly locked: ReadonlySet<string>; readonly memory: SurveyMemory },
): Promise<readonly SurveyedTarget[]> => {
  const rows: TargetRow[] = [];
  for (const environment of await readEnvironments(deps)) {
    for await (const item of everyItem(deps.table, { pk: targetsOf(environment), prefix: `${cluster}/` })) {
      const row = rowOf<TargetRow>(item)!;
      if (isSettled(row) && !locked.has(row.target)) rows.push(row);
    }
  }
  const surveyed: SurveyedTarget[] = [];
  for (const some of partsOf(rows, atOnce)) {
    const read = await Promise.all(some.map(async (row) => memory.find(row) ?? (await readSurveyedOne(deps, row))));
    surveyed.push(...read.filter((one) => one !== undefined));
  }
  memory.keep(surveyed);
  return surveyed;
};

/** Undefined if it was put there by hand or before there were records: there is nothing to compare with. */
export const readSurveyedOne = async (
  { table, documents }: Pick<Needs, 'table' | 'documents'>,
  now: TargetRow,
): Promise<SurveyedTarget | undefined> => {
  const good = rowOf<Release>(await table.get(keys.goodRelease(now.target)));
  if (good === undefined) return undefined;
  const { deployment } = good;
  if (deployment.executor.name !== 'kubernetes') return { now, deployment };
  const applied = (await readAdopted(documents, now)) ?? (await readApplied(documents, { now, deployment }));
  return { now, deployment, ...(applied === undefined ? {} : { applied }) };
};

/** The adopted objects, if NOW still names them. */
const readAdopted = async (documents: Documents, { adopted }: TargetRow): Promise<AppliedObjects | undefined> => {
  const objects = adopted?.objects;
  return objects === undefined ? undefined : parseAdopted(await documents.get(documentPaths.adopted(objects)), objects);
};

/** What the last deployment applied. */
const readApplied = async (
  documents: Documents,
  { now, deployment }: Pick<SurveyedTarget, 'now' | 'deployment'>,
): Promise<AppliedObjects | undefined> => {
  const text = await documents.get(documentPaths.applied(ownerLabel(ownerOf(deployment))));
  const applied = text === undefined ? undefined : (JSON.parse(text) as AppliedObjects);
  return applied !== undefined && isSamePlace(applied, now) ? applied : undefined;
};
