import { createHash } from 'node:crypto';
import type { JsonObject } from '../json.ts';
import type { Workload, WorkloadKind } from '../plan/plan.ts';
import { canonicalJson } from '../plan/plan-hash.ts';
import { podTemplateOf } from './pod-template.ts';

/**
 * Kinds whose template only its author changes. A recreated Job's template has labels with its own uid, and the
 * scheduler and others fill in a pod's spec.
 */
const marked: ReadonlySet<WorkloadKind> = new Set([
  ...(['deployment', 'statefulset', 'daemonset', 'cronjob'] as const),
  ...(['rollout', 'knative-service'] as const),
]);

/**
 * Identifies a pod template. It is computed from the workload itself: controllers keep revisions a moment late, and two
 * lists read one after the other may not match.
 */
export const templateMark = (workload: Workload, object: JsonObject): string | undefined =>
  marked.has(workload.kind)
    ? createHash('sha256')
        .update(canonicalJson(podTemplateOf(workload, object)))
        .digest('hex')
        .slice(0, 16)
    : undefined;
