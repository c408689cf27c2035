import type { Kube, KubeClient, WatchEvent } from '../../cluster/kube-client.ts';

/**
 * What a cluster showed of the only Deployment of a namespace, and when an observer saw it: milliseconds since 1970.
 */
export interface Moments {
  /** The Deployment has the template of the rollout. */
  begun?: number;
  /** The rollout is complete. */
  complete?: number;
  /** The first sign that it will fail. */
  signal?: number;
}

const signals: readonly string[] = ['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName'];

const isComplete = ({ metadata, spec, status = {} }: Kube): boolean =>
  status.observedGeneration === metadata.generation &&
  [status.replicas, status.updatedReplicas, status.readyReplicas, status.availableReplicas].every(
    (count) => count === spec.replicas,
  );

const imagesIn = ({ spec }: Kube): string => JSON.stringify((spec.template?.spec ?? spec).containers);

/** Another client of the cluster, which records when it sees what. */
export class Watcher {
  readonly #stop = new AbortController();
  readonly #moments = new Map<string, Moments>();
  readonly #wanted = new Map<string, string>();

  constructor(client: KubeClient) {
    const follow = (path: string, notice: (object: Kube) => void): void => {
      const tell = ({ type, object }: WatchEvent): void => {
        if (type === 'ADDED' || type === 'MODIFIED') notice(object);
      };
      void client.follow(path, tell, this.#stop.signal);
    };
    follow('/apis/apps/v1/deployments', (object) => this.#deployment(object));
    follow('/apis/apps/v1/replicasets', ({ metadata, status }) => {
      const refused = status?.conditions?.some((one: Kube) => one.type === 'ReplicaFailure' && one.status === 'True');
      if (refused) this.#note(metadata.namespace, 'signal');
    });
    follow('/api/v1/pods', (object) => this.#pod(object));
  }

  /** Only the rollout to this tag counts. */
  expect(namespace: string, tag: string): void {
    this.#wanted.set(namespace, `:${tag}"`);
    this.#moments.set(namespace, {});
  }

  of(namespace: string): Moments {
    return this.#moments.get(namespace) ?? {};
  }

  stop(): void {
    this.#stop.abort();
  }

  #deployment(object: Kube): void {
    const { namespace } = object.metadata;
    if (!this.#isWanted(object)) return;
    this.#note(namespace, 'begun');
    if (isComplete(object)) this.#note(namespace, 'complete');
  }

  #pod(object: Kube): void {
    const states: readonly Kube[] = object.status?.containerStatuses ?? [];
    if (this.#isWanted(object) && states.some(({ state }) => signals.includes(state?.waiting?.reason)))
      this.#note(object.metadata.namespace, 'signal');
  }

  #isWanted(object: Kube): boolean {
    const tag = this.#wanted.get(object.metadata.namespace);
    return tag !== undefined && imagesIn(object).includes(tag);
  }

  #note(namespace: string, what: keyof Moments): void {
    const moments = this.#moments.get(namespace);
    if (moments !== undefined) moments[what] ??= Date.now();
  }
}
