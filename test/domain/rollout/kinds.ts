import type { JsonObject } from '../../../lib/domain/json.ts';
import type { Workload, WorkloadKind } from '../../../lib/domain/plan/plan.ts';
import type { WorkloadView } from '../../../lib/domain/ports.ts';
import { captureBaseline } from '../../../lib/domain/rollout/baseline.ts';
import type { Judgement } from '../../../lib/domain/rollout/judgement.ts';
import { judgeRollout } from '../../../lib/domain/rollout/verdict.ts';
import { deployment, now } from './objects.ts';

/**
 * Shared by objects of any kind in these tests, with their verdict: version 2 is requested, and nothing existed before.
 */

export const nothing: WorkloadView = { revisions: [], pods: [] };
export const template = { spec: { containers: [{ name: 'app', image: 'reg/app:2' }] } };
export const expected = { version: '2', artifactType: 'docker' } as const;
export const metadata = { name: 'app', namespace: 'shared', uid: 'u1', generation: 3 };

export const lines = (...all: readonly string[]): string => all.join('\n');

export function judge(kind: WorkloadKind, view: WorkloadView, baselineView: WorkloadView = nothing): Judgement {
  const workload: Workload = { ...deployment, kind };
  return judgeRollout({ workload, expected, baseline: captureBaseline(workload, baselineView), view, now });
}

export const podOf = (status: JsonObject, labels: JsonObject = {}): JsonObject => ({
  kind: 'Pod',
  metadata: { name: 'app-0', uid: 'p0', labels, ownerReferences: [{ uid: 'u1' }] },
  spec: template.spec,
  status,
});
