import { createHash } from 'node:crypto';
import type { JsonObject } from '../json.ts';
import type { Workload, WorkloadKind } from '../plan/plan.ts';
import { canonicalJson } from '../plan/plan-hash.ts';
import { podTemplateOf } from './pod-template.ts';

/**
 * Kinds whose template changes by nobody but who writes it. A Job made anew has the labels of its own uid in it, and the spec of a
 * pod is filled in by the scheduler and others.
 */
const marked: ReadonlySet<WorkloadKind> = new Set([
  ...(['deployment', 'statefulset', 'daemonset', 'cronjob'] as const),
  ...(['rollout', 'knative-service'] as const),
]);

/**
 * Tells one pod template from another. It is taken from the workload itself: revisions are kept by controllers, which are some
 * moments behind, and two lists that were read one after the other need not fit together.
 */
export const templateMark = (workload: Workload, object: JsonObject): string | undefined =>
  marked.has(workload.kind)
    ? createHash('sha256')
        .update(canonicalJson(podTemplateOf(workload, object)))
        .digest('hex')
        .slice(0, 16)
    : undefined;
