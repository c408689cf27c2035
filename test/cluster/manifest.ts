import type { WorkloadKind } from '../../lib/domain/plan/plan.ts';
import type { Case } from './case.ts';
import type { Kube } from './kube-client.ts';

export interface PlainKind {
  readonly kind: string;
  readonly root: string;
  readonly plural: string;
}

const apps = '/apis/apps/v1';
const batch = '/apis/batch/v1';

export const plainKinds: Readonly<Partial<Record<WorkloadKind, PlainKind>>> = {
  deployment: { kind: 'Deployment', root: apps, plural: 'deployments' },
  statefulset: { kind: 'StatefulSet', root: apps, plural: 'statefulsets' },
  daemonset: { kind: 'DaemonSet', root: apps, plural: 'daemonsets' },
  job: { kind: 'Job', root: batch, plural: 'jobs' },
  cronjob: { kind: 'CronJob', root: batch, plural: 'cronjobs' },
  rollout: { kind: 'Rollout', root: '/apis/argoproj.io/v1alpha1', plural: 'rollouts' },
  'knative-service': { kind: 'Service', root: '/apis/serving.knative.dev/v1', plural: 'services' },
  certificate: { kind: 'Certificate', root: '/apis/cert-manager.io/v1', plural: 'certificates' },
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Objects are merged, everything else is replaced; null removes a field. */
const over = (below: Kube, above: Kube): Kube => {
  if (!isObject(below) || !isObject(above)) return above ?? undefined;
  const keys = [...new Set([...Object.keys(below), ...Object.keys(above)])];
  return Object.fromEntries(keys.map((key) => [key, key in above ? over(below[key], above[key]) : below[key]]));
};

const readinessProbe = { httpGet: { path: '/ready', port: 8080 }, periodSeconds: 1 };

/** The name of a case is before the last slash: the rest may be a fate. */
export const repositoryOf = ({ name }: Case): string => `registry.example/${name}/app`;

/** The workload of a case: as small as possible, merged with the case's own fields. */
export const manifestOf = (one: Case, image: string): Kube => {
  const { name, kind = 'deployment' } = one;
  const { kind: apiKind, root } = plainKinds[kind]!;
  const isOnce = kind === 'job' || kind === 'cronjob';
  const container = { name: 'app', image, ...(isOnce ? {} : { readinessProbe }) };
  const labels = { app: name };
  const pod = { containers: [over(container, one.container ?? {})], ...(isOnce ? { restartPolicy: 'Never' } : {}) };
  const template = { metadata: { labels }, spec: over(pod, one.pod ?? {}) };
  const selector = { matchLabels: labels };
  const job = { template, backoffLimit: 1 };
  const specs: Readonly<Partial<Record<WorkloadKind, Kube>>> = {
    deployment: { replicas: 2, progressDeadlineSeconds: 60, selector, template },
    statefulset: { replicas: 2, serviceName: name, selector, template },
    daemonset: { selector, template },
    job,
    cronjob: { schedule: '0 3 * * *', jobTemplate: { spec: job } },
    rollout: { replicas: 2, selector, template, strategy: { canary: {} } },
    'knative-service': { template },
    certificate: { secretName: name, dnsNames: [`v${image.slice(image.lastIndexOf(':') + 1)}.example`] },
  };
  return {
    apiVersion: root.replace(/^\/(apis?\/)?/, ''),
    kind: apiKind,
    metadata: { name, namespace: name, labels },
    spec: over(specs[kind], one.spec ?? {}),
  };
};
