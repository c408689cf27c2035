import { type Proposed, proposeOutcome } from '../../domain/deployment/propose-outcome.ts';
import { FlotillaError } from '../../domain/errors.ts';
import { askedFor, isDelete } from '../../domain/plan/action.ts';
import type { PlannedDeployment } from '../../domain/plan/plan.ts';
import type { Cluster, WorkloadView } from '../../domain/ports.ts';
import type { Evidence } from '../../domain/record/evidence.ts';
import { foreignEvidence, foreignSentence } from '../../domain/record/foreign-evidence.ts';
import { keys } from '../../domain/record/keys.ts';
import { type CaptureRow, type ItemRow, rowOf } from '../../domain/record/rows.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { findSeenBatch } from '../grants/seen-batch.ts';
import { sightOf } from '../grants/sight.ts';
import { readPlanned } from '../plan/plan-store.ts';
import { expectedOf } from '../rollout/expected-of.ts';
import { askHealth, lookNow } from '../rollout/look-now.ts';
import { findDeployments } from './find-deployments.ts';
import { resolverProblem } from './resolver-problem.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'clock' | 'random' | 'catalogue' | 'cluster'> & AskedBy;

/** A proposal for an UNKNOWN deployment. */
export interface Proposal {
  readonly key: string;
  readonly version: string;
  readonly environment_id: string;
  readonly cluster: string;
  /** Absent if nothing is proposed; `message` says why. */
  readonly status?: 'SUCCESS' | 'FAILED';
  /** What was seen. */
  readonly message: string;
  readonly evidence: readonly Evidence[];
  /** The last run requested from the executor, whose end is unknown. */
  readonly url?: string;
}

export interface ResolutionPlan {
  readonly batch_id: string;
  readonly proposals: readonly Proposal[];
  /** More deployments are UNKNOWN: resolve these, then ask again. */
  readonly more: boolean;
}

/** Per request. Each cluster is asked once for all its deployments. */
const mostAtOnce = 50;

/** Proposes an outcome for each UNKNOWN deployment of a batch, from what its cluster shows now. Changes nothing. */
export const planResolution = async (
  deps: Needs,
  { batchId }: { readonly batchId: string },
): Promise<ResolutionPlan> => {
  const header = await findSeenBatch(deps, batchId);
  const { batch_id } = header;
  if (header.plan_hash === undefined) return { batch_id, proposals: [], more: false };
  const sight = await sightOf(deps, header);
  const search = { from: 0, limit: mostAtOnce, status: 'UNKNOWN' as const };
  const { found, next } = await findDeployments(deps, header, sight.isWhole ? search : { ...search, sees: sight.sees });
  const unknown = await Promise.all(
    found.map(async ({ index, row }) => ({ deployment: await readPlanned(deps, batch_id, index), item: row! })),
  );
  const problems = await Promise.all(unknown.map(({ deployment }) => resolverProblem(deps, header, deployment)));
  const [first] = problems;
  if (first !== undefined && problems.every((one) => one !== undefined)) {
    throw new FlotillaError('Forbidden', first, { key: unknown[0]!.deployment.key });
  }
  const allowed = unknown.filter((_, at) => problems[at] === undefined);
  const looked = await lookAtAll(deps, allowed);
  const proposals = unknown.map((one, at) => {
    const problem = problems[at];
    return proposal(one, problem === undefined ? looked.get(one)! : { message: problem, evidence: [] });
  });
  return { batch_id, proposals: await sight.shown(proposals), more: next !== undefined };
};

interface Unknown {
  readonly deployment: PlannedDeployment;
  readonly item: ItemRow;
}

const proposal = ({ deployment, item }: Unknown, { status, message, evidence }: Proposed): Proposal => {
  const { key, environment_id, cluster } = deployment;
  const version = askedFor(deployment, deployment.docker_image_version);
  const url = (item.outcome?.runs ?? item.runs).at(-1)?.url;
  return {
    ...{ key, version, environment_id, cluster },
    ...(status === undefined ? {} : { status }),
    message: foreignSentence(message),
    evidence: foreignEvidence(evidence),
    ...(url === undefined ? {} : { url }),
  };
};

const lookAtAll = async (deps: Needs, unknown: readonly Unknown[]): Promise<ReadonlyMap<Unknown, Proposed>> => {
  const byCluster = Map.groupBy(unknown, ({ deployment }) => deployment.cluster);
  const found = await Promise.all([...byCluster].map(([name, some]) => lookAt(deps, name, some)));
  return new Map(found.flat());
};

const lookAt = async (
  deps: Needs,
  name: string,
  unknown: readonly Unknown[],
): Promise<readonly (readonly [Unknown, Proposed])[]> => {
  const glance = await lookNow(
    deps,
    name,
    unknown.map(({ deployment }) => deployment.workload),
  );
  if ('unseen' in glance) {
    const message = `The cluster could not be asked: ${glance.unseen}.`;
    return unknown.map((one) => [one, { message, evidence: [] }] as const);
  }
  const { cluster, views } = glance.seen;
  return Promise.all(
    unknown.map(async (one, at) => [one, await propose(deps, one, { cluster, view: views[at]! })] as const),
  );
};

/** What was requested must also pass its health check, as for a verified deployment. */
const propose = async (
  deps: Needs,
  { deployment, item }: Unknown,
  { cluster, view }: { readonly cluster: Cluster; readonly view: WorkloadView },
): Promise<Proposed> => {
  const capture = rowOf<CaptureRow>(await deps.table.get(keys.capture(item.batch_id, deployment.index)));
  if (capture === undefined) return { message: 'What ran there before is unknown.', evidence: [] };
  const before = capture.previous === undefined ? undefined : expectedOf(capture.previous);
  const proposed = proposeOutcome({ deployment, capture, before, view, now: deps.clock.now() });
  if (proposed.status !== 'SUCCESS') return proposed;
  if (isDelete(deployment) || deployment.replicas === 0) return proposed;
  const health = await askHealth(deps, deployment, cluster);
  if (health === undefined) return proposed;
  if (health.healthy) return { ...proposed, message: `${proposed.message} Health: ${health.message}.` };
  return { message: `${proposed.message} But its health check fails: ${health.message}.`, evidence: health.evidence };
};
