import type { Right } from '../domain/catalogue/cluster-rights.ts';
import { clusterUid } from '../domain/catalogue/reached-cluster.ts';
import { isFlotillaError } from '../domain/errors.ts';
import { proxyAddress } from '../domain/health/health-address.ts';
import type { Workload } from '../domain/plan/plan.ts';
import type {
  Cluster,
  ContainerLog,
  DeletedPod,
  HealthAnswer,
  HealthRequest,
  KubernetesObject,
  LogRequest,
  Mirror,
  MirrorOptions,
  ServiceAnswer,
  ServiceRequest,
  WorkloadView,
} from '../domain/ports.ts';
import { foreignText } from '../domain/record/foreign-text.ts';
import { addressOf, type ClusterAccess } from './cluster-access.ts';
import { ClusterMirror } from './cluster-mirror.ts';
import { KubernetesObjects } from './cluster-objects.ts';
import { type ApiAnswer, ClusterRequests, requestMilliseconds, statusBodyOf } from './cluster-request.ts';
import { isWanted, type Listing, listingsOf, ownershipOf, uidOf, viewOf } from './cluster-view.ts';
import { readContainerLog } from './container-log.ts';
import { listPages } from './list-pages.ts';
import { beginLength, healthBytes, noAnswerWithin, probeUrl, serviceAnswer } from './probe-url.ts';
import { missingIn } from './rights-review.ts';
import { readService, unreachedOf } from './service-proxy.ts';

export { type ClusterAccess, type ClusterSource, kubeConfigFrom } from './cluster-access.ts';

/** The most characters of a log that are kept, and how many are read when more arrives than was asked for. */
const logBytes = 16_384;
const longestLog = 32 * 1024;

/** A Kubernetes cluster through its API server. */
export class KubernetesCluster implements Cluster {
  readonly address: string;
  readonly objects: KubernetesObjects;
  readonly #requests: ClusterRequests;
  readonly #arn: string | undefined;
  readonly #secrets: readonly string[];

  /** Masks our `secrets`, and the credentials in use, in everything that it answers. */
  constructor(name: string, access: ClusterAccess, secrets: readonly string[] = []) {
    this.#secrets = secrets;
    this.#requests = new ClusterRequests(name, access, secrets);
    this.objects = new KubernetesObjects(this.#requests);
    this.#arn = access.arn;
    this.address = addressOf(access);
  }

  /**
   * The ARN of EKS, and the UID of the namespace `kube-system`, which never changes. Always the address too: another
   * name may lead there with fewer rights, and what both can see has to identify the cluster.
   */
  async identify(): Promise<readonly string[]> {
    return [this.#arn, await this.#uid(), this.address].filter((one) => one !== undefined);
  }

  /** Undefined if that namespace may not be read, or does not exist. */
  async #uid(): Promise<string | undefined> {
    try {
      const answer = await this.#requests.get('/api/v1/namespaces/kube-system');
      const uid = answer.status === 200 ? uidIn(answer.body) : undefined;
      return uid === undefined ? undefined : clusterUid(uid);
    } catch (error) {
      // Everything else works without that right.
      if (isFlotillaError(error, 'ClusterUnavailable') && error.details.status === 403) return undefined;
      throw error;
    }
  }

  /** One LIST per resource and namespace, however many workloads there are. It keeps only what belongs to them. */
  async read(workloads: readonly Workload[]): Promise<readonly WorkloadView[]> {
    const objects = new Map<string, readonly KubernetesObject[]>();
    const kept = new Set<string>();
    for (const stage of listingsOf(workloads)) {
      const lists = await Promise.all(stage.map((listing) => this.#list(listing, kept)));
      stage.forEach(({ key }, at) => {
        objects.set(key, lists[at]!);
      });
      for (const object of lists.flat()) kept.add(uidOf(object));
    }
    const ownership = ownershipOf([...objects.values()].flat());
    return workloads.map((workload) => viewOf(workload, objects, ownership));
  }

  async logs(namespace: string, pod: string, container: string, lines: number): Promise<readonly string[]> {
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log`;
    const query = `container=${encodeURIComponent(container)}&tailLines=${lines}&limitBytes=${logBytes}`;
    // 400: there was no earlier run.
    const patience = { limit: longestLog };
    const previous = await this.#requests.get(`${path}?${query}&previous=true`, patience);
    const answer = previous.status === 200 ? previous : await this.#requests.get(`${path}?${query}`, patience);
    if (answer.status !== 200) return [];
    const read = answer.body.split(/\r?\n/).filter((line) => line !== '');
    return [...read, ...(answer.isCut ? [cutLog] : [])].slice(-lines);
  }

  readLog(request: LogRequest): Promise<ContainerLog> {
    return readContainerLog(this.#requests, request);
  }

  missingRights(namespace: string, wanted: readonly Right[]): Promise<readonly Right[] | undefined> {
    return missingIn(this.#requests, namespace, wanted);
  }

  async probe(request: HealthRequest): Promise<HealthAnswer> {
    if (request.url !== undefined) return probeUrl(request.url, request.timeoutMilliseconds, this.#secrets);
    const path = proxyAddress(request);
    if (path === undefined) return { message: 'the path may lead out of the service; nothing was asked' };
    const timeout = Math.min(request.timeoutMilliseconds, requestMilliseconds);
    try {
      return this.#probed(await this.#requests.send(path, { limit: healthBytes, milliseconds: timeout }));
    } catch (error) {
      // The API server waits for the service, so a slow answer is the service's failure.
      const isTimeout = (error as { details?: { timeout?: boolean } }).details?.timeout === true;
      if (isTimeout) return noAnswerWithin(timeout);
      throw error;
    }
  }

  readService(request: ServiceRequest): Promise<ServiceAnswer> {
    return readService(this.#requests, request);
  }

  async deletePod(namespace: string, name: string, uid: string): Promise<DeletedPod> {
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}`;
    const preconditions = { kind: 'DeleteOptions', apiVersion: 'v1', preconditions: { uid } };
    try {
      const answer = await this.#requests.delete(path, preconditions);
      if (answer.status < 300) return { kind: 'deleted' };
      // 409: another pod has the name.
      if (answer.status === 404 || answer.status === 409) return { kind: 'gone' };
      return { kind: 'refused', message: statusBodyOf(answer)?.message ?? `HTTP ${answer.status}` };
    } catch (error) {
      if (isFlotillaError(error, 'ClusterUnavailable') && error.details.status === 403) {
        return { kind: 'refused', message: error.message };
      }
      throw error;
    }
  }

  follow(options: MirrorOptions): Mirror {
    return new ClusterMirror(this.#requests, options);
  }

  /**
   * If the API server did not reach the service, its message is not the service's answer. With 401 and 403 it did not
   * try.
   */
  #probed(answer: ApiAnswer): HealthAnswer {
    const { status } = answer;
    const said = unreachedOf(answer);
    if (said === undefined) return serviceAnswer({ ...answer, isWhole: answer.isCut !== true });
    if (status === 401 || status === 403) throw this.#requests.unavailable(`${said} (services/proxy)`, { status });
    const isLate = status === 504 || /timeout|timed out|deadline exceeded/i.test(said);
    return { message: foreignText(said.trim(), beginLength), ...(isLate ? { timeout: true } : {}) };
  }

  /** In pages, each dropped except for what is wanted: memory does not grow with the namespace. */
  async #list({ kind, path, names }: Listing, kept: ReadonlySet<string>): Promise<readonly KubernetesObject[]> {
    const wanted: KubernetesObject[] = [];
    for await (const { items } of listPages(this.#requests, path)) {
      // The items of a list have neither kind nor apiVersion.
      for (const item of items) if (isWanted(item, names, kept)) wanted.push({ ...item, kind });
    }
    return wanted;
  }
}

/** The last lines, if a log had more than was asked for. */
const cutLog = `… cut here: it has more than ${longestLog / 1024} KiB`;

/** A proxy may answer 200 with a page of its own. */
const uidIn = (body: string): string | undefined => {
  try {
    const { metadata } = JSON.parse(body) as { readonly metadata?: { readonly uid?: unknown } };
    return typeof metadata?.uid === 'string' && /^[\w-]{1,64}$/.test(metadata.uid) ? metadata.uid : undefined;
  } catch {
    return undefined;
  }
};
