import type { WorkloadKind } from '../../lib/domain/plan/plan.ts';
import type { Controller } from './custom-controllers.ts';
import type { Kube } from './kube-client.ts';
import type { Second } from './kubectl.ts';
import type { Scene } from './scene.ts';
import type { Beside } from './suite/objects.ts';

/** How a deployment must have ended. */
export interface Verdict {
  readonly status: 'SUCCESS' | 'FAILED' | 'ROLLBACK' | 'UNKNOWN';
  readonly reason: string;
  /** Part of the deployment's message. */
  readonly says?: RegExp;
  /** Part of the description of the failed attempt. */
  readonly because?: RegExp;
  /** Parts of the evidence: each is a reason, or a part of a message or log. */
  readonly evidence?: readonly string[];
  /** Parts of the warnings; absent: there are none. */
  readonly warns?: readonly RegExp[];
  /** Image tag of the workload at the end; null: there is no workload. Absent: the tag that was requested. */
  readonly leaves?: string | null;
  /** What kubectl says at the end, where that is not `complete` for a success and `incomplete` for a failure. */
  readonly kubectl?: Second | 'either';
  /** Seconds from the start of the run to the verdict, at most. */
  readonly within?: number;
  /** At least this many seconds: a verdict before that would be too early. */
  readonly after?: number;
}

/** One deployment, on each of the clusters. */
export interface Case {
  /** Also of the namespace, the workload and the service. */
  readonly name: string;
  readonly kind?: WorkloadKind;
  /** Merged into the spec, the template's pod, and its container. */
  readonly spec?: Kube;
  readonly pod?: Kube;
  readonly container?: Kube;
  /** Tag of the workload before; null: there is none. */
  readonly from?: string | null;
  /** The workload before is never healthy. */
  readonly broken?: true;
  readonly to: string;
  /** Of the deployment in the batch, its metadata, and of the service in the catalogue. */
  readonly item?: Kube;
  readonly metadata?: Kube;
  readonly service?: Kube;
  /** Created in the namespace before anything else. */
  readonly objects?: readonly Beside[];
  /** Done when the workload before is healthy. */
  readonly before?: (scene: Scene) => Promise<void>;
  /** What the run of the pipeline does, instead of setting the image. A restore always sets it. */
  readonly pipeline?: (scene: Scene, tag: string) => Promise<void>;
  readonly run?: 'succeeded' | 'failed';
  /** Plays the controller of a custom resource, for each tag that is deployed. */
  readonly controller?: Controller;
  /** What somebody else does, from the start of the run on. */
  readonly meanwhile?: (scene: Scene) => Promise<void>;
  readonly expect: Verdict;
  /** After all others: it disturbs them. */
  readonly last?: true;
  /** Why the two clusters are not compared. */
  readonly uncompared?: string;
}
