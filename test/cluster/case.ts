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
  /** Found in the message of the deployment. */
  readonly says?: RegExp;
  /** Found in what is told of the failed attempt. */
  readonly because?: RegExp;
  /** Found in the evidence: each is a reason, or a part of a message or log. */
  readonly evidence?: readonly string[];
  /** Found in the warnings; without it there are none. */
  readonly warns?: readonly RegExp[];
  /** Tag of the image that stands in the workload when all is over; null: there is no workload. Without it the tag that was asked for. */
  readonly leaves?: string | null;
  /** What kubectl says of what stands there at the end, where that is not `complete` for a success and `incomplete` for a failure. */
  readonly kubectl?: Second | 'either';
  /** Seconds from the start of the run to the verdict, at most. */
  readonly within?: number;
  /** And at least: a verdict before that would be too early. */
  readonly after?: number;
}

/** One deployment, on each of the clusters. */
export interface Case {
  /** Also of the namespace, the workload and the service. */
  readonly name: string;
  readonly kind?: WorkloadKind;
  /** Laid over the spec, over the template's pod, and over its container. */
  readonly spec?: Kube;
  readonly pod?: Kube;
  readonly container?: Kube;
  /** Tag of what stands there before; null: nothing does. */
  readonly from?: string | null;
  /** What stands there before is never in order. */
  readonly broken?: true;
  readonly to: string;
  /** Of the deployment in the batch, its metadata, and of the service in the catalogue. */
  readonly item?: Kube;
  readonly metadata?: Kube;
  readonly service?: Kube;
  /** Made in the namespace before anything else. */
  readonly objects?: readonly Beside[];
  /** When what stands there before is in order. */
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
  /** What the two clusters show is not compared, because of this. */
  readonly uncompared?: string;
}
