import type { Deployment } from '../../domain/batch/batch.ts';
import { nearest } from '../../domain/batch/nearest.ts';
import { completeOne, type DeployedNow, type OneDeployment } from '../../domain/batch/one-deployment.ts';
import { writeBatch } from '../../domain/batch/write-batch.ts';
import { type Catalogue, entryOf } from '../../domain/catalogue/catalogue.ts';
import { FlotillaError, isFlotillaError } from '../../domain/errors.ts';
import { allRights } from '../../domain/grants/rights.ts';
import { askedFor, deploys } from '../../domain/plan/action.ts';
import { targetOf } from '../../domain/plan/lock-names.ts';
import type { TargetRow } from '../../domain/targets/target-row.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { checkAnyGrant } from '../grants/refuse.ts';
import { readPlanned } from '../plan/plan-store.ts';
import { type PlanPreview, previewPlan } from '../plan/preview-plan.ts';
import { readNow } from '../targets/read-now.ts';
import type { Sender, Submitted } from './accept-batch.ts';
import { submitBatch } from './submit-batch.ts';

/** A deployment requested without a file, and why. */
export interface OneRequest extends OneDeployment {
  readonly reason?: string | undefined;
}

type Recorded = Pick<Deps, 'table' | 'documents'>;
type Needs = Recorded & Pick<Deps, 'workflow' | 'clock' | 'ids' | 'catalogue'> & AskedBy;

/**
 * Deploys one version of one service, or deletes or scales it, as a batch of one. Missing fields are filled in from
 * what is known.
 */
export const deployOne = async (
  deps: Needs,
  { planHash, ...input }: OneRequest & Sender & { readonly planHash?: string | undefined },
): Promise<Submitted> => {
  const { actor, formerly, idempotencyKey, links, reason } = input;
  const text = await textOfOne(deps, input);
  const origin = { kind: 'deployment', ...(reason === undefined ? {} : { reason }) } as const;
  return submitBatch(deps, { text, body: bodyOf(input), actor, formerly, idempotencyKey, links, planHash, origin });
};

/** What identifies a repeated request, whatever runs there by then. */
const bodyOf = ({
  key,
  version,
  environment,
  infrastructure,
  artifact,
  reason,
  action,
  replicas,
  at_once,
}: OneRequest): string =>
  JSON.stringify([
    ...['deployment', key, version, environment, infrastructure, artifact, reason],
    ...(action === undefined ? [] : [action, replicas]),
    ...(at_once === true ? ['at once'] : []),
  ]);

/** Previews the request. Without records, the configuration must supply the missing fields. */
export const previewOne = async (
  deps: Pick<Deps, 'catalogue'> & Partial<Recorded & AskedBy>,
  request: OneRequest,
): Promise<PlanPreview> => previewPlan(deps, { text: await textOfOne(deps, request) });

const textOfOne = async (
  { table, documents, rights = allRights, ...deps }: Pick<Deps, 'catalogue'> & Partial<Recorded & AskedBy>,
  request: OneRequest,
): Promise<string> => {
  checkAnyGrant(rights);
  checkAction(request);
  const catalogue = await deps.catalogue();
  checkEnvironment(catalogue, request);
  const [pillar = '', service_name = ''] = request.key.split('/');
  const mayLook = rights.may('read', { pillar, environment: request.environment });
  const isSaid = request.infrastructure !== undefined && (request.artifact !== undefined || !deploys(request));
  const now =
    isSaid || !mayLook || table === undefined || documents === undefined
      ? []
      : await readDeployed({ table, documents }, catalogue, { ...request, pillar, service_name });
  const deployment = completeOne(request, catalogue, now);
  if ('problem' in deployment) throw new FlotillaError('RequestInvalid', deployment.problem, { key: request.key });
  return fileOf(deployment);
};

const checkAction = ({ action, replicas, version, artifact, at_once }: OneRequest): void => {
  const problem = whatDoesNotGo({ action, replicas, version, artifact, at_once });
  if (problem !== undefined) throw new FlotillaError('RequestInvalid', problem);
};

type Fields = Pick<OneRequest, 'action' | 'replicas' | 'version' | 'artifact' | 'at_once'>;

const whatDoesNotGo = ({ action, replicas, version, artifact, at_once }: Fields): string | undefined => {
  if (action === undefined && version === undefined) return 'Say which version to deploy (version).';
  if (action !== undefined && (version ?? artifact) !== undefined)
    return `A ${action} acts on what is deployed: it takes no version and no artifact.`;
  if (action !== undefined && at_once !== undefined) return `A ${action} takes no steps, so at_once has no meaning.`;
  if (action === 'scale' && replicas === undefined) return 'A scale needs replicas: the number you want.';
  return action !== 'scale' && replicas !== undefined ? 'Only a scale takes replicas (action: scale).' : undefined;
};

const checkEnvironment = ({ environments }: Catalogue, { environment }: OneRequest): void => {
  if (environments === undefined || entryOf(environments, environment) !== undefined) return;
  const near = nearest(environment, Object.keys(environments).sort());
  const hint = near === undefined ? '' : ` Did you mean ${near}?`;
  throw new FlotillaError('RequestInvalid', `There is no environment ${JSON.stringify(environment)}.${hint}`);
};

interface Asked extends Pick<OneRequest, 'action'> {
  readonly environment: string;
  readonly pillar: string;
  readonly service_name: string;
}

/** Reads NOW for each cluster: one read per cluster. */
const readDeployed = async (
  deps: Recorded,
  catalogue: Catalogue,
  { environment, pillar, service_name, action }: Asked,
): Promise<readonly DeployedNow[]> => {
  const clusters = Object.keys(catalogue.clusters).sort();
  const targets = clusters.map((cluster) => targetOf({ environment_id: environment, cluster, pillar, service_name }));
  const rows = (await readNow(deps, targets)).filter(
    (row) => row !== undefined && (row.state !== 'deleted' || action !== undefined),
  );
  return Promise.all(rows.map((row) => deployedAs(deps, row!)));
};

/** The deployment as it was planned, while its plan is kept. */
const deployedAs = async (deps: Recorded, { batch_id, index, infrastructure_id }: TargetRow): Promise<DeployedNow> => {
  const planned = await readPlanned(deps, batch_id, index).catch((error: unknown) => {
    if (!isFlotillaError(error, 'DocumentMissing')) throw error;
    return undefined;
  });
  return {
    infrastructure: planned?.infrastructure_id ?? infrastructure_id,
    artifact: planned?.docker_artifact_type,
  };
};

const fileOf = (deployment: Deployment): string =>
  writeBatch({
    comments: ['One deployment, requested without a file.'],
    metadata: {
      name: `${deployment.key} ${askedFor(deployment, deployment.docker_image_version)}`.slice(0, 100).toWellFormed(),
    },
    strategy: { mode: 'parallel', max_concurrency: 1, on_failure: 'continue' },
    deployments: [deployment],
  });
