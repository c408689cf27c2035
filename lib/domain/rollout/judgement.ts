import type { JsonObject } from '../json.ts';
import type { Acting } from '../plan/action.ts';
import type { ArtifactType, RolloutSettings, Workload } from '../plan/plan.ts';
import type { WorkloadView } from '../ports.ts';
import type { Baseline } from './baseline.ts';

/**
 * The terms of a rollout verdict. `Baseline`, `Progress` and `Evidence` are stored, so their names are snake_case JSON.
 */

/** What must run. */
export interface Expected {
  readonly version: string;
  readonly artifactType: ArtifactType;
  /**
   * The repository, instead of the catalogue's `workload.image`. With a tag or digest (`repo:tag`, as a release
   * recorded it), exactly that reference must run, whatever `version` says.
   */
  readonly image?: string;
}

type EvidenceKind = 'pod' | 'condition' | 'event' | 'health';

/** One fact that led to a verdict. For `kind: 'pod'`, `name` is the pod. See `wantsLog` for whose log helps. */
export type Evidence = {
  readonly kind: EvidenceKind;
  readonly name: string;
  readonly container?: string;
  readonly reason: string;
  readonly message: string;
  /** The container's last lines; the observer adds them. */
  readonly log?: readonly string[];
};

/** What one look passes to the next: small, plain JSON. */
export type Progress = {
  /** When a signal was first seen without interruption since: milliseconds by signal name. */
  readonly first_seen: Readonly<Record<string, number>>;
  /** The workload had the expected image at an earlier look. */
  readonly saw_expected: boolean;
  /** Images at the first look, by container, if no expected image is known (a chart's version). */
  readonly images?: Readonly<Record<string, string>>;
  /** Identifies the pod template of the first look that found the expected image. */
  readonly template?: string;
  /** The deployment's object as last seen, for when it is gone. */
  readonly made?: Made;
};

export type Made = {
  readonly uid?: string;
  /** A Job that reached all its completions. */
  readonly complete?: true;
  /** `ttlSecondsAfterFinished` of a Job. */
  readonly ttl_seconds?: number;
};

/** One look at a workload. `previous` is the `progress` of the previous look; absent at the first. */
export interface Look {
  readonly workload: Workload;
  readonly expected: Expected;
  readonly baseline: Baseline;
  readonly view: WorkloadView;
  readonly previous?: Progress;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly settings?: RolloutSettings;
  /** For actions that deploy nothing: judges whether it is gone, or has the requested replicas. */
  readonly acting?: Acting;
  /** When the attempt began, in milliseconds since 1970. Earlier reports are outdated. */
  readonly since?: number;
}

/** A look at an existing workload. */
export interface Seen extends Look {
  readonly object: JsonObject;
}

/**
 * A rule's result. `reason` is PascalCase, `message` a sentence with both numbers. The verdict is what the caller does
 * next. In the usual six terms for a rollout's state, it is the first that applies:
 * - superseded: failing with the reason `Superseded`; also `WrongImage` and `RepositoryChanged`, where what runs is not
 *   ours either;
 * - paused: the reason `Paused`, failing at once, or `Suspended`, waiting, and for a Job failing after a short grace;
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
  /** Waiting will not help: it can no longer be known, and a person must say how it ended. */
  readonly unknown?: true;
  /** The digest of the service's container, from all pods of the new revision that report one. */
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

/** Log lines only help for a container that has run. */
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
