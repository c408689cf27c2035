import { addressBelow } from '../domain/health/address-below.ts';
import type { Workload } from '../domain/plan/plan.ts';
import type { Cluster, HealthRequest, KubernetesObject, WorkloadView } from '../domain/ports.ts';
import type { ClusterAccess } from './cluster-access.ts';
import { ClusterRequests, requestMilliseconds, statusBodyOf } from './cluster-request.ts';
import { type Listing, listingsOf, ownershipOf, viewOf } from './cluster-view.ts';
import { probeUrl } from './probe-url.ts';

export { type ClusterAccess, type ClusterSource, kubeConfigFrom } from './cluster-access.ts';

/** How much of a log is worth carrying. */
const logBytes = 16_384;

/** A Kubernetes cluster through its API server. */
export class KubernetesCluster implements Cluster {
  readonly name: string;
  readonly #requests: ClusterRequests;

  constructor(name: string, access: ClusterAccess) {
    this.name = name;
    this.#requests = new ClusterRequests(name, access);
  }

  /** One LIST per resource and namespace, all at once, whatever the number of workloads. */
  async read(workloads: readonly Workload[]): Promise<readonly WorkloadView[]> {
    const listings = listingsOf(workloads);
    const lists = await Promise.all(listings.map((listing) => this.#list(listing)));
    const objects = new Map(listings.map(({ key }, index) => [key, lists[index] ?? []]));
    const ownership = ownershipOf([...objects.values()].flat());
    return workloads.map((workload) => viewOf(workload, objects, ownership));
  }

  async logs(namespace: string, pod: string, container: string, lines: number): Promise<readonly string[]> {
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log`;
    const query = `container=${encodeURIComponent(container)}&tailLines=${lines}&limitBytes=${logBytes}`;
    // 400: there was no run before this one.
    const previous = await this.#requests.get(`${path}?${query}&previous=true`);
    const answer = previous.status === 200 ? previous : await this.#requests.get(`${path}?${query}`);
    if (answer.status !== 200) return [];
    return answer.body
      .split(/\r?\n/)
      .filter((line) => line !== '')
      .slice(-lines);
  }

  async probe(request: HealthRequest): Promise<{ readonly status?: number; readonly message: string }> {
    if (request.url !== undefined) return probeUrl(request.url, request.timeoutMilliseconds);
    const { path, port, workload } = request;
    const service = `${encodeURIComponent(workload.name)}${port === undefined ? '' : `:${port}`}`;
    const root = `/api/v1/namespaces/${encodeURIComponent(workload.namespace)}/services/${service}/proxy/`;
    const address = addressBelow(root, path);
    if (address === undefined) return { message: `the path ${path} leads out of the service; nothing was asked` };
    try {
      const timeout = Math.min(request.timeoutMilliseconds, requestMilliseconds);
      return this.#probed(await this.#requests.send(address, timeout));
    } catch (error) {
      // The API server waits for the service: too long an answer is the service's failure.
      const isTimeout = (error as { details?: { timeout?: boolean } }).details?.timeout === true;
      if (isTimeout) return { message: `no answer within ${request.timeoutMilliseconds} ms` };
      throw error;
    }
  }

  /** 401 and 403 as a Status object come from the API server itself: then nobody asked the service. */
  #probed(answer: { readonly status: number; readonly body: string }): { status: number; message: string } {
    const said = statusBodyOf(answer);
    if (said !== undefined && (answer.status === 401 || answer.status === 403)) {
      throw this.#requests.unavailable(`${said.message} (services/proxy)`, { status: answer.status });
    }
    return { status: answer.status, message: (said?.message ?? answer.body).trim().slice(0, 200) };
  }

  async #list({ kind, path }: Listing): Promise<readonly KubernetesObject[]> {
    const { body, status } = await this.#requests.get(path);
    if (status !== 200) throw this.#requests.unavailable(`HTTP ${status} (GET ${path})`, { status });
    // The items of a list carry neither kind nor apiVersion.
    return this.#itemsOf(body, path).map((item) => ({ ...item, kind }));
  }

  /** A proxy or a wrong address may answer 200 with a page of its own. */
  #itemsOf(body: string, path: string): readonly KubernetesObject[] {
    try {
      const { items } = JSON.parse(body) as { items: KubernetesObject[] | null };
      if (items === null || Array.isArray(items)) return items ?? [];
    } catch (error) {
      throw this.#requests.unavailable(`the answer is not JSON (GET ${path})`, {}, error);
    }
    throw this.#requests.unavailable(`the answer is not a Kubernetes list (GET ${path})`);
  }
}
