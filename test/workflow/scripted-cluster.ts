import { type Right, rightOf } from '../../lib/domain/catalogue/cluster-rights.ts';
import { FlotillaError } from '../../lib/domain/errors.ts';
import type { JsonObject } from '../../lib/domain/json.ts';
import type { Workload } from '../../lib/domain/plan/plan.ts';
import type { Cluster, ContainerLog, HealthRequest, LogRequest, WorkloadView } from '../../lib/domain/ports.ts';
import { unready, viewOf, waitingFor } from '../domain/rollout/objects.ts';
import type { WorldClock } from './world-clock.ts';

/** How a version behaves on the cluster. */
export type Fate = 'good' | 'pull' | 'crash' | 'stuck';

interface Release {
  readonly from: number;
  readonly version: string;
  readonly fate: Fate;
  /** What happens to it then, if nothing else is deployed there by that time. */
  readonly later?: { readonly from: number; readonly fate: Fate };
  /** It was deleted. */
  readonly isGone?: true;
}

interface Scaled {
  readonly from: number;
  readonly replicas: number;
  /** Of these no more come up. */
  readonly ready: number;
}

/** One that is or was deployed there: counted from 1, as Kubernetes does. */
interface Revision extends Release {
  readonly revision: number;
}

const imageOf = (service: string, version: string): string => `registry.test/${service}:${version}`;

const noneReady = { readyReplicas: 0, availableReplicas: 0 };

const crashed: JsonObject = {
  state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s restarting failed container' } },
  lastState: { terminated: { exitCode: 1, reason: 'Error', finishedAt: '2026-09-30T06:00:00Z' } },
  restartCount: 3,
};

const looks: Readonly<Record<Fate, object>> = {
  good: {},
  pull: { status: noneReady, podStatus: unready(waitingFor('ImagePullBackOff', 'manifest unknown')) },
  crash: { status: noneReady, podStatus: unready(crashed) },
  stuck: { status: noneReady, podStatus: unready({ state: { waiting: { reason: 'ContainerCreating' } } }) },
};

/** A cluster whose workloads are as the test, or the scripted executor, says: by service, from a moment on. */
export class ScriptedCluster implements Cluster {
  /** From this moment on it cannot be asked, until the other. */
  away: { readonly from: number; readonly until: number } | undefined;
  /** Set only where its role lacks something. */
  missingRights?: () => Promise<readonly Right[]>;
  #lacks: readonly string[] = [];
  /** What the service answers to its nth health check, from 1. */
  answer: (service: string, nth: number) => number = () => 200;
  /** What runs beside every service. */
  sidecars: readonly JsonObject[] = [];
  /** What every container has logged, where it is not the usual line. */
  log: readonly string[] | undefined;
  readonly probes = new Map<string, number>();
  reads = 0;
  /** What distinguishes it from others, and where it is: the same for every name that leads here. */
  identities: readonly string[] = ['kube-system:scripted'];
  address = 'https://scripted.test#ca';
  readonly #name: string;
  readonly #clock: WorldClock;
  readonly #releases = new Map<string, Release[]>();
  readonly #scaled = new Map<string, Scaled[]>();

  constructor(name: string, clock: WorldClock) {
    this.#name = name;
    this.#clock = clock;
  }

  /** Returns the way to take it back, which is only for what has not happened yet. */
  set(service: string, version: string, fate: Fate, from = this.#clock.now()): () => void {
    return this.#put(service, { from, version, fate });
  }

  /** From a moment on it comes up, and takes this long. What replaces it meanwhile stays. */
  settle(service: string, version: string, { from, later }: Required<Pick<Release, 'from' | 'later'>>): () => void {
    return this.#put(service, { from, version, fate: 'stuck', later });
  }

  /** From a moment on nothing is deployed there. */
  remove(service: string, from = this.#clock.now()): () => void {
    return this.#put(service, { from, version: 'none', fate: 'good', isGone: true });
  }

  /** From a moment on this many replicas are requested. Returns the way to take it back, as `set` does. */
  scale(service: string, replicas: number, { from = this.#clock.now(), ready = replicas } = {}): () => void {
    const scaled = { from, replicas, ready };
    const known = [...(this.#scaled.get(service) ?? []), scaled];
    this.#scaled.set(
      service,
      known.sort((a, b) => a.from - b.from),
    );
    return () => {
      this.#scaled.set(
        service,
        this.#scaled.get(service)!.filter((one) => one !== scaled),
      );
    };
  }

  /** How many replicas are requested now. */
  replicas(service: string): number {
    return this.#scaleAt(service).replicas;
  }

  #scaleAt(service: string): Pick<Scaled, 'replicas' | 'ready'> {
    const now = this.#clock.now();
    return this.#scaled.get(service)?.findLast(({ from }) => from <= now) ?? { replicas: 2, ready: 2 };
  }

  #put(service: string, release: Release): () => void {
    const { from } = release;
    const known = this.#releases.get(service) ?? [];
    // What comes later stays later, no matter which was requested first.
    const at = known.findLastIndex((one) => one.from <= from) + 1;
    this.#releases.set(service, known.toSpliced(at, 0, release));
    return () => {
      this.#releases.set(
        service,
        this.#releases.get(service)!.filter((one) => one !== release),
      );
    };
  }

  /** What is deployed there now; undefined for nothing. */
  running(service: string, at = this.#clock.now()): string | undefined {
    const stands = this.#at(service, at);
    return stands?.isGone ? undefined : stands?.version;
  }

  async read(workloads: readonly Workload[]): Promise<readonly WorkloadView[]> {
    this.#ask();
    const refused = { cluster: this.#name, status: 403 };
    if (this.#lacks.some((one) => one.startsWith('list ')))
      throw new FlotillaError('ClusterUnavailable', `cluster ${this.#name} says no`, refused);
    this.reads += 1;
    return workloads.map(({ name }) => {
      const release = this.#at(name);
      if (release === undefined || release.isGone) return { revisions: [], pods: [] };
      const { version, revision, fate } = release;
      const containers = [{ name: 'app', image: imageOf(name, version) }, ...this.sidecars];
      const { replicas, ready } = this.#scaleAt(name);
      const short = ready < replicas ? { status: { readyReplicas: ready, availableReplicas: ready } } : {};
      const view = viewOf({ containers, revision, generation: revision, replicas, ...short, ...looks[fate] });
      return { ...view, revisions: [...view.revisions, ...this.#earlier(name, release)] };
    });
  }

  /** ReplicaSets of previous versions: one for each version, with its last number. */
  #earlier(service: string, now: Revision): readonly JsonObject[] {
    const before = (this.#releases.get(service) ?? []).slice(0, now.revision - 1);
    const last = new Map(before.map((one, at) => [one.version, at + 1]));
    last.delete(now.version);
    return [...last].map(([version, revision]) => ({
      kind: 'ReplicaSet',
      metadata: {
        ...{ name: `${service}-hash${revision}`, labels: { 'pod-template-hash': `hash${revision}` } },
        annotations: { 'deployment.kubernetes.io/revision': String(revision) },
        ownerReferences: [{ uid: 'd1' }],
      },
      spec: { template: { spec: { containers: [{ name: 'app', image: imageOf(service, version) }] } } },
    }));
  }

  async identify(): Promise<readonly string[]> {
    this.#ask();
    return this.identities;
  }

  /** Its role lacks these: `list pods`. */
  lack(...rights: readonly string[]): void {
    this.#lacks = rights;
    this.missingRights = async () => rights.map(rightOf);
  }

  async logs(_namespace: string, pod: string, container: string): Promise<readonly string[]> {
    this.#ask();
    return this.log ?? [`${pod}/${container}: no configuration found`];
  }

  async readLog({ pod, container, lines, previous }: LogRequest): Promise<ContainerLog> {
    this.#ask();
    if (this.#lacks.includes('get pods/log')) return { none: `cluster ${this.#name} says no` };
    if (previous && this.log === undefined) return { none: `previous terminated container "${container}" not found` };
    const all = this.log ?? [`${pod}/${container}: no configuration found`];
    return { lines: all.slice(-lines), isCut: false };
  }

  async probe({ workload }: HealthRequest): Promise<{ readonly status: number; readonly message: string }> {
    this.#ask();
    const nth = (this.probes.get(workload.name) ?? 0) + 1;
    this.probes.set(workload.name, nth);
    return { status: this.answer(workload.name, nth), message: '' };
  }

  #at(service: string, at = this.#clock.now()): Revision | undefined {
    const known = this.#releases.get(service) ?? [];
    const place = known.findLastIndex(({ from }) => from <= at);
    if (place < 0) return undefined;
    const { later, ...stands } = known[place]!;
    const fate = later !== undefined && later.from <= at ? later.fate : stands.fate;
    return { ...stands, fate, revision: place + 1 };
  }

  #ask(): void {
    const now = this.#clock.now();
    if (this.away === undefined || now < this.away.from || now >= this.away.until) return;
    throw new FlotillaError('ClusterUnavailable', `cluster ${this.#name} does not answer`);
  }
}
