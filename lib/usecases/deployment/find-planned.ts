import { keyHint } from '../../domain/batch/key-hint.ts';
import { FlotillaError } from '../../domain/errors.ts';
import type { PlannedDeployment } from '../../domain/plan/plan.ts';
import type { HeaderRow } from '../../domain/record/rows.ts';
import { placeOf } from '../../domain/schedule/sheet.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { readPlanned } from '../plan/plan-store.ts';
import { readKeptSheet } from '../schedule/schedule-store.ts';
import { resolverProblem } from './resolver-problem.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'clock' | 'catalogue'> & AskedBy;

/** Finds a batch's deployment by key, for a caller who may decide about it. Throws DeploymentNotFound or Forbidden. */
export const findToDecide = async (deps: Needs, header: HeaderRow, key: string): Promise<PlannedDeployment> => {
  const deployment = await findPlanned(deps, header, key);
  const problem = await resolverProblem(deps, header, deployment);
  if (problem !== undefined) throw new FlotillaError('Forbidden', problem, { key });
  return deployment;
};

const findPlanned = async (
  deps: Needs,
  { batch_id, plan_hash }: HeaderRow,
  key: string,
): Promise<PlannedDeployment> => {
  const sheet = plan_hash === undefined ? undefined : await readKeptSheet(deps, batch_id);
  const isSeen = (index: number): boolean => sheet !== undefined && deps.rights.may('read', placeOf(sheet, index));
  const index = sheet?.keys.indexOf(key) ?? -1;
  if (index >= 0 && isSeen(index)) return readPlanned(deps, batch_id, index);
  const seen = (sheet?.keys ?? []).filter((_, at) => isSeen(at));
  const message = `Batch ${batch_id} has no planned deployment ${key}${keyHint(key, seen)}.`;
  throw new FlotillaError('DeploymentNotFound', message, { batch_id, key });
};
