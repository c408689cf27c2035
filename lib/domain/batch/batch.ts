import type { Manifests } from '../manifests/kubernetes-settings.ts';
import type { Acting } from '../plan/action.ts';
import type { KeptDeployment } from '../plan/kept-deployment.ts';
import type { ArtifactType, Replay, RollbackStrategy, Strategy, Workload } from '../plan/plan.ts';
import type { Links } from './links.ts';

/** A valid batch after the merge of its defaults: every field that has a default is set. Plain JSON. */
export interface Batch {
  readonly version: string;
  readonly metadata: BatchMetadata;
  readonly strategy: Strategy;
  /** In the order of the file. */
  readonly deployments: readonly Deployment[];
  /** A rollback goes before all other batches. Only an origin sets it, never a file. */
  readonly lane?: 'rollback';
  /** Of a rollback: the keys of those that go back whatever became of what they wait for. */
  readonly forced?: readonly string[];
}

export interface BatchMetadata {
  readonly name?: string;
  readonly description?: string;
  readonly author?: string;
  /** ISO 8601, as it was written. */
  readonly created?: string;
  readonly tags?: readonly string[];
  /** What set it off: addresses by name. */
  readonly links?: Links;
}

/** One item of a batch. With another action than `deploy` its version is empty, and its artifact is what the item says, else `docker`. */
export interface Deployment extends Acting {
  /** Place in the file, from 1. */
  readonly position: number;
  /** Line of the file where the item begins, from 1. */
  readonly line: number;
  /** `pillar/service_name`, unique in a batch. */
  readonly key: string;
  readonly pillar: string;
  readonly service_name: string;
  readonly docker_artifact_type: ArtifactType;
  readonly docker_image_version: string;
  readonly environment_id: string;
  readonly infrastructure_id: string;
  /** Name of an executor: the item's, the batch's default, the service's, the configuration's default, else `harness`, or `kubernetes` where there is no Harness. */
  readonly executor: string;
  /** What the executor `kubernetes` applies: the item's, else its service's. */
  readonly manifests?: Manifests | undefined;
  /** Its object, where the manifests say it and the catalogue does not. */
  readonly workload?: Workload | undefined;
  /** The namespace of its object is made where there is none. Only a request sets it, never a file. */
  readonly create_namespace?: true | undefined;
  /** Its service takes steps, and this one does not: a hotfix. */
  readonly at_once?: true | undefined;
  /** How its rollout is judged, as far as the item says it. */
  readonly crash_tolerance?: number | undefined;
  readonly steady_seconds?: number | undefined;
  readonly unblock?: boolean | undefined;
  readonly priority: number;
  /** Seconds that one attempt may take. */
  readonly timeout: number;
  /** Tries after the first. */
  readonly retry_count: number;
  readonly tags: readonly string[];
  /** Keys of deployments of the same batch, each once, in file order. */
  readonly dependencies: readonly string[];
  readonly rollback_strategy: RollbackStrategy;
  readonly health_check: {
    readonly enabled: boolean;
    readonly path?: string;
    readonly port?: number;
    /** Seconds. */
    readonly timeout?: number;
  };
  /** As it was planned then: plan takes it as it is. Only a rollback sets it, never a file. */
  readonly planned?: KeptDeployment;
  /** Only a rollback or a retry sets it. */
  readonly replay?: Replay;
}
