import { invalid } from './api-status.ts';
import type { KubeObject, PodSpec, PodTemplate, Workload } from './kube-object.ts';

/** Fills in the API server's defaults, and rejects what it rejects. */
export function withDefaults(object: KubeObject): KubeObject {
  const draft = structuredClone(object);
  defaults[draft.kind]?.(draft as Workload);
  return draft;
}

/** What must not change afterwards: selectors, and the template of a Job. */
export function refuseImmutable(before: KubeObject, next: KubeObject): void {
  const same = (path: readonly string[]) => JSON.stringify(at(before, path)) === JSON.stringify(at(next, path));
  const fixed = next.kind === 'Job' ? ['spec', 'template'] : ['spec', 'selector'];
  if (!['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job'].includes(next.kind) || same(fixed)) return;
  throw invalid(
    `${next.kind} "${next.metadata.name}" is invalid: ${fixed.join('.')}: Invalid value: field is immutable`,
  );
}

const at = (object: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], object);

const defaults: Readonly<Record<string, (object: Workload) => void>> = {
  Deployment: ({ kind, metadata, spec }) => {
    requireTemplate(kind, metadata.name, spec);
    spec.replicas ??= 1;
    spec.revisionHistoryLimit ??= 10;
    spec.progressDeadlineSeconds ??= 600;
    spec.strategy ??= {};
    spec.strategy.type ??= 'RollingUpdate';
    if (spec.strategy.type === 'RollingUpdate') {
      spec.strategy.rollingUpdate = { maxUnavailable: '25%', maxSurge: '25%', ...spec.strategy.rollingUpdate };
    }
    templateDefaults(spec.template, 'Always');
  },
  StatefulSet: ({ kind, metadata, spec }) => {
    requireTemplate(kind, metadata.name, spec);
    spec.replicas ??= 1;
    spec.revisionHistoryLimit ??= 10;
    spec.podManagementPolicy ??= 'OrderedReady';
    updateStrategyDefaults(spec, { partition: 0 });
    templateDefaults(spec.template, 'Always');
  },
  DaemonSet: ({ kind, metadata, spec }) => {
    requireTemplate(kind, metadata.name, spec);
    spec.revisionHistoryLimit ??= 10;
    updateStrategyDefaults(spec, { maxUnavailable: 1 });
    templateDefaults(spec.template, 'Always');
  },
  Job: ({ metadata, spec }) => {
    spec.completions ??= 1;
    spec.parallelism ??= 1;
    spec.backoffLimit ??= 6;
    spec.suspend ??= false;
    spec.selector ??= { matchLabels: { 'job-name': metadata.name } };
    templateDefaults(spec.template, 'Never');
  },
  CronJob: ({ spec }) => {
    const cron = spec as unknown as { suspend?: boolean; jobTemplate: { spec: { template: PodTemplate } } };
    cron.suspend ??= false;
    templateDefaults(cron.jobTemplate.spec.template, 'Never');
  },
  /** Values in clear text are stored like all others. */
  Secret: (secret) => {
    const { stringData, data } = secret as { stringData?: Record<string, string>; data?: Record<string, string> };
    secret.type ??= 'Opaque';
    if (stringData === undefined) return;
    const encoded = Object.entries(stringData).map(([key, text]) => [key, Buffer.from(text).toString('base64')]);
    secret.data = { ...data, ...Object.fromEntries(encoded) };
    delete secret.stringData;
  },
  ResourceQuota: (quota) => {
    quota.status ??= { hard: (quota.spec as { readonly hard?: unknown }).hard };
  },
  Pod: (pod) => {
    podDefaults(pod.spec as unknown as PodSpec, 'Always');
    pod.status ??= { phase: 'Pending' };
  },
};

function requireTemplate(kind: string, name: string, spec: Workload['spec']): void {
  const wanted = Object.entries(spec?.selector?.matchLabels ?? {});
  const labels = spec?.template?.metadata?.labels ?? {};
  if (wanted.length === 0) throw invalid(`${kind} "${name}" is invalid: spec.selector: Required value`);
  if (wanted.every(([key, value]) => labels[key] === value)) return;
  throw invalid(
    `${kind} "${name}" is invalid: spec.template.metadata.labels: \`selector\` does not match template \`labels\``,
  );
}

function updateStrategyDefaults(
  spec: Workload['spec'],
  rolling: { partition?: number; maxUnavailable?: number },
): void {
  spec.updateStrategy ??= {};
  spec.updateStrategy.type ??= 'RollingUpdate';
  if (spec.updateStrategy.type !== 'RollingUpdate') return;
  spec.updateStrategy.rollingUpdate = { ...rolling, ...spec.updateStrategy.rollingUpdate };
}

function templateDefaults(template: PodTemplate, restartPolicy: string): void {
  podDefaults(template.spec, restartPolicy);
}

function podDefaults(spec: PodSpec, restartPolicy: string): void {
  spec.restartPolicy ??= restartPolicy;
  spec.terminationGracePeriodSeconds ??= 30;
  for (const container of [...(spec.initContainers ?? []), ...spec.containers]) {
    container.imagePullPolicy ??= 'IfNotPresent';
  }
}
