import type { Manifests } from '../manifests/kubernetes-settings.ts';
import type { Acting } from '../plan/action.ts';
import type { KeptDeployment } from '../plan/kept-deployment.ts';
import type { ArtifactType, Replay, RollbackStrategy, Strategy, Workload } from '../plan/plan.ts';
import type { Links } from './links.ts';

/** A valid batch with its defaults merged in: every field that has a default is set. Plain JSON. */
export interface Batch {
  readonly version: string;
  readonly metadata: BatchMetadata;
  readonly strategy: Strategy;
  /** In file order. */
  readonly deployments: readonly Deployment[];
  /** A rollback goes before all other batches. Only an origin sets this, never a file. */
  readonly lane?: 'rollback';
  /** For a rollback: the keys of those that go back whatever happened to what they wait for. */
  readonly forced?: readonly string[];
}

export interface BatchMetadata {
  readonly name?: string;
  readonly description?: string;
  readonly author?: string;
  /** ISO 8601, as written. */
  readonly created?: string;
  readonly tags?: readonly string[];
  /** What triggered it: addresses by name. */
  readonly links?: Links;
}

/**
 * One item of a batch. With an action other than `deploy`, its version is empty, and its artifact is the item's or else
 * `docker`.
 */
export interface Deployment extends Acting {
  /** Its position in the file, from 1. */
  readonly position: number;
  /** The line in the file where the item begins, from 1. */
  readonly line: number;
  /** `pillar/service_name`, unique in a batch. */
  readonly key: string;
  readonly pillar: string;
  readonly service_name: string;
  readonly docker_artifact_type: ArtifactType;
  readonly docker_image_version: string;
  readonly environment_id: string;
  readonly infrastructure_id: string;
  /**
   * The executor's name: the item's, the batch's default, the service's, the configuration's default, else `harness`,
   * or `kubernetes` without Harness.
   */
  readonly executor: string;
  /** What the executor `kubernetes` applies: the item's manifests, else its service's. */
  readonly manifests?: Manifests | undefined;
  /** Its object, if the manifests identify it and the catalogue does not. */
  readonly workload?: Workload | undefined;
  /** Creates its object's namespace if it does not exist. Only a request sets this, never a file. */
  readonly create_namespace?: true | undefined;
  /** Its service takes steps, but this deployment does not: a hotfix. */
  readonly at_once?: true | undefined;
  /** How its rollout is judged, as far as the item says. */
  readonly crash_tolerance?: number | undefined;
  readonly steady_seconds?: number | undefined;
  readonly unblock?: boolean | undefined;
  readonly priority: number;
  /** Seconds that one attempt may take. */
  readonly timeout: number;
  /** Attempts after the first. */
  readonly retry_count: number;
  readonly tags: readonly string[];
  /** Keys of deployments in the same batch, without duplicates, in file order. */
  readonly dependencies: readonly string[];
  readonly rollback_strategy: RollbackStrategy;
  readonly health_check: {
    readonly enabled: boolean;
    readonly path?: string;
    readonly port?: number;
    /** Seconds. */
    readonly timeout?: number;
  };
  /** As planned then: plan uses it unchanged. Only a rollback sets this, never a file. */
  readonly planned?: KeptDeployment;
  /** Only a rollback or a retry sets this. */
  readonly replay?: Replay;
}
