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

/** One look at one attempt, and everything it works with. */
export interface Work {
  readonly request: RunRequest;
  readonly settings: KubernetesSettings;
  readonly cluster: Pick<Cluster, 'read'>;
  readonly objects: ClusterObjects;
  readonly documents: Documents;
  readonly clock: Pick<Clock, 'now'>;
  readonly metrics: Metrics;
  /** Milliseconds since 1970. This look begins nothing after it; the next one goes on. */
  readonly end: number;
  /** This attempt has changed something, or may have. Set before the first write is sent. */
  touched: boolean;
  /** What this look has applied, as the server answered. */
  readonly applied: Map<RenderedObject, KubernetesObject>;
}

/** `object` is as wanted when it was read. */
export interface WantedObject extends RenderedObject {
  /** Builds it from the live object at that moment. Using an older read would revert what others have changed since. */
  readonly madeOf?: (live: KubernetesObject) => Made;
}

/** An object that is in no manifest. */
export const placeless = (object: JsonObject): WantedObject => ({
  object,
  line: 1,
  placeOf: () => ({ line: 1, column: 1 }),
});

export type Made = { readonly object: JsonObject } | { readonly problem: string };

/** What shall exist. */
export interface Wanted {
  /** In the order in which they are applied. */
  readonly objects: readonly WantedObject[];
  readonly before: readonly RenderedObject[];
  readonly after: readonly RenderedObject[];
  /** The manifests name all objects; otherwise only what they name is changed. */
  readonly isWhole: boolean;
}

/** A wanted object, and what exists under its name. */
export interface Standing {
  readonly wanted: WantedObject;
  readonly live: KubernetesObject | undefined;
  /** A HorizontalPodAutoscaler scales it. */
  readonly isScaled?: true;
}

/**
 * Others may change an object all the time: its controller, an autoscaler. This is how often it is read and decided
 * again.
 */
export const mostTries = 20;

export const settingsOf = ({ deployment }: RunRequest): KubernetesSettings =>
  deployment.executor.settings as unknown as KubernetesSettings;

/** Concurrent requests of one attempt. */
const atOnce = 8;

/** Like `Promise.all`, a few at a time. */
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
