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

/** Keeps what runs now: the baseline of this attempt and, before the first one, the release to return to. */
export const captureBaseline = async (deps: Needs, { batch_id, index }: Place): Promise<Captured> => {
  const deployment = await readPlanned(deps, batch_id, index);
  const { item, turn } = await readOwnTurn(deps, { batch_id, index });
  const earlier = ofThisTurn(turn, rowOf<CaptureRow>(await deps.table.get(keys.capture(batch_id, index))));
  const { view, namesOf } = await lookOrReturn(deps, deployment, { item, turn });
  if (namesOf !== undefined) await checkAlone(deps, deployment, { place: { batch_id, index }, namesOf });
  const { good, last } = await readGoodAndLast(deps.table, deployment.target);
  const undeleted = undeletedRelease(good, last);
  // What was deployed to another object is nothing to return to here.
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

/** What the states after this one go by. */
export interface Captured {
  readonly attempt: number;
  readonly timeout_seconds: number;
  readonly wait_seconds: number;
  readonly on_cluster: boolean;
  /** Whoever deployed the release before puts it back. */
  readonly restore_on_cluster: boolean;
}

const isOnCluster = ({ executor }: KeptDeployment): boolean => clusterOfAccount(executor.account) !== undefined;

interface OwnTurn {
  readonly item: ItemRow;
  readonly turn: TurnRow | undefined;
}

/** Gives the turn back where it is held and nothing was touched; one that has done so before is sent back again. */
const readOwnTurn = async (deps: Needs, { batch_id, index }: Place): Promise<OwnTurn> =>
  retryConflict(deps, async () => {
    const [read, readTurn] = await Promise.all([
      deps.table.get(keys.item(batch_id, index)),
      deps.table.get(keys.turn(batch_id, index)),
    ]);
    const [item, turn] = [rowOf<ItemRow>(read), rowOf<TurnRow>(readTurn)];
    if (item === undefined) throw new FlotillaError('ContractBroken', `deployment ${index} has no turn`);
    // A child that was redriven: what was captured of what has ended must stay, a rollback goes by it.
    if (item.outcome !== undefined)
      throw new FlotillaError('AttemptEnded', `It has ended already: ${item.outcome.message}`);
    if (hasReturned(item)) throw turnReturned(item.message);
    if (turn?.state !== 'held' || item.touched === true) return { item, turn };
    const because = { reason: 'Held', message: await whyHeld(deps, turn) };
    return returnTurn(deps, { item, turn, because, actor: 'observer' });
  });

/**
 * A cluster that cannot be reached before anything was touched is no failure: for an hour the turn is given back, and comes again when
 * the cluster answers.
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

/** What a cluster answers by a status of its own, it answers; and no time helps against a certificate that is not trusted. */
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

/** A Job that removes itself is mostly gone by now: how soon it does so is known from the last one. */
const withTtl = (baseline: Baseline, { ttl_seconds }: Pick<Release, 'ttl_seconds'> = {}): Baseline =>
  baseline.exists || ttl_seconds === undefined ? baseline : { ...baseline, ttl_seconds };

/** Between two attempts somebody else may have come: another attempt would take theirs away. */
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

/** What is put back knows its own container; else it is that of the last good release. */
const containerBefore = ({ replay }: PlannedDeployment, recorded: Release | undefined): string | undefined =>
  replay?.container ?? recorded?.container;

/**
 * Before a rollback has started anything: what stands there must be what it takes back, or what that had found. Anything else is
 * somebody's, a hotfix perhaps, and is left alone.
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

/** As it was planned; with the version of what others made of it, where that was taken as right and the rollback was planned by that. */
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

/** Seconds that a start may wait in the queue, and then its run, or that of a restore, for a person. */
const waitOf = (deployment: PlannedDeployment, previous: Release | undefined): number =>
  longestQueue / 1_000 + Math.max(humanWaitOf(deployment), humanWaitOf(previous?.deployment ?? deployment));

interface Looked {
  readonly view: WorkloadView;
  /** By what clusters are known, this one among them; only before anything was started. */
  readonly namesOf?: NamesOfClusters;
}

/** Once there was a run, who else works there hears of it, and what it did may have to be undone: then nobody is asked who is who. */
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

/** Nothing was started yet: it is still time to hear that the cluster will never let us see what becomes of it. */
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
 * The release to return to: the last one that was verified, unless something else runs in good order now, a hotfix perhaps:
 * then that. The same version as the new one is nothing to return to.
 */
const findPrevious = (
  deps: Needs,
  deployment: PlannedDeployment,
  { recorded, place, ...seen }: Standing & { readonly place: Place },
): Release | undefined => {
  // Nothing was there that could be put back.
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

/** The same version in other objects is another release. */
const hasOtherManifests = ({ deployment: { executor } }: Release, deployment: PlannedDeployment): boolean => {
  const { manifests } = deployment.executor.settings;
  return manifests !== undefined && canonicalJson(manifests) !== canonicalJson(executor.settings.manifests ?? null);
};

/** Of an executor that changes clusters, and nothing says what else belongs to it. */
const isOnlyImage = ({ origin, deployment }: Release): boolean =>
  isOnCluster(deployment) && (origin === 'observed' || deployment.executor.settings.manifests === undefined);

/** The version of another artifact than an image, a chart for example, cannot be read off the cluster. */
const isReplaced = (recorded: Release, observed: Release | undefined): boolean =>
  observed !== undefined &&
  observed.deployment.docker_artifact_type === 'docker' &&
  observed.version !== recorded.version &&
  observed.image !== recorded.image;

/** Who puts it back goes by what stood there before this deployment changed it. */
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
