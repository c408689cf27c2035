import { clusterOfAccount } from '../../domain/catalogue/executor-accounts.ts';
import { humanWaitOf } from '../../domain/deployment/human-wait.ts';
import { FlotillaError, isFlotillaError } from '../../domain/errors.ts';
import { deploys, isDelete, isScale } from '../../domain/plan/action.ts';
import { deployOf, type KeptDeployment } from '../../domain/plan/kept-deployment.ts';
import { isSameObject, type NamesOfClusters } from '../../domain/plan/lock-names.ts';
import type { PlannedDeployment } from '../../domain/plan/plan.ts';
import { canonicalJson } from '../../domain/plan/plan-hash.ts';
import type { Cluster, WorkloadView } from '../../domain/ports.ts';
import { keys } from '../../domain/record/keys.ts';
import { undeletedRelease } from '../../domain/record/recorded-release.ts';
import { type CaptureRow, type ItemRow, itemOf, type Release, rowOf, type TurnRow } from '../../domain/record/rows.ts';
import { type Baseline, captureKnown, withContainer } from '../../domain/rollout/baseline.ts';
import { parseImage } from '../../domain/rollout/image.ts';
import { answersTo, versionOf } from '../../domain/rollout/image-version.ts';
import { isRunning } from '../../domain/rollout/verdict.ts';
import type { Place } from '../../domain/schedule/place.ts';
import { attemptSeconds } from '../../domain/strategy/steps-of.ts';
import { longestQueue } from '../deployment/queue-start.ts';
import { awaySinceOf, hasReturned, ofThisTurn, returnTurn, turnReturned, whyHeld } from '../deployment/return-turn.ts';
import type { Deps } from '../deps.ts';
import { readPlanned } from '../plan/plan-store.ts';
import { retryConflict } from '../retry-conflict.ts';
import { refuseWithoutRights, reviewRights } from '../schedule/cluster-rights.ts';
import { checkAlone, noteCluster } from '../schedule/known-clusters.ts';
import { noteAnswer, noteOutage } from '../schedule/outages.ts';
import { readGoodAndLast, readTarget } from '../targets/read-now.ts';
import { findTombstone, type Observed, replicasBefore, type Standing, withScaled } from './found-before.ts';
import { containerSince, severalContainers } from './known-container.ts';
import { notToBeReplaced } from './not-to-be-replaced.ts';
import { runningVersion } from './running-version.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'clock' | 'random' | 'ids' | 'catalogue' | 'cluster' | 'tell'>;

/** Waits between looks at a cluster that does not answer, in milliseconds. */
const waits = [1_000, 2_000, 4_000];

/** Records what runs now: the baseline of this attempt and, before the first attempt, the release to return to. */
export const captureBaseline = async (deps: Needs, { batch_id, index }: Place): Promise<Captured> => {
  const deployment = await readPlanned(deps, batch_id, index);
  const { item, turn } = await readOwnTurn(deps, { batch_id, index });
  const earlier = ofThisTurn(turn, rowOf<CaptureRow>(await deps.table.get(keys.capture(batch_id, index))));
  const { view, namesOf } = await lookOrReturn(deps, deployment, { item, turn });
  if (namesOf !== undefined) await checkAlone(deps, deployment, { place: { batch_id, index }, namesOf });
  const { good, last } = await readGoodAndLast(deps.table, deployment.target);
  const undeleted = undeletedRelease(good, last);
  // A release that was deployed to another object cannot be restored here.
  const recorded = undeleted !== undefined && isSameObject(undeleted.deployment, deployment) ? undeleted : undefined;
  const container =
    earlier === undefined ? containerBefore(deployment, recorded) : containerSince(deployment, earlier, view);
  const baseline = withTtl(captureKnown(deployment.workload, view, container), recorded);
  const seen = { view, baseline, recorded };
  const previous =
    earlier === undefined ? findPrevious(deps, deployment, { ...seen, place: { batch_id, index } }) : earlier.previous;
  const tombstone = earlier === undefined ? await findTombstone(deps, deployment, seen) : earlier.tombstone;
  const row: CaptureRow = {
    attempt: item.attempt,
    ...(turn?.fence === undefined ? {} : { fence: turn.fence }),
    baseline,
    at: deps.clock.now(),
    ...(previous === undefined ? {} : { previous }),
    ...(tombstone === undefined ? {} : { tombstone }),
    ...severalContainers(deployment, baseline, view),
    ...sinceFirst(deployment, { item, earlier, view }),
    ...(await sinceUndone(deps, deployment, { item, view })),
  };
  await retryConflict(deps, () => deps.table.transact([{ put: itemOf(keys.capture(batch_id, index), row) }]));
  return {
    attempt: item.attempt,
    timeout_seconds: attemptSeconds(deployment),
    wait_seconds: waitOf(deployment, previous),
    on_cluster: isOnCluster(deployment),
    restore_on_cluster: isOnCluster(previous?.deployment ?? deployment),
  };
};

/** What the states after this one need. */
export interface Captured {
  readonly attempt: number;
  readonly timeout_seconds: number;
  readonly wait_seconds: number;
  readonly on_cluster: boolean;
  /** The executor that deployed the previous release restores it. */
  readonly restore_on_cluster: boolean;
}

const isOnCluster = ({ executor }: KeptDeployment): boolean => clusterOfAccount(executor.account) !== undefined;

interface OwnTurn {
  readonly item: ItemRow;
  readonly turn: TurnRow | undefined;
}

/**
 * Gives the turn back if it is held and nothing was touched. If the turn was given back earlier, sends the child back
 * again.
 */
const readOwnTurn = async (deps: Needs, { batch_id, index }: Place): Promise<OwnTurn> =>
  retryConflict(deps, async () => {
    const [read, readTurn] = await Promise.all([
      deps.table.get(keys.item(batch_id, index)),
      deps.table.get(keys.turn(batch_id, index)),
    ]);
    const [item, turn] = [rowOf<ItemRow>(read), rowOf<TurnRow>(readTurn)];
    if (item === undefined) throw new FlotillaError('ContractBroken', `deployment ${index} has no turn`);
    // A child was redriven. The capture of an ended deployment must stay, because a rollback relies on it.
    if (item.outcome !== undefined)
      throw new FlotillaError('AttemptEnded', `It has already ended: ${item.outcome.message}`);
    if (hasReturned(item)) throw turnReturned(item.message);
    if (turn?.state !== 'held' || item.touched === true) return { item, turn };
    const because = { reason: 'Held', message: await whyHeld(deps, turn) };
    return returnTurn(deps, { item, turn, because, actor: 'observer' });
  });

/**
 * A cluster that cannot be reached before anything was touched is not a failure. For up to an hour the turn is given
 * back, and comes again when the cluster answers.
 */
const lookOrReturn = async (deps: Needs, deployment: PlannedDeployment, { item, turn }: OwnTurn): Promise<Looked> => {
  const asked = { scope: { cluster: deployment.cluster }, tries: turn?.tries };
  try {
    const looked = await look(deps, deployment, item);
    await noteAnswer(deps, asked);
    return looked;
  } catch (error) {
    if (!isClusterAway(error)) throw error;
    await noteOutage(deps, asked, error.message);
    await giveBackForCluster(deps, item, error);
    throw error;
  }
};

/**
 * A cluster that answers with a status of its own is reachable. And waiting does not help with an untrusted
 * certificate.
 */
const isClusterAway = (error: unknown): error is FlotillaError => {
  if (!isFlotillaError(error, 'ClusterUnavailable')) return false;
  const { status, permanent } = error.details;
  return permanent !== true && (typeof status !== 'number' || status >= 500);
};

const giveBackForCluster = (deps: Needs, { batch_id, index }: Place, { name, message }: FlotillaError): Promise<void> =>
  retryConflict(deps, async () => {
    const { item, turn } = await readOwnTurn(deps, { batch_id, index });
    const awaySince = awaySinceOf(deps, item);
    const isOpen = turn?.state === 'granted' && item.touched !== true;
    if (!isOpen || awaySince === undefined) return;
    await returnTurn(deps, { item, turn, awaySince, because: { reason: name, message }, actor: 'observer' });
  });

/** A Job that removes itself is mostly gone by now. The last one shows how soon that happens. */
const withTtl = (baseline: Baseline, { ttl_seconds }: Pick<Release, 'ttl_seconds'> = {}): Baseline =>
  baseline.exists || ttl_seconds === undefined ? baseline : { ...baseline, ttl_seconds };

/** Somebody else may have changed the target between two attempts. Another attempt would undo their change. */
const sinceFirst = (
  deployment: PlannedDeployment,
  {
    item,
    earlier,
    view,
  }: { readonly item: ItemRow; readonly earlier: CaptureRow | undefined; readonly view: WorkloadView },
): Pick<CaptureRow, 'first_baseline' | 'overtaken'> => {
  const first = earlier?.first_baseline ?? (earlier?.attempt === item.attempt ? undefined : earlier?.baseline);
  if (earlier === undefined || first === undefined) return {};
  const message = notToBeReplaced(deployment, { ...earlier, first_baseline: first }, view);
  if (message === undefined) return { first_baseline: first };
  return { first_baseline: first, overtaken: { message, ...runningVersion(deployment, view) } };
};

/** A replayed release names its container. Otherwise the last good release's is used. */
const containerBefore = ({ replay }: PlannedDeployment, recorded: Release | undefined): string | undefined =>
  replay?.container ?? recorded?.container;

/**
 * Before a rollback starts anything: what runs must be what it takes back, or what that deployment had found. Anything
 * else belongs to somebody else, perhaps a hotfix, and is left alone.
 */
const sinceUndone = async (
  deps: Needs,
  deployment: PlannedDeployment,
  { item, view }: { readonly item: ItemRow; readonly view: WorkloadView },
): Promise<Pick<CaptureRow, 'overtaken'>> => {
  const { replay } = deployment;
  const last = replay?.kind === 'rollback' ? (replay.of.at(-1) ?? replay.expects) : undefined;
  if (last === undefined || item.runs.length > 0) return {};
  const capture = rowOf<CaptureRow>(await deps.table.get(keys.capture(last.batch_id, last.index)));
  if (capture === undefined) return {};
  const undone = await readUndone(deps, deployment, last);
  const message = notToBeReplaced(undone, capture, view);
  return message === undefined ? {} : { overtaken: { message, ...runningVersion(undone, view) } };
};

/**
 * The deployment as planned. If others' changes were adopted and the rollback was planned on that basis, with their
 * version.
 */
const readUndone = async (
  deps: Needs,
  { target, replay }: PlannedDeployment,
  last: Place,
): Promise<PlannedDeployment> => {
  const planned = await readPlanned(deps, last.batch_id, last.index);
  if (replay?.expects?.adopted_at === undefined) return planned;
  const { now } = await readTarget(deps, target);
  return now?.version === undefined ? planned : { ...planned, docker_image_version: now.version };
};

/** Seconds that a start may wait in the queue, plus those that its run, or a restore's, may wait for a person. */
const waitOf = (deployment: PlannedDeployment, previous: Release | undefined): number =>
  longestQueue / 1_000 + Math.max(humanWaitOf(deployment), humanWaitOf(previous?.deployment ?? deployment));

interface Looked {
  readonly view: WorkloadView;
  /** The names of clusters, including this one. Only before anything was started. */
  readonly namesOf?: NamesOfClusters;
}

/**
 * Once there was a run, others see its locks, and its effects may have to be undone. So the cluster's identity is no
 * longer checked.
 */
const look = async (deps: Needs, deployment: PlannedDeployment, { runs }: ItemRow): Promise<Looked> => {
  for (let tries = 0; ; tries++) {
    try {
      const cluster = await deps.cluster(deployment.cluster);
      return await (runs.length > 0 ? lookAgain(cluster, deployment) : lookFirst(deps, cluster, deployment));
    } catch (error) {
      const wait = waits[tries];
      if (wait === undefined || !isFlotillaError(error, 'ClusterUnavailable')) throw error;
      await deps.clock.sleep(wait);
    }
  }
};

const lookAgain = async (cluster: Cluster, { workload }: PlannedDeployment): Promise<Looked> => {
  const [view] = await cluster.read([workload]);
  return { view: view! };
};

/** Nothing was started yet, so this is the time to learn that the cluster will never let us watch the rollout. */
const lookFirst = async (deps: Needs, cluster: Cluster, deployment: PlannedDeployment): Promise<Looked> => {
  try {
    const { view } = await lookAgain(cluster, deployment);
    const { namesOf, rights } = await noteCluster(deps, deployment.cluster, cluster);
    await reviewRights(deps, { deployment, cluster, rights });
    return { view, namesOf };
  } catch (error) {
    if (isFlotillaError(error, 'ClusterUnavailable') && error.details.status === 403) {
      await noteCluster(deps, deployment.cluster, cluster);
      await refuseWithoutRights(deps, { deployment, cluster });
    }
    throw error;
  }
};

/**
 * The release to return to: the last verified one, unless something else runs properly now, perhaps a hotfix. Then that
 * one. A release with the same version as the new one is no release to return to.
 */
const findPrevious = (
  deps: Needs,
  deployment: PlannedDeployment,
  { recorded, place, ...seen }: Standing & { readonly place: Place },
): Release | undefined => {
  // There was nothing to restore.
  if (!deploys(deployment) && !seen.baseline.exists) return undefined;
  const observed = observedRelease(deps, deployment, seen);
  const release = recorded === undefined || isReplaced(recorded, observed) ? observed : recorded;
  if (isScale(deployment)) return replicasBefore(deps, deployment, { ...seen, release });
  if (release === undefined) return undefined;
  const whole = isOnlyImage(release) ? { ...release, deployment: withBefore(release.deployment, place) } : release;
  if (isDelete(deployment)) return withScaled(whole, seen.view);
  const isSame = answersTo(release.version, deployment.docker_image_version);
  if (isSame && !hasOtherManifests(release, deployment)) return undefined;
  return whole;
};

/** The same version with other objects is another release. */
const hasOtherManifests = ({ deployment: { executor } }: Release, deployment: PlannedDeployment): boolean => {
  const { manifests } = deployment.executor.settings;
  return manifests !== undefined && canonicalJson(manifests) !== canonicalJson(executor.settings.manifests ?? null);
};

/** True for a release on a cluster if nothing says what else belongs to it. */
const isOnlyImage = ({ origin, deployment }: Release): boolean =>
  isOnCluster(deployment) && (origin === 'observed' || deployment.executor.settings.manifests === undefined);

/** The version of an artifact other than an image, for example a chart, cannot be read from the cluster. */
const isReplaced = (recorded: Release, observed: Release | undefined): boolean =>
  observed !== undefined &&
  observed.deployment.docker_artifact_type === 'docker' &&
  observed.version !== recorded.version &&
  observed.image !== recorded.image;

/** Names the place where this deployment recorded what was there before, so that a restore can use it. */
const withBefore = ({ executor, ...deployment }: KeptDeployment, { batch_id, index }: Place): KeptDeployment => {
  const { before: _, manifests: __, ...settings } = executor.settings;
  return { ...deployment, executor: { ...executor, settings: { ...settings, before: { batch_id, index } } } };
};

const observedRelease = (
  { clock }: Needs,
  deployment: PlannedDeployment,
  { view, baseline }: Observed,
): Release | undefined => {
  const image = baseline.image;
  const version = image === undefined ? undefined : versionOf(parseImage(image));
  if (image === undefined || version === undefined) return undefined;
  const now = clock.now();
  const { docker_artifact_type: artifactType, rollout: settings } = deployment;
  const workload = withContainer(deployment.workload, baseline);
  const look = { workload, expected: { version, artifactType, image }, view, now };
  if (!isRunning({ ...look, ...(settings && { settings }) })) return undefined;
  return { version, image, deployment: deployOf(deployment), origin: 'observed', at: now, batch_id: '' };
};
