import { describeHeld, nextOf } from '../../domain/deployment/hindrance.ts';
import type { Status } from '../../domain/deployment/status.ts';
import { type Acting, actingOf } from '../../domain/plan/action.ts';
import { present } from '../../domain/present.ts';
import { type Actor, hasScope } from '../../domain/record/actor.ts';
import { type Evidence, withoutLogs } from '../../domain/record/evidence.ts';
import type { ItemRow, Restore, Run, Step } from '../../domain/record/rows.ts';
import type { RootCause } from '../../domain/schedule/root-cause.ts';
import { describeWaiting, type Waiting } from '../../domain/schedule/waiting.ts';
import { executionTold } from '../execution-told.ts';
import { isoField, isoTime } from '../iso-time.ts';

/** A deployment as the API shows it: what was requested, and its progress. */
export interface DeploymentView {
  /** Index in the plan; absent before the batch is planned. */
  readonly index?: number;
  readonly key: string;
  readonly pillar: string;
  readonly service_name: string;
  readonly docker_artifact_type: string;
  /** Absent for a delete or scale, which has `action` instead. */
  readonly docker_image_version?: string;
  readonly action?: 'delete' | 'scale';
  readonly replicas?: number;
  readonly environment_id: string;
  readonly infrastructure_id: string;
  readonly cluster?: string;
  readonly priority: number;
  readonly status: Status;
  readonly reason: string;
  readonly message: string;
  readonly step: Step;
  /**
   * While PENDING: what it waits for now; `message` says the same. Empty when its turn comes next. While PROCESSING:
   * what holds it up at its executor or cluster; absent if nothing does.
   */
  readonly waiting_for?: readonly Waiting[];
  /** If it is SKIPPED because of others: the deployment where that began. There may be a long chain in between. */
  readonly root?: RootCause;
  /** How many deployments do not start because of it, if it is the root. */
  readonly holds_back?: number;
  /** Attempts begun. */
  readonly attempts: number;
  readonly runs: readonly Run[];
  readonly evidence: readonly Evidence[];
  /** Why the last attempt failed, apart from what was done about it. */
  readonly failure?: { readonly reason: string; readonly message: string };
  readonly warnings: readonly string[];
  readonly restore?: Restore;
  readonly release_before?: string;
  readonly release_after?: string;
  /** The digest that a verified deployment runs, reported by all pods that report one. */
  readonly digest?: string;
  readonly resolved_by?: string;
  /** The batch that rolled it back. */
  readonly rolled_back_by?: string;
  /** The execution that runs it, and its console page. Absent when the embedded engine runs it. */
  readonly execution_arn?: string;
  readonly console?: string;
  readonly started_at?: string;
  readonly updated_at?: string;
  readonly ended_at?: string;
}

/** The fields that a normalised batch and a frozen plan share, and those that only the plan knows. */
export type Asked = Pick<
  DeploymentView,
  | 'key'
  | 'pillar'
  | 'service_name'
  | 'docker_artifact_type'
  | 'docker_image_version'
  | 'environment_id'
  | 'infrastructure_id'
  | 'priority'
  | 'index'
  | 'cluster'
> &
  Acting;

/** Removes what only some callers may read. */
export const viewFor = (actor: Actor, view: DeploymentView): DeploymentView =>
  hasScope(actor, 'logs') ? view : { ...view, evidence: withoutLogs(view.evidence) };

export const viewDeployment = (asked: Asked, item: ItemRow, waiting?: readonly Waiting[]): DeploymentView => ({
  ...viewAsked(asked),
  status: item.status,
  reason: item.reason,
  message: waiting === undefined ? messageOf(item) : describeWaiting(waiting),
  step: item.step,
  ...(waiting === undefined ? viewHeld(item) : { waiting_for: waiting }),
  ...viewProgress(item),
  ...viewReleases(item),
  ...(item.restore === undefined ? {} : { restore: item.restore }),
  ...executionTold(item.execution_arn),
  ...isoField('started_at', item.started_at),
  ...isoField('updated_at', item.seq === 0 ? undefined : item.updated_at),
  ...isoField('ended_at', item.outcome?.ended_at),
});

/** A step's progress is in the row's `held` and newer than its message. */
const messageOf = ({ held, message }: ItemRow): string => (held?.why === 'steps' ? describeHeld(held) : message);

const viewHeld = ({ held }: ItemRow): Pick<DeploymentView, 'waiting_for'> => {
  if (held === undefined) return {};
  const { since, until, ...rest } = held;
  const kind = held.why === 'cluster-unavailable' ? 'cluster' : 'executor';
  return { waiting_for: [{ kind, ...rest, since: isoTime(since), ...isoField('until', until), next: nextOf(held) }] };
};

/** The version, or the action without one. */
export const whatIsAsked = (asked: Acting & Pick<Asked, 'docker_image_version'>) =>
  asked.action === undefined ? present(asked, ['docker_image_version']) : actingOf(asked);

const viewAsked = (asked: Asked) => ({
  ...(asked.index === undefined ? {} : { index: asked.index }),
  key: asked.key,
  pillar: asked.pillar,
  service_name: asked.service_name,
  docker_artifact_type: asked.docker_artifact_type,
  ...whatIsAsked(asked),
  environment_id: asked.environment_id,
  infrastructure_id: asked.infrastructure_id,
  ...(asked.cluster === undefined ? {} : { cluster: asked.cluster }),
  priority: asked.priority,
});

type Progress = Pick<DeploymentView, 'attempts' | 'runs' | 'evidence' | 'failure' | 'warnings'>;

/** While it runs, the number of attempts comes from its runs: `attempt` may already name the next one. */
const viewProgress = ({ outcome, runs, warnings, ...item }: ItemRow): Progress => {
  const failure = outcome === undefined ? item.failure : outcome.failure;
  return {
    attempts: outcome?.attempts ?? runs.filter(({ attempt }) => attempt !== 'restore').length,
    runs: outcome?.runs ?? runs,
    evidence: outcome?.evidence ?? item.failure?.evidence ?? [],
    ...(failure === undefined ? {} : { failure: { reason: failure.reason, message: failure.message } }),
    warnings: outcome?.warnings ?? warnings ?? [],
  };
};

const viewReleases = ({ outcome }: ItemRow) => ({
  ...(outcome?.release_before === undefined ? {} : { release_before: outcome.release_before }),
  ...(outcome?.release_after === undefined ? {} : { release_after: outcome.release_after }),
  ...(outcome?.digest === undefined ? {} : { digest: outcome.digest }),
  ...(outcome?.resolved_by === undefined ? {} : { resolved_by: outcome.resolved_by }),
  ...(outcome?.rolled_back_by === undefined ? {} : { rolled_back_by: outcome.rolled_back_by }),
});
