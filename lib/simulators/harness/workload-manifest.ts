import type { Payload } from './payload.ts';

/** A Kubernetes object, or a part of one, as JSON. */
export type Manifest = { readonly [key: string]: unknown };

export interface ContainerImage {
  readonly name: string;
  readonly image: string;
}

const object = (value: unknown): Manifest =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Manifest) : {};

/** Where a kind keeps its pod spec. */
const podSpecPath = (kind: string): readonly string[] => {
  if (kind === 'pod') return ['spec'];
  if (kind === 'cronjob') return ['spec', 'jobTemplate', 'spec', 'template', 'spec'];
  return ['spec', 'template', 'spec'];
};

export const containersOf = (kind: string, manifest: Manifest): readonly ContainerImage[] => {
  const spec = podSpecPath(kind).reduce<Manifest>((at, name) => object(at[name]), manifest);
  const list = Array.isArray(spec.containers) ? spec.containers : [];
  return list.map((entry) => ({ name: String(object(entry).name), image: String(object(entry).image) }));
};

/**
 * The repository with another version. A digest alone follows `@`; a port in the registry's name is not a tag. Only a
 * chart's version may contain a `+`. Helm replaces it by `_` in tags and labels, where `+` is not allowed.
 */
export const imageWithVersion = (image: string, version: string): string => {
  const repository = image.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
  return `${repository}${/^sha(256|512):/.test(version) ? '@' : ':'}${version.replaceAll('+', '_')}`;
};

const nest = (path: readonly string[], value: unknown): Manifest =>
  path.reduceRight<unknown>((inner, name) => ({ [name]: inner }), value) as Manifest;

/** A strategic merge patch: containers are matched by their name. */
export const patchOf = (kind: string, container: ContainerImage): Manifest =>
  nest(podSpecPath(kind), { containers: [container] });

const apiVersions: Readonly<Record<string, readonly [string, string]>> = {
  deployment: ['apps/v1', 'Deployment'],
  statefulset: ['apps/v1', 'StatefulSet'],
  daemonset: ['apps/v1', 'DaemonSet'],
  job: ['batch/v1', 'Job'],
  cronjob: ['batch/v1', 'CronJob'],
  pod: ['v1', 'Pod'],
};

/** Services may have names that no image has. */
const imageOf = (service: string): string =>
  service
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');

const readinessProbe = { httpGet: { path: '/ready', port: 8080 }, periodSeconds: 1 };

/** A small workload for a service that the cluster does not have yet. */
export const newWorkload = ({ target, service, version }: Payload): Manifest => {
  const { kind = 'deployment', name = '', namespace = 'default', container = name, image = imageOf(service) } = target;
  const [apiVersion, kindName] = apiVersions[kind]!;
  const metadata = { name, namespace, labels: { app: name } };
  const own = { name: container, image: imageWithVersion(image, version) };
  const pod = { containers: [{ ...own, readinessProbe }] };
  const once = {
    template: { metadata: { labels: { app: name } }, spec: { containers: [own], restartPolicy: 'Never' } },
  };
  const standing = {
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: pod },
  };
  const specs: Readonly<Record<string, Manifest>> = {
    deployment: { replicas: 1, ...standing },
    statefulset: { replicas: 1, serviceName: name, ...standing },
    daemonset: standing,
    job: { backoffLimit: 0, ...once },
    cronjob: { schedule: '0 3 * * *', jobTemplate: { spec: once } },
    pod,
  };
  return { apiVersion, kind: kindName, metadata, spec: specs[kind] };
};

/** Labels that the Job controller gives to its own run. */
const isControllerLabel = (name: string): boolean => name.endsWith('controller-uid') || name.endsWith('job-name');

const withoutControllerLabels = (labels: unknown): Manifest =>
  Object.fromEntries(Object.entries(object(labels)).filter(([name]) => !isControllerLabel(name)));

/** The same Job with another image, without the server's additions. */
export const rerunOf = (job: Manifest, container: ContainerImage): Manifest => {
  const { name, namespace, labels, annotations } = object(job.metadata);
  const { selector: _selector, manualSelector: _manual, template, ...spec } = object(job.spec);
  const templateMetadata = object(object(template).metadata);
  const podSpec = object(object(template).spec);
  const containers = (Array.isArray(podSpec.containers) ? podSpec.containers : []).map((entry) =>
    object(entry).name === container.name ? { ...object(entry), image: container.image } : entry,
  );
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      namespace,
      labels: withoutControllerLabels(labels),
      ...(annotations === undefined ? {} : { annotations }),
    },
    spec: {
      ...spec,
      template: {
        metadata: { labels: withoutControllerLabels(templateMetadata.labels) },
        spec: { ...podSpec, containers },
      },
    },
  };
};
