import { KubernetesObjects } from '../../lib/adapters/cluster-objects.ts';
import { type ApiAnswer, ClusterRequests } from '../../lib/adapters/cluster-request.ts';
import { isWanted, listingsOf, ownershipOf, uidOf, viewOf } from '../../lib/adapters/cluster-view.ts';
import { FlotillaError } from '../../lib/domain/errors.ts';
import type { JsonObject } from '../../lib/domain/json.ts';
import type { KubernetesSettings } from '../../lib/domain/manifests/kubernetes-settings.ts';
import type { KeptDeployment } from '../../lib/domain/plan/kept-deployment.ts';
import type { Workload } from '../../lib/domain/plan/plan.ts';
import type {
  Cluster,
  KubernetesObject,
  Metrics,
  News,
  RunRequest,
  RunState,
  WorkloadView,
} from '../../lib/domain/ports.ts';
import { documentPaths } from '../../lib/domain/record/keys.ts';
import { sha256Of } from '../../lib/domain/sha256.ts';
import { KubernetesExecutor } from '../../lib/executors/kubernetes.ts';
import { Api, parseTarget } from '../../lib/simulators/cluster/api.ts';
import { ApiStatus } from '../../lib/simulators/cluster/api-status.ts';
import type { KubeObject } from '../../lib/simulators/cluster/kube-object.ts';
import { listJson } from '../../lib/simulators/cluster/reading.ts';
import { discovery, resourceOf } from '../../lib/simulators/cluster/resources.ts';
import { Rights } from '../../lib/simulators/cluster/rights.ts';
import { Store } from '../../lib/simulators/cluster/store.ts';
import { MemoryDocuments } from '../memory-documents.ts';

export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly isWrite: boolean;
}

type End = 'away' | 'lost' | ApiAnswer | undefined;

/** Before a request is carried out: may wait, or decide its fate. `lost`: it is carried out, and its answer is lost. */
export type Fate = (sent: Sent) => Promise<End> | End;

const access = { config: { getCurrentCluster: () => ({ server: 'http://cluster' }) } } as never;

/** The adapter's requests, carried out in this process. No time passes, and nothing happens without a request. */
class InProcessRequests extends ClusterRequests {
  readonly world: KubernetesWorld;

  constructor(world: KubernetesWorld) {
    super('kube', access);
    this.world = world;
  }

  override get(path: string) {
    return this.change({ method: 'GET', path });
  }

  override async change({ method, path, body, type = '' }: Parameters<ClusterRequests['change']>[0]) {
    const { searchParams: query } = new URL(path, 'http://cluster');
    const isWrite = method !== 'GET' && query.get('dryRun') !== 'All';
    const fate = await this.world.fate({ method, path, isWrite });
    if (typeof fate === 'object') return fate;
    if (fate === 'away') throw this.unavailable('nothing listens there');
    if (isWrite) this.world.writes.push(`${method} ${path}`);
    const answer = this.#answer(method, path, { body, type });
    if (fate === 'lost') throw this.unavailable('the connection was cut');
    if (answer.status === 403 && method === 'GET')
      throw this.unavailable(JSON.parse(answer.body).message, { status: 403 });
    return answer;
  }

  #answer(method: string, path: string, { body, type }: { readonly body: object | undefined; readonly type: string }) {
    const { pathname, searchParams: query } = new URL(path, 'http://cluster');
    const { api, store, rights } = this.world;
    try {
      const found = method === 'GET' ? discovery(pathname) : undefined;
      if (found !== undefined) return { status: 200, body: JSON.stringify(found) };
      const target = parseTarget(pathname);
      rights.check(method, target, query);
      const write = { target, body: structuredClone(body), query, contentType: type };
      if (method === 'PATCH') return { status: 200, body: JSON.stringify(api.patch(write)) };
      if (method === 'DELETE') return { status: 200, body: JSON.stringify(api.delete(target, query, body)) };
      if (target.name === undefined) return { status: 200, body: listJson(store, target, query) };
      return { status: 200, body: JSON.stringify(api.get(target)) };
    } catch (error) {
      if (!(error instanceof ApiStatus)) throw error;
      return { status: error.code, body: JSON.stringify(error) };
    }
  }
}

export const target = 'prod/kube/shop/web';
export const workload: Workload = { kind: 'deployment', name: 'web', namespace: 'shop' };

/** A cluster without controllers, and the executor that deploys to it. Statuses are set by hand. */
export class KubernetesWorld {
  now = 1_000_000;
  readonly store = new Store(() => this.now);
  readonly api = new Api(this.store, () => this.now);
  readonly rights = new Rights();
  readonly documents = new MemoryDocuments();
  readonly writes: string[] = [];
  readonly objects = new KubernetesObjects(new InProcessRequests(this), () => this.now);
  fate: Fate = () => undefined;
  /** What the metrics say. */
  series: Metrics['range'] = async () => ({ kind: 'points', points: [] });

  executor(): KubernetesExecutor {
    const cluster = { objects: this.objects, read: (all: readonly Workload[]) => this.#read(all) };
    return new KubernetesExecutor({
      name: 'kube',
      cluster: async () => cluster as unknown as Cluster,
      documents: this.documents,
      metrics: () => ({ range: (query) => this.series(query) }),
      clock: { now: () => this.now },
    });
  }

  /** An attempt with these manifests. Without any, with an image alone. */
  request(change: RequestChange = {}): RunRequest {
    const { attempt = 1, batch = 'B1', version = '1.0', text, settings = {}, deployment = {}, adopted } = change;
    const sha256 = text === undefined ? undefined : this.manifests(text);
    const manifests = sha256 === undefined ? {} : { manifests: { sha256 } };
    return {
      key: `${batch}-0-${attempt}`,
      batch_id: batch,
      version,
      at: change.at ?? this.now,
      ...(adopted === undefined ? {} : { adopted }),
      deployment: {
        ...planned,
        ...deployment,
        docker_image_version: version,
        executor: { ...planned.executor, settings: { ...manifests, ...settings } as unknown as JsonObject },
      },
    };
  }

  manifests(text: string): string {
    const sha256 = sha256Of(text);
    this.documents.texts.set(documentPaths.manifests(sha256), text);
    return sha256;
  }

  /** One look. */
  async look(request: RunRequest, executor = this.executor()): Promise<News | undefined> {
    return (await executor.look([{ request, sent_at: request.at }])).get(request.key);
  }

  async state(request: RunRequest, executor = this.executor()): Promise<RunState | undefined> {
    const news = await this.look(request, executor);
    if (news?.kind !== 'found') throw new FlotillaError('InternalError', JSON.stringify(news));
    return news.state;
  }

  find(kind: string, name: string, namespace = 'shop'): KubeObject | undefined {
    const resource = resourceOf(kind);
    return this.store.get(resource, resource.namespaced ? namespace : '', name);
  }

  /** As a controller writes it, or somebody with direct access to the store. */
  change(kind: string, name: string, change: (draft: Record<string, never> & KubeObject) => void): void {
    const object = this.find(kind, name);
    if (object === undefined) throw new Error(`there is no ${kind} ${name}`);
    this.store.update(object, change as (draft: KubeObject) => void);
  }

  /** Somebody else applies. */
  others(manager: string, object: object & { kind: string; apiVersion: string; metadata: { name: string } }): void {
    const { plural, namespaced, group, version } = resourceOf(object.kind, object.apiVersion);
    const place = namespaced ? '/namespaces/shop' : '';
    const path = `/${group === '' ? 'api' : `apis/${group}`}/${version}${place}/${plural}/${object.metadata.name}`;
    const query = new URLSearchParams({ fieldManager: manager, force: 'true' });
    this.api.patch({ target: parseTarget(path), body: object, query, contentType: 'application/apply-patch+yaml' });
  }

  async #read(all: readonly Workload[]): Promise<readonly WorkloadView[]> {
    const objects = new Map<string, readonly KubernetesObject[]>();
    const kept = new Set<string>();
    for (const stage of listingsOf(all)) {
      for (const { key, kind, path, names } of stage) {
        const { resource, namespace } = parseTarget(path.split('?')[0]!);
        const items = this.store.list(resource, namespace) as unknown as readonly KubernetesObject[];
        const found = items.filter((item) => isWanted(item, names, kept)).map((item) => ({ ...item, kind }));
        objects.set(key, found);
        for (const object of found) kept.add(uidOf(object));
      }
    }
    const ownership = ownershipOf([...objects.values()].flat());
    return all.map((one) => viewOf(one, objects, ownership));
  }
}

export interface RequestChange {
  readonly batch?: string;
  readonly attempt?: number | 'restore';
  readonly version?: string;
  readonly at?: number;
  readonly adopted?: string | undefined;
  readonly text?: string;
  readonly settings?: Partial<KubernetesSettings>;
  readonly deployment?: Partial<KeptDeployment>;
}

const planned: KeptDeployment = {
  ...{ index: 0, key: 'shop/web', position: 1, pillar: 'shop', service_name: 'web' },
  ...{ docker_artifact_type: 'docker', docker_image_version: '1.0', environment_id: 'prod', infrastructure_id: 'kube' },
  ...{ priority: 0, timeout: 60, retry_count: 0, tags: [], rollback_strategy: 'automatic', cluster: 'kube' },
  health_check: { enabled: false },
  ...{ target, workload, level: 0, critical_path: 1, rank: 0 },
  executor: { name: 'kubernetes', account: 'kubernetes:kube', settings: {} },
};
