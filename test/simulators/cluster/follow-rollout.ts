import { setTimeout as sleep } from 'node:timers/promises';
import { KubernetesCluster, kubeConfigFrom } from '../../../lib/adapters/cluster.ts';
import type { Workload, WorkloadKind } from '../../../lib/domain/plan/plan.ts';
import { type Baseline, captureBaseline } from '../../../lib/domain/rollout/baseline.ts';
import {
  type Evidence,
  type Expected,
  type Judgement,
  type Progress,
  wantsLog,
} from '../../../lib/domain/rollout/judgement.ts';
import { judgeRollout } from '../../../lib/domain/rollout/verdict.ts';

/**
 * A small observer: reads a workload repeatedly through the real client until there is a verdict, or an expected state.
 */

export interface Followed extends Judgement {
  /** Reasons in order, without repeats. */
  readonly reasons: readonly string[];
}

export const clusterAt = async (url: string): Promise<KubernetesCluster> =>
  new KubernetesCluster('test', await kubeConfigFrom({ server: url }));

export const workloadOf = (kind: WorkloadKind, name: string): Workload => ({ kind, name, namespace: 'shared' });

export async function baselineOf(cluster: KubernetesCluster, workload: Workload): Promise<Baseline> {
  const [view] = await cluster.read([workload]);
  if (view === undefined) throw new Error('a view for each workload is promised');
  return captureBaseline(workload, view);
}

export const asDocker = (version: string): Expected => ({ version, artifactType: 'docker' });

export async function followRollout(
  cluster: KubernetesCluster,
  {
    workload,
    expected,
    baseline,
    until = () => false,
    meanwhile,
  }: {
    workload: Workload;
    expected: Expected;
    baseline: Baseline;
    /** The expected state when there is to be no verdict. */
    until?: (judged: Judgement) => boolean;
    meanwhile?: (reason: string) => Promise<void>;
  },
): Promise<Followed> {
  const reasons: string[] = [];
  let previous: Progress | undefined;
  for (;;) {
    const [view] = await cluster.read([workload]);
    if (view === undefined) throw new Error('a view for each workload is promised');
    const now = Date.now();
    const judged = judgeRollout({ workload, expected, baseline, view, now, ...(previous && { previous }) });
    // What is stored between two looks is JSON.
    previous = JSON.parse(JSON.stringify(judged.progress)) as Progress;
    if (reasons.at(-1) !== judged.reason) reasons.push(judged.reason);
    await meanwhile?.(judged.reason);
    if (judged.verdict !== 'waiting' || until(judged)) {
      const evidence = await Promise.all((judged.evidence ?? []).map((one) => withLog(cluster, workload, one)));
      return { ...judged, evidence, reasons };
    }
    await sleep(100);
  }
}

async function withLog(cluster: KubernetesCluster, workload: Workload, evidence: Evidence): Promise<Evidence> {
  if (!wantsLog(evidence)) return evidence;
  return { ...evidence, log: await cluster.logs(workload.namespace, evidence.name, evidence.container, 20) };
}

/** What a pipeline does: `kubectl set image`. */
export async function setImage(url: string, path: string, image: string): Promise<void> {
  await patch(url, path, { spec: { template: { spec: { containers: [{ name: 'app', image }] } } } });
}

export async function patch(url: string, path: string, body: unknown): Promise<void> {
  const headers = { 'content-type': 'application/strategic-merge-patch+json' };
  const response = await fetch(`${url}${path}`, { method: 'PATCH', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`PATCH ${path}: ${response.status} ${await response.text()}`);
}
