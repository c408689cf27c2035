import type { Batch } from '../../domain/batch/batch.ts';
import type { ManifestText } from '../../domain/batch/check-manifests.ts';
import type { ParseOptions } from '../../domain/batch/parse-batch.ts';
import { warnOfDeployer, warnOfRights } from '../../domain/catalogue/noted-rights.ts';
import { describePlaces, reachOf } from '../../domain/grants/reach.ts';
import { allRights, type Rights } from '../../domain/grants/rights.ts';
import { type ManifestsPreview, previewManifests } from '../../domain/manifests/preview-manifests.ts';
import { deploys } from '../../domain/plan/action.ts';
import { type AfterFailure, afterFailure } from '../../domain/plan/after-failure.ts';
import { describeDeployment } from '../../domain/plan/describe-deployment.ts';
import { type NamesOfClusters, placeOfTarget } from '../../domain/plan/lock-names.ts';
import type { Plan, PlannedDeployment, Strategy } from '../../domain/plan/plan.ts';
import { planBatch } from '../../domain/plan/plan-batch.ts';
import { type VersionStep, versionStep } from '../../domain/plan/version-step.ts';
import { type WorstCase, worstCase } from '../../domain/plan/worst-case.ts';
import type { RecordedRelease } from '../../domain/record/recorded-release.ts';
import { ambiguityWarning } from '../../domain/rollout/ambiguity-warning.ts';
import { readValidBatch } from '../batch/read-valid-batch.ts';
import { whatIsAsked } from '../deployment/deployment-view.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { checkAnyGrant, refuseBy } from '../grants/refuse.ts';
import { shownTo } from '../grants/sight.ts';
import type { HoldView } from '../holds/hold-view.ts';
import { isoTime } from '../iso-time.ts';
import { readNamesOfClusters } from '../schedule/known-clusters.ts';
import { type Held, readHeld } from '../schedule/read-held.ts';
import { readHolding } from './read-holding.ts';
import { readRecorded } from './read-recorded.ts';

export interface PlanPreview {
  readonly plan_hash: string;
  readonly total: number;
  readonly levels: number;
  readonly strategy: Strategy;
  readonly limits: Readonly<Record<string, number>>;
  readonly critical_path: readonly string[];
  /** What happens when deployments fail. */
  readonly after_failure: AfterFailure;
  /** How long it takes at worst. */
  readonly worst_case?: WorstCase;
  readonly warnings: readonly string[];
  /** What would only be simulated. */
  readonly simulated: { readonly harness: boolean; readonly clusters: readonly string[] };
  /**
   * How many deployments were compared with the records of their targets, and how many were left out. Absent without
   * records.
   */
  readonly recorded?: { readonly looked_up: number; readonly left_out: number };
  /** The holds that keep some deployments from their turn now. Absent without such holds or records. */
  readonly holds?: readonly HoldView[];
  /** In plan order. */
  readonly deployments: readonly DeploymentPreview[];
}

export interface DeploymentPreview {
  readonly index: number;
  readonly key: string;
  readonly level: number;
  /** Among deployments that may start, the smaller rank goes first. */
  readonly rank: number;
  readonly priority: number;
  /** Absent for a delete or scale, which has `action` instead. */
  readonly docker_image_version?: string;
  readonly action?: 'delete' | 'scale';
  readonly replicas?: number;
  /** What Flotilla last recorded as running there, no matter who changed it. Absent without a record. */
  readonly recorded?: Omit<RecordedRelease, 'at' | 'containers' | 'ttl_seconds'> & { readonly at: string };
  /** How the new version compares with it. Absent if the version that will run is unknown, or was not looked up. */
  readonly change?: VersionStep;
  /** Who holds its locks now: a deployment at work, or an UNKNOWN one that must be resolved first. */
  readonly held_by?: readonly Held[];
  /** The ids of the first three holds that would keep it from its turn. They are among the plan's `holds`. */
  readonly holds?: readonly string[];
  readonly environment_id: string;
  readonly cluster: string;
  /** On AWS: the place whose functions ask this cluster. */
  readonly place?: string;
  readonly namespace: string;
  readonly executor: string;
  /**
   * What the executor `kubernetes` would apply. Absent if that is only the workload's image, or another executor
   * deploys.
   */
  readonly manifests?: ManifestsPreview;
  readonly dependencies: readonly string[];
  readonly steps: readonly string[];
}

type Needs = Pick<Deps, 'catalogue'> & Partial<Records>;
type Records = Pick<Deps, 'table' | 'documents'> & AskedBy;

interface PreviewInput extends Pick<ParseOptions, 'isRepeated'> {
  readonly text: string;
  /** Adds what no file can say. */
  readonly changed?: (batch: Batch) => Batch;
}

/**
 * Shows what a batch would do, to a caller who may see everything it would change. Writes nothing and asks no cluster:
 * what runs, what is locked and which clusters are the same comes from the table, if there is one.
 */
export const previewPlan = async (
  { table, documents, rights = allRights, ...deps }: Needs,
  input: PreviewInput,
): Promise<PlanPreview> => {
  checkAnyGrant(rights);
  const catalogue = await deps.catalogue();
  const names = table === undefined ? undefined : await readNamesOfClusters({ table, ...deps });
  const read = readValidBatch(input.text, catalogue, {
    sureNamesOf: names?.sureNamesOf,
    refuse: refuseBy(rights, 'read'),
    isRepeated: input.isRepeated,
  });
  const batch = input.changed?.(read.batch) ?? read.batch;
  const lacking = names === undefined ? [] : warnOfRights(batch.deployments, catalogue, names.rightsOf);
  const warned = [...read.warnings, ...lacking, ...warnOfGrants(batch, rights)];
  const plan = planBatch(batch, catalogue, { warnings: warned, ...names });
  const worst = worstCase(plan);
  const lacks = names === undefined ? [] : warnOfDeployer(plan.deployments, names.deployerRightsOf);
  const used = new Set(plan.deployments.map(({ cluster }) => cluster));
  const clusters = [...used].filter((name) => catalogue.clusters[name]?.simulated === true).sort();
  const known =
    table === undefined || documents === undefined || names === undefined
      ? undefined
      : await readKnown({ table, documents, rights }, plan, names.sameClusters);
  return {
    plan_hash: plan.plan_hash,
    total: plan.deployments.length,
    levels: plan.deployments.reduce((most, { level }) => Math.max(most, level + 1), 0),
    strategy: plan.strategy,
    limits: plan.limits,
    critical_path: plan.critical_path,
    after_failure: afterFailure(plan.deployments, read.unasked),
    ...(worst === undefined ? {} : { worst_case: worst }),
    warnings: [...plan.warnings, ...lacks, ...(known?.warnings ?? [])],
    simulated: { harness: catalogue.harness?.simulated === true, clusters },
    ...(known === undefined ? {} : { recorded: known.counts }),
    ...(known === undefined || known.holds.length === 0 ? {} : { holds: known.holds }),
    deployments: plan.deployments.map((deployment) => ({
      ...previewDeployment(plan, deployment, read.manifests),
      ...known?.of(deployment),
    })),
  };
};

type Known = Pick<DeploymentPreview, 'recorded' | 'change' | 'held_by' | 'holds'>;

/** Seeing a plan needs fewer rights than submitting it, so this warns that a submit would be refused. */
const warnOfGrants = ({ deployments }: Batch, rights: Rights): readonly string[] => {
  const refused = rights.refused('deploy', rights.everywhere('deploy') ? {} : reachOf(deployments));
  return refused.length === 0
    ? []
    : [`No grant lets you deploy ${describePlaces(refused)}: this batch would be refused.`];
};

const readKnown = async (deps: Records, plan: Plan, clustersOf: NamesOfClusters) => {
  const { deployments } = plan;
  const [held, holding, recorded] = await Promise.all([
    readHeld(deps, plan).then((all) => shownTo(deps, all)),
    readHolding(deps, plan),
    readRecorded(deps, deployments, clustersOf),
  ]);
  /** The record may come from another target that leads to the same object. */
  const isSeen = (one: RecordedRelease | undefined): boolean =>
    one?.target === undefined || deps.rights.may('read', placeOfTarget(one.target));
  return {
    warnings: deployments.flatMap((deployment) => [
      ...askForContainer(deployment, recorded[deployment.index]),
      ...warnOfTtl(deployment, recorded[deployment.index]),
    ]),
    holds: holding.holds,
    counts: { looked_up: recorded.length, left_out: deployments.length - recorded.length },
    of: (deployment: PlannedDeployment): Known => {
      const { index } = deployment;
      const told = index < recorded.length && isSeen(recorded[index]) ? tellRecorded(recorded[index], deployment) : {};
      const ids = holding.of(index);
      const onHold = ids.length === 0 ? {} : { holds: ids };
      if (held[index]!.length === 0) return { ...told, ...onHold };
      // What will run when its turn comes depends on the deployments before it.
      const { change: _, ...rest } = told;
      return { ...rest, held_by: held[index]!, ...onHold };
    },
  };
};

/** The pipeline may go on for minutes after the Job ends, and only then does anybody look. */
const soonSeconds = 300;

const warnOfTtl = ({ key, workload }: PlannedDeployment, recorded: RecordedRelease | undefined): string[] => {
  const ttl = recorded?.ttl_seconds;
  if (workload.kind !== 'job' || ttl === undefined || ttl >= soonSeconds) return [];
  const how = `its Job removes itself ${ttl} s after it ends (ttlSecondsAfterFinished), as last seen`;
  return [
    `${key}: ${how}. If it is gone before Flotilla sees its end, the outcome is UNKNOWN. Set ${soonSeconds} s or more`,
  ];
};

const askForContainer = ({ key, workload }: PlannedDeployment, recorded: RecordedRelease | undefined): string[] =>
  recorded?.containers === undefined || workload.container !== undefined || workload.image !== undefined
    ? []
    : [`${key}: ${ambiguityWarning(recorded.containers)}`];

const tellRecorded = (release: RecordedRelease | undefined, deployment: PlannedDeployment): Known => {
  const isDeploy = deploys(deployment);
  if (release === undefined) return isDeploy ? { change: 'new' } : {};
  const { containers: _, ttl_seconds: __, ...recorded } = release;
  const told = { recorded: { ...recorded, at: isoTime(recorded.at) } };
  if (recorded.version === undefined || !isDeploy) return told;
  return { ...told, change: versionStep(recorded.version, deployment.docker_image_version) };
};

const previewDeployment = (
  plan: Plan,
  deployment: PlannedDeployment,
  texts: ReadonlyMap<string, ManifestText>,
): DeploymentPreview => {
  const manifests = previewManifests(deployment, texts);
  const dependencies = deployment.dependencies.map((index) => plan.deployments[index]!.key);
  return {
    index: deployment.index,
    key: deployment.key,
    level: deployment.level,
    rank: deployment.rank,
    priority: deployment.priority,
    ...whatIsAsked(deployment),
    environment_id: deployment.environment_id,
    cluster: deployment.cluster,
    ...(deployment.place === undefined ? {} : { place: deployment.place }),
    namespace: deployment.workload.namespace,
    executor: deployment.executor.name,
    ...(manifests === undefined ? {} : { manifests }),
    dependencies,
    steps: describeDeployment(deployment, dependencies),
  };
};
