import type { ArtifactType, WorkloadKind } from '../plan/plan.ts';

/** Kinds that init writes: they stay, and their image is a release. */
export const foundKinds = ['deployment', 'statefulset', 'daemonset', 'cronjob'] as const satisfies WorkloadKind[];
export type FoundKind = (typeof foundKinds)[number];

export interface FoundHealth {
  readonly path: string;
  readonly port: number;
  /** In seconds. */
  readonly timeout?: number;
}

/** A service that init has found, from any source. Absent fields have their defaults. */
export interface FoundService {
  readonly pillar: string;
  readonly service: string;
  readonly kind: FoundKind;
  readonly namespace?: string;
  /** The object's name. */
  readonly name: string;
  readonly container?: string;
  /** Its other containers, which a deployment does not change. */
  readonly others?: readonly string[];
  /** The repository, as written there. */
  readonly image?: string;
  readonly version: string;
  readonly artifact: ArtifactType;
  /** Written next to the service, for people. */
  readonly chart?: string;
  /** Absent: the shared cluster. */
  readonly cluster?: string;
  /** Absent: the shared environment. */
  readonly environment?: string;
  /** `pillar/service` of other found services. */
  readonly dependencies?: readonly string[];
  readonly health?: FoundHealth;
  /** Some of its pods are not ready, so its version may never have run. */
  readonly isUnready?: boolean;
  /** Nothing of it runs now. */
  readonly isScaledToZero?: boolean;
  /** The field managers that have set its image. */
  readonly managers?: readonly string[];
  /** What else deploys it, as far as it says so. */
  readonly managedBy?: string;
}

/** What people should know about a file: what was changed or left out, and what to do. */
export interface Note {
  readonly line: number;
  readonly about: string;
  readonly message: string;
}

/** The content of a file. */
export interface FoundInFile {
  readonly services: readonly FoundService[];
  readonly notes: readonly Note[];
}
