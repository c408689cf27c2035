import type { JsonObject } from '../../domain/json.ts';
import type { KubernetesSettings } from '../../domain/manifests/kubernetes-settings.ts';
import type { RenderedObject } from '../../domain/manifests/render-manifests.ts';
import type {
  Clock,
  Cluster,
  ClusterObjects,
  Documents,
  KubernetesObject,
  Metrics,
  RunRequest,
} from '../../domain/ports.ts';

/** One look at one attempt, and what it has to work with. */
export interface Work {
  readonly request: RunRequest;
  readonly settings: KubernetesSettings;
  readonly cluster: Pick<Cluster, 'read'>;
  readonly objects: ClusterObjects;
  readonly documents: Documents;
  readonly clock: Pick<Clock, 'now'>;
  readonly metrics: Metrics;
  /** Milliseconds since 1970: nothing is begun after it in this look, the next one goes on. */
  readonly end: number;
  /** Something was changed by this attempt, or may have been. Set before the first write is sent. */
  touched: boolean;
  /** What this look has applied, as the server answered. */
  readonly applied: Map<RenderedObject, KubernetesObject>;
}

/** `object` is as it was to be when it was read. */
export interface WantedObject extends RenderedObject {
  /** What is made of what stands there, as it stands there then: of an older read it would set back what others have changed since. */
  readonly madeOf?: (live: KubernetesObject) => Made;
}

/** An object that stands in no text. */
export const placeless = (object: JsonObject): WantedObject => ({
  object,
  line: 1,
  placeOf: () => ({ line: 1, column: 1 }),
});

export type Made = { readonly object: JsonObject } | { readonly problem: string };

/** What is to stand there. */
export interface Wanted {
  /** In the order in which they are applied. */
  readonly objects: readonly WantedObject[];
  readonly before: readonly RenderedObject[];
  readonly after: readonly RenderedObject[];
  /** The manifests say all objects that there are to be; else only what they name is changed. */
  readonly isWhole: boolean;
}

/** An object that is wanted, and what stands there under its name. */
export interface Standing {
  readonly wanted: WantedObject;
  readonly live: KubernetesObject | undefined;
  /** By a HorizontalPodAutoscaler. */
  readonly isScaled?: true;
}

/** Others change an object all the time: its controller, an autoscaler. So often it is read, and decided, again. */
export const mostTries = 20;

export const settingsOf = ({ deployment }: RunRequest): KubernetesSettings =>
  deployment.executor.settings as unknown as KubernetesSettings;

/** Requests under way at once, of one attempt. */
const atOnce = 8;

/** As `Promise.all`, a few at a time. */
export const each = async <One, Result>(
  all: readonly One[],
  act: (one: One, at: number) => Promise<Result>,
): Promise<readonly Result[]> => {
  const results: Result[] = [];
  let next = 0;
  const take = async (): Promise<void> => {
    for (let at = next++; at < all.length; at = next++) results[at] = await act(all[at]!, at);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, all.length) }, take));
  return results;
};
