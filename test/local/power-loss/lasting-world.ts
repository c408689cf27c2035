import type { Workload } from '../../../lib/domain/plan/plan.ts';
import type { Cluster, Executor, RunRequest, RunState } from '../../../lib/domain/ports.ts';
import { lookOneByOne, unaskedExecutor } from '../../unasked-executor.ts';

/** Before the first deployment. */
const versionBefore = '1.0.0';

/** How one life of the server reaches the executor. */
export interface LifeOfServer {
  readonly isOver: () => boolean;
  /** Called when a start has arrived. */
  readonly onStart: (key: string) => void;
  /** Milliseconds after which a start that was not seen is given up, even on a slow machine. */
  readonly lateStart: number;
}

/**
 * Executor and cluster, which our power cuts do not reach: they remember their requests. Runs end at once. The name of
 * a version decides the result of its run.
 */
export class LastingWorld {
  /** How often each run was requested. */
  readonly starts = new Map<string, number>();
  /** Runs that were looked for and missing; on a slow machine they may have come later. */
  readonly missed = new Set<string>();
  readonly cancels: string[] = [];
  readonly #versions = new Map<string, string>();

  executor({ isOver, onStart, lateStart }: LifeOfServer): Executor {
    const reached = async <T>(answer: () => T): Promise<T> => (isOver() ? new Promise(() => {}) : answer());
    return {
      ...unaskedExecutor,
      lateStartMilliseconds: lateStart,
      start: async (request) => {
        if (!isOver()) this.#begin(request);
        if (!isOver()) onStart(request.key);
        return reached(() =>
          request.version.includes('-lost')
            ? { kind: 'unknown', message: 'the reply was lost' }
            : { kind: 'started', ref: request.key },
        );
      },
      look: lookOneByOne(async ({ request, ref }) => {
        const { key, version } = request;
        if (ref !== undefined) return reached(() => ({ kind: 'found', ref, state: this.#stateOf(request) }));
        return reached(() => {
          if (this.starts.has(key) && !version.includes('-lost')) return { kind: 'found', ref: key };
          this.missed.add(key);
          return { kind: 'none' };
        });
      }),
      cancel: ({ key }) =>
        reached(() => {
          this.cancels.push(key);
          return { kind: 'accepted', answer: '200' };
        }),
    };
  }

  cluster: Cluster = {
    address: 'https://lasting.test#ca',
    identify: async () => ['kube-system:lasting'],
    read: async (workloads) =>
      workloads.map((workload) => ({ workload: this.#jobOf(workload), revisions: [], pods: [] })),
    logs: async () => [],
    probe: async () => ({ status: 200, message: '' }),
  };

  #begin({ key, version, deployment }: RunRequest): void {
    this.starts.set(key, (this.starts.get(key) ?? 0) + 1);
    if (!version.includes('-lost')) this.#versions.set(deployment.service_name, version);
  }

  #stateOf({ key, version }: RunRequest): RunState {
    if (this.cancels.includes(key)) return { phase: 'terminal', outcome: 'aborted', raw: 'Aborted' };
    if (version.includes('-endless')) return { phase: 'running', raw: 'Running' };
    const failed = version.includes('-fails') || (version.includes('-again') && key.endsWith('-1'));
    return { phase: 'terminal', outcome: failed ? 'failed' : 'succeeded', raw: failed ? 'Failed' : 'Success' };
  }

  #jobOf({ name, namespace }: Workload) {
    const image = `${name}:${this.#versions.get(name) ?? versionBefore}`;
    return {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name, namespace, uid: name, generation: 1 },
      spec: { jobTemplate: { spec: { template: { spec: { containers: [{ name: 'main', image }] } } } } },
      status: {},
    };
  }
}
