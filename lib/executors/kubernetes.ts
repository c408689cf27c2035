import { FlotillaError, isFlotillaError } from '../domain/errors.ts';
import { labels, ownerLabel, ownerOf } from '../domain/manifests/marks.ts';
import type {
  CancelResult,
  Clock,
  Cluster,
  Documents,
  Executor,
  Metrics,
  News,
  RunRequest,
  StartResult,
  Watched,
} from '../domain/ports.ts';
import type { RunPreview } from '../domain/preview/run-preview.ts';
import { advance } from './kubernetes/advance.ts';
import { type Advance, stateOf } from './kubernetes/advance-result.ts';
import { KeptMetrics } from './kubernetes/kept-metrics.ts';
import type { Memory } from './kubernetes/other-workloads.ts';
import { previewRun } from './kubernetes/preview.ts';
import { previewedDocuments } from './kubernetes/previewed-documents.ts';
import { markStopped } from './kubernetes/stop-mark.ts';
import { isTakenBack } from './kubernetes/taken-back.ts';
import { each, settingsOf, type Work } from './kubernetes/work.ts';

export interface KubernetesExecutorOptions {
  /** The account's name in the configuration. */
  readonly name: string;
  cluster(name: string): Promise<Cluster>;
  readonly documents: Documents;
  /** The metrics of what runs in a cluster, by the cluster's name. */
  metrics(cluster: string): Metrics;
  readonly clock: Pick<Clock, 'now'>;
}

/** A state waits for some minutes. Part of that must remain for recording results and for other looks. */
const longestLook = 30_000;

/** The most looks remembered. */
const mostRemembered = 10_000;

/**
 * Applies a deployment's objects itself, by server-side apply. There is no run elsewhere: the objects carry the
 * attempt's key and show what it has done. So a lost answer to a start leaves nothing open, and the next look goes on.
 */
export class KubernetesExecutor implements Executor {
  /**
   * Nothing is started elsewhere that could come late. For this long, a cluster that does not answer is asked again.
   */
  readonly lateStartMilliseconds = 120_000;
  readonly #options: KubernetesExecutorOptions;
  readonly #memory: Memory = new Map();
  readonly #metrics: Metrics;

  constructor(options: KubernetesExecutorOptions) {
    this.#options = options;
    this.#metrics = new KeptMetrics(options.metrics(options.name));
  }

  async start(request: RunRequest, _latest: number): Promise<StartResult> {
    const seen = { touched: false };
    try {
      const { end, touched } = await this.#advance(request, seen);
      if (end.phase === 'failed' && !touched) {
        return { kind: 'rejected', ...end.failure };
      }
      return { kind: 'started', ref: request.key };
    } catch (error) {
      if (!isFlotillaError(error, 'ClusterUnavailable')) throw error;
      if (seen.touched) return { kind: 'unknown', message: error.message };
      throw new FlotillaError('ExecutorUnavailable', error.message, error.details, error);
    }
  }

  async look(watched: readonly Watched[]): Promise<ReadonlyMap<string, News>> {
    const news = await each(watched, async ({ request }) => [request.key, await this.#news(request)] as const);
    return new Map(news);
  }

  /** Records the stop. The next look or write sees it. */
  async cancel(request: RunRequest): Promise<CancelResult> {
    await markStopped({ documents: this.#options.documents, request });
    return { kind: 'accepted', answer: 'nothing more of it will be applied' };
  }

  whereToLook({ deployment, key }: RunRequest): string {
    const label = `${labels.target}=${ownerLabel(ownerOf(deployment))}`;
    const { kind, name, namespace } = deployment.workload;
    return `In cluster ${this.#options.name}: \`kubectl get ${kind} ${name} -n ${namespace} -o yaml\`, and other objects with -l ${label}; the annotation flotilla.dev/attempt is ${key} on those that it has applied`;
  }

  async #news(request: RunRequest): Promise<News> {
    try {
      const { end, touched } = await this.#advance(request, { touched: false });
      return { kind: 'found', ref: request.key, state: stateOf(end, touched) };
    } catch (error) {
      if (!isFlotillaError(error, 'ClusterUnavailable')) throw error;
      const asked = `the objects of ${request.deployment.key} in cluster ${this.#options.name}`;
      return { kind: 'unread', trouble: { asked, answered: error.message } };
    }
  }

  async preview(request: RunRequest): Promise<RunPreview> {
    const { documents } = this.#options;
    const work = await this.#workOn(request, { touched: false });
    return previewRun({ ...work, documents: previewedDocuments(documents, request.batch_id) });
  }

  async #advance(
    request: RunRequest,
    seen: { touched: boolean },
  ): Promise<{ readonly end: Advance; readonly touched: boolean }> {
    if (this.#memory.size > mostRemembered) this.#memory.clear();
    const work = await this.#workOn(request, seen);
    const end = await advance(work, this.#memory);
    return { end: await withTakenBack(work, end), touched: work.touched };
  }

  /** Works on `seen`, so that the caller sees what was touched however it ends. */
  async #workOn(request: RunRequest, seen: { touched: boolean }): Promise<Work> {
    const { documents, clock, name } = this.#options;
    const cluster = await this.#options.cluster(name);
    if (cluster.objects === undefined) {
      throw new FlotillaError('ConfigurationInvalid', `nothing can be changed in the cluster ${name}`);
    }
    return Object.assign(seen, {
      ...{ request, settings: settingsOf(request), cluster, objects: cluster.objects, documents, clock },
      metrics: this.#metrics,
      end: clock.now() + longestLook,
      applied: new Map(),
    });
  }
}

const withTakenBack = async (work: Work, end: Advance): Promise<Advance> =>
  'failure' in end && (await isTakenBack(work, end)) ? { ...end, failure: { ...end.failure, taken_back: true } } : end;
