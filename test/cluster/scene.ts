import { setTimeout as sleep } from 'node:timers/promises';
import type { Case } from './case.ts';
import { type Kube, type KubeClient, KubeError } from './kube-client.ts';
import { manifestOf, type PlainKind, plainKinds, repositoryOf } from './manifest.ts';

const waitMilliseconds = 60_000;

/** One case on one cluster: its namespace, its workload, and what can be done to it. */
export class Scene {
  readonly client: KubeClient;
  readonly one: Case;
  /** Restarts the API server, if there is one. */
  readonly restart: () => Promise<void>;

  constructor(client: KubeClient, one: Case, restart: () => Promise<void>) {
    this.client = client;
    this.one = one;
    this.restart = restart;
  }

  get name(): string {
    return this.one.name;
  }

  get #kind(): PlainKind {
    return plainKinds[this.one.kind ?? 'deployment']!;
  }

  /** `pods` for example, in the namespace of the case. */
  all(plural: string, root = '/api/v1'): string {
    return `${root}/namespaces/${this.name}/${plural}`;
  }

  get collection(): string {
    return this.all(this.#kind.plural, this.#kind.root);
  }

  get path(): string {
    return `${this.collection}/${this.name}`;
  }

  read(): Promise<Kube> {
    return this.client.get(this.path);
  }

  /** Undefined when it does not exist. */
  async find(path: string): Promise<Kube | undefined> {
    return this.client.get(path).catch((error: unknown) => {
      if (error instanceof KubeError && error.status === 404) return undefined;
      throw error;
    });
  }

  image(tag: string): string {
    return `${repositoryOf(this.one)}:${tag}`;
  }

  patch(spec: Kube): Promise<Kube> {
    return this.client.patch(this.path, { spec });
  }

  /** What a pipeline does: another image if the workload exists, else a new workload. A Job is created again. */
  async deploy(tag: string): Promise<void> {
    const standing = await this.find(this.path);
    if (standing !== undefined && this.one.kind === 'job') await this.remove();
    if (standing === undefined || this.one.kind === 'job') {
      await this.client.post(this.collection, manifestOf(this.one, this.image(tag)));
      return;
    }
    if (this.one.controller === undefined) await this.deployPod(tag);
    // Lists of custom resources are not merged by their names.
    else await this.patch(manifestOf(this.one, this.image(tag)).spec);
  }

  /** With more changes to the pod at the same time. */
  async deployPod(tag: string, pod: Kube = {}): Promise<void> {
    const template = { spec: { ...pod, containers: [{ name: 'app', image: this.image(tag) }] } };
    const spec = this.one.kind === 'cronjob' ? { jobTemplate: { spec: { template } } } : { template };
    await this.client.patch(this.path, { spec }, 'strategic');
  }

  /** And waits until it has gone. */
  async remove(): Promise<void> {
    await this.client.delete(this.path, { propagationPolicy: 'Background' });
    await this.untilGone();
  }

  untilGone(): Promise<void> {
    return this.until(async () => (await this.find(this.path)) === undefined);
  }

  async pods(): Promise<readonly Kube[]> {
    const { items } = await this.client.get(this.all('pods'));
    return items.filter(({ metadata }: Kube) => metadata.deletionTimestamp === undefined);
  }

  /** The pods that have an image of this tag. */
  async podsOf(tag: string): Promise<readonly Kube[]> {
    const image = this.image(tag);
    return (await this.pods()).filter(({ spec }) => spec.containers.some((one: Kube) => one.image === image));
  }

  /** Waits for any condition of the objects. */
  async until(isSo: () => Promise<boolean>): Promise<void> {
    for (const end = Date.now() + waitMilliseconds; Date.now() < end; await sleep(100)) {
      // The API server may be unreachable for a moment.
      if (await isSo().catch(() => false)) return;
    }
    throw new Error(`${this.name}: the expected state did not come`);
  }

  /** A pod of this tag waits for this reason. */
  untilWaiting(tag: string, reason: string): Promise<void> {
    return this.until(async () => JSON.stringify(await this.podsOf(tag)).includes(`"reason":"${reason}"`));
  }

  /** This many pods of this tag run, ready or not. */
  untilRunning(tag: string, count = 1): Promise<void> {
    const runs = ({ status = {} }: Kube) => (status.containerStatuses ?? []).some(({ state }: Kube) => state.running);
    return this.until(async () => (await this.podsOf(tag)).filter(runs).length >= count);
  }
}
