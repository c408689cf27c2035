import type { KeptDeployment } from '../../domain/plan/kept-deployment.ts';
import type { WorkloadView } from '../../domain/ports.ts';
import type { Evidence } from '../../domain/record/evidence.ts';
import { foreignEvidence, foreignSentence } from '../../domain/record/foreign-evidence.ts';
import { keys } from '../../domain/record/keys.ts';
import { type Release, rowOf } from '../../domain/record/rows.ts';
import { captureKnown, withContainer } from '../../domain/rollout/baseline.ts';
import { answersTo } from '../../domain/rollout/image-version.ts';
import type { Judgement } from '../../domain/rollout/judgement.ts';
import { judgeRollout } from '../../domain/rollout/verdict.ts';
import type { TargetRow } from '../../domain/targets/target-row.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { isoTime } from '../iso-time.ts';
import { readPlanned } from '../plan/plan-store.ts';
import { askHealth, lookNow } from '../rollout/look-now.ts';
import { runningVersion } from '../rollout/running-version.ts';
import { findTarget, type NamedTarget } from './find-target.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'clock' | 'random' | 'catalogue' | 'cluster'> & AskedBy;

/** The state of a target now. */
export interface TargetHealth {
  readonly key: string;
  readonly environment: string;
  readonly cluster: string;
  /** The workload is healthy, and so is its health check if it has one. */
  readonly healthy: boolean;
  readonly reason: string;
  readonly message: string;
  readonly evidence: readonly Evidence[];
  readonly warnings: readonly string[];
  /** The running version, as far as it can be read. */
  readonly running?: string;
  /** The recorded version, and how its deployment ended. */
  readonly recorded?: string;
  readonly state: TargetRow['state'];
  readonly checked_at: string;
}

type Told = Pick<TargetHealth, 'healthy' | 'reason' | 'message'> &
  Partial<Pick<TargetHealth, 'evidence' | 'warnings' | 'running'>>;

/**
 * Checks a target now: the workload by the rules of every rollout, then the health check as the last good release
 * planned it. Changes and records nothing, and answers whatever the cluster does.
 */
export const checkTarget = async (deps: Needs, named: NamedTarget): Promise<TargetHealth> => {
  const { target, cluster, now } = await findTarget(deps, named);
  const good = rowOf<Release>(await deps.table.get(keys.goodRelease(target)));
  const deployment = good?.deployment ?? (await readPlanned(deps, now.batch_id, now.index));
  const { key, environment } = named;
  const told = await look(deps, { deployment, good, now });
  return {
    ...{ key, environment, cluster, warnings: [], ...told, evidence: foreignEvidence(told.evidence ?? []) },
    ...(now.version === undefined ? {} : { recorded: now.version }),
    state: now.state,
    checked_at: isoTime(deps.clock.now()),
  };
};

interface Known {
  readonly deployment: KeptDeployment;
  readonly good: Release | undefined;
  readonly now: TargetRow;
}

const look = async (deps: Needs, known: Known): Promise<Told> => {
  const { deployment } = known;
  const glance = await lookNow(deps, deployment.cluster, [deployment.workload]);
  if ('unseen' in glance) return { healthy: false, reason: 'ClusterUnavailable', message: sentence(glance.unseen) };
  const { cluster, views } = glance.seen;
  const { judged, running } = judge(known, views[0]!, deps.clock.now());
  if (known.now.state === 'deleted') return goneOr(views[0]!, running);
  const { verdict, reason, message, evidence = [], warnings = [] } = judged;
  const seen = {
    ...(running === undefined ? {} : { running }),
    warnings: [...warnings, ...otherVersion(known.now, running)],
  };
  if (verdict !== 'healthy') return { healthy: false, reason, message: sentence(message), evidence, ...seen };
  const health = await askHealth(deps, deployment, cluster);
  if (health === undefined) return { healthy: true, reason, message: sentence(message), ...seen };
  if (!health.healthy) return { ...health, message: sentence(health.message), ...seen };
  return { healthy: true, reason, message: `${sentence(message)} Health: ${sentence(health.message)}`, ...seen };
};

/** A deleted target is healthy while nothing runs there. */
const goneOr = ({ workload }: WorkloadView, running: string | undefined): Told => {
  if (workload === undefined)
    return { healthy: true, reason: 'Deleted', message: 'It was deleted, and nothing runs there.' };
  const message = 'It was deleted, but something runs there again: somebody has created it.';
  return { healthy: false, reason: 'Recreated', message, ...(running === undefined ? {} : { running }) };
};

/** Judges what runs, no matter who put it there. Whether it is the recorded version is another question. */
const judge = (
  { deployment, good, now: { version } }: Known,
  view: WorkloadView,
  now: number,
): { readonly judged: Judgement; readonly running: string | undefined } => {
  const baseline = captureKnown(deployment.workload, view, good?.container);
  const workload = withContainer(deployment.workload, baseline);
  const { docker_artifact_type: artifactType, docker_image_version: asked, rollout: settings } = deployment;
  const { running } = runningVersion({ workload, docker_artifact_type: artifactType }, view);
  const { image } = baseline;
  const expected = {
    version: running ?? version ?? asked,
    artifactType,
    ...(image === undefined || artifactType !== 'docker' ? {} : { image }),
  };
  return { judged: judgeRollout({ workload, expected, baseline, view, now, ...(settings && { settings }) }), running };
};

const otherVersion = ({ version }: TargetRow, running: string | undefined): readonly string[] =>
  version === undefined || running === undefined || answersTo(running, version)
    ? []
    : [`Version ${running} runs, but ${version} was recorded. Somebody else has changed it since.`];

/** Verdicts have no full stop. */
const sentence = (text: string): string => {
  const told = foreignSentence(text);
  return /[.!?]$/.test(told) ? told : `${told}.`;
};
