import type { JsonObject } from '../json.ts';
import type { Acting } from '../plan/action.ts';
import type { ArtifactType, RolloutSettings, Workload } from '../plan/plan.ts';
import type { WorkloadView } from '../ports.ts';
import type { Baseline } from './baseline.ts';

/** The words of a rollout verdict. `Baseline`, `Progress` and `Evidence` are stored, so their names are snake_case JSON. */

/** What must run. */
export interface Expected {
  readonly version: string;
  readonly artifactType: ArtifactType;
  /**
   * The repository, instead of the catalogue's `workload.image`. With a tag or digest (`repo:tag`, as a release recorded
   * it) exactly that reference must run, whatever `version` says.
   */
  readonly image?: string;
}

type EvidenceKind = 'pod' | 'condition' | 'event' | 'health';

/** One fact that led to a verdict. For `kind: 'pod'`, `name` is the pod; see `wantsLog` for whose log helps. */
export type Evidence = {
  readonly kind: EvidenceKind;
  readonly name: string;
  readonly container?: string;
  readonly reason: string;
  readonly message: string;
  /** Last lines of the container; the observer adds them. */
  readonly log?: readonly string[];
};

/** What one look hands to the next: small plain JSON. */
export type Progress = {
  /** When a signal was first seen, without a gap since then: milliseconds by signal name. */
  readonly first_seen: Readonly<Record<string, number>>;
  /** The expected image stood in the workload at an earlier look. */
  readonly saw_expected: boolean;
  /** Images at the first look, by container, where no expected image is known (a chart's version). */
  readonly images?: Readonly<Record<string, string>>;
  /** Tells the pod template of the first look that found the expected image from others. */
  readonly template?: string;
  /** What the deployment made, as it was last seen: for the time when it is gone. */
  readonly made?: Made;
};

export type Made = {
  readonly uid?: string;
  /** A Job that had all its completions. */
  readonly complete?: true;
  /** `ttlSecondsAfterFinished` of a Job. */
  readonly ttl_seconds?: number;
};

/** One look at a workload. `previous` is the `progress` of the look before, absent at the first. */
export interface Look {
  readonly workload: Workload;
  readonly expected: Expected;
  readonly baseline: Baseline;
  readonly view: WorkloadView;
  readonly previous?: Progress;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly settings?: RolloutSettings;
  /** Where nothing is deployed: whether it is gone, or has the replicas that were asked for, is what is judged. */
  readonly acting?: Acting;
  /** When the attempt began, in milliseconds since 1970: what was told before is of another time. */
  readonly since?: number;
}

/** A look at a workload that exists. */
export interface Seen extends Look {
  readonly object: JsonObject;
}

/**
 * What a rule says. `reason` is PascalCase, `message` a sentence with both numbers. The verdict is what the caller does next; in the six
 * words for the state of a rollout it is, the first that fits:
 * - superseded: failing with the reason `Superseded`; also `WrongImage` and `RepositoryChanged`, where what runs is not ours either;
 * - paused: the reason `Paused`, failing at once, or `Suspended`, waiting and for a Job failing after a short grace;
 * - unknown: `unknown` is set;
 * - healthy and failing: the verdict of that name;
 * - progressing: any other that is waiting.
 */
export interface Finding {
  readonly verdict: 'healthy' | 'failing' | 'waiting';
  readonly reason: string;
  readonly message: string;
  readonly evidence?: readonly Evidence[];
  readonly warnings?: readonly string[];
  /** Waiting will not tell: nobody can know any more, and somebody must say how it ended. */
  readonly unknown?: true;
  /** By which the service's container runs in all pods of the new revision that tell it. */
  readonly digest?: string;
}

export interface Judgement extends Finding {
  readonly progress: Progress;
}

export const healthy = (reason: string, message: string, warnings: readonly string[] = []): Finding => ({
  verdict: 'healthy',
  reason,
  message,
  ...(warnings.length > 0 && { warnings }),
});

export const waiting = (reason: string, message: string, warnings: readonly string[] = []): Finding => ({
  verdict: 'waiting',
  reason,
  message,
  ...(warnings.length > 0 && { warnings }),
});

export const failing = (reason: string, message: string, evidence: readonly Evidence[] = []): Finding => ({
  verdict: 'failing',
  reason,
  message,
  ...(evidence.length > 0 && { evidence }),
});

/** Log lines tell something only about a container that has run. */
export const wantsLog = (evidence: Evidence): evidence is Evidence & { readonly container: string } =>
  evidence.kind === 'pod' && evidence.container !== undefined && logReasons.has(evidence.reason);

const logReasons: ReadonlySet<string> = new Set([
  'CrashLoopBackOff',
  'OOMKilled',
  'Error',
  'NotReady',
  'RunContainerError',
  'PostStartHookError',
  'ContainerFailed',
  'Completed',
]);
