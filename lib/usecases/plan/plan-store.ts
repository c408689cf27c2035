import { FlotillaError } from '../../domain/errors.ts';
import type { Plan, PlannedDeployment } from '../../domain/plan/plan.ts';
import { documentPaths, planChunkSize } from '../../domain/record/keys.ts';
import { sheetOf } from '../../domain/schedule/sheet.ts';
import type { Deps } from '../deps.ts';
import { KeptDocuments } from '../record/kept-documents.ts';

/**
 * `batches/<id>/plan.json`: the plan without deployments and locks. Deployments are in chunks beside it, locks in the
 * sheet.
 */
export interface PlanHead extends Omit<Plan, 'deployments' | 'locks'> {
  readonly total: number;
}

/** Writes the frozen plan. Repeating it writes the same. */
export const writePlan = async ({ documents }: Pick<Deps, 'documents'>, batchId: string, plan: Plan): Promise<void> => {
  const { deployments, locks: _, ...rest } = plan;
  const head: PlanHead = { ...rest, total: deployments.length };
  const chunks = Array.from({ length: Math.ceil(deployments.length / planChunkSize) }, (_, chunk) =>
    documents.put(
      documentPaths.planChunk(batchId, chunk),
      JSON.stringify(deployments.slice(chunk * planChunkSize, (chunk + 1) * planChunkSize)),
    ),
  );
  await Promise.all([
    ...chunks,
    documents.put(documentPaths.plan(batchId), JSON.stringify(head)),
    documents.put(documentPaths.schedule(batchId), JSON.stringify(sheetOf(batchId, plan))),
  ]);
};

export const readPlanHead = async (
  { documents }: Pick<Deps, 'documents'>,
  batchId: string,
): Promise<PlanHead | undefined> => {
  const text = await documents.get(documentPaths.plan(batchId));
  return text === undefined ? undefined : (JSON.parse(text) as PlanHead);
};

const chunks = /* @__PURE__ */ new KeptDocuments<readonly PlannedDeployment[]>(128);

/** A hundred deployments of a plan. Throws DocumentMissing. */
export const readPlanChunk = (
  { documents }: Pick<Deps, 'documents'>,
  batchId: string,
  chunk: number,
): Promise<readonly PlannedDeployment[]> => chunks.read(documents, documentPaths.planChunk(batchId, chunk));

/** One deployment of a plan. Throws DocumentMissing. */
export const readPlanned = async (
  deps: Pick<Deps, 'documents'>,
  batchId: string,
  index: number,
): Promise<PlannedDeployment> => {
  const chunk = await readPlanChunk(deps, batchId, Math.floor(index / planChunkSize));
  const deployment = chunk[index % planChunkSize];
  if (deployment === undefined)
    throw new FlotillaError('DocumentMissing', `batch ${batchId} has no deployment ${index}`);
  return deployment;
};
