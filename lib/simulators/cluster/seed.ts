import * as z from 'zod';
import { withDefaults } from './defaults.ts';
import type { KubeObject, Workload } from './kube-object.ts';
import { resourceOf } from './resources.ts';
import type { Store } from './store.ts';

const kinds = {
  deployment: 'Deployment',
  statefulset: 'StatefulSet',
  daemonset: 'DaemonSet',
  job: 'Job',
  cronjob: 'CronJob',
  pod: 'Pod',
} as const;

/** The body of `POST /simulator/seed` and `POST /simulator/deploy`: a list of these. */
export const seedSchema = z.array(
  z.strictObject({
    kind: z.enum(['deployment', 'statefulset', 'daemonset', 'job', 'cronjob', 'pod']).default('deployment'),
    name: z.string().min(1),
    namespace: z.string().min(1).default('default'),
    /** The whole reference: `registry.example/login-api:3.0.1`. */
    image: z.string().min(1),
    replicas: z.int().min(0).default(1),
    container: z.string().min(1).default('app'),
    /** Without a readiness probe, a container is ready while it runs. A workload that runs once has none. */
    probe: z.boolean().default(true),
  }),
);

export type Seed = z.infer<typeof seedSchema>[number];

/** Creates workloads as their manifests would, each with its Service. Existing ones get the image instead. */
export function deploySeeds(store: Store, seeds: readonly Seed[]): readonly KubeObject[] {
  return seeds.map((seed) => {
    const resource = resourceOf(kinds[seed.kind]);
    const before = store.get(resource, seed.namespace, seed.name);
    const manifest = withDefaults(manifestOf(seed));
    // A pipeline cannot change a Job's template or a pod's containers either: it creates a new one.
    if (before !== undefined && (seed.kind === 'job' || seed.kind === 'pod')) store.remove(before);
    else if (before !== undefined) return store.update(before, (draft) => setImage(draft, seed)) ?? before;
    if (store.get(resourceOf('Service'), seed.namespace, seed.name) === undefined) store.create(serviceOf(seed));
    return store.create(manifest);
  });
}

function setImage(object: KubeObject, { image, container }: Seed): void {
  const { spec } = object as Workload;
  const cron = spec.jobTemplate as { spec: { template: Workload['spec']['template'] } } | undefined;
  const { containers } = (cron?.spec.template ?? spec.template).spec;
  const one = containers.find(({ name }) => name === container) ?? containers[0];
  if (one !== undefined) one.image = image;
}

const readinessProbe = { httpGet: { path: '/ready', port: 8080 }, periodSeconds: 1 };

function manifestOf(seed: Seed): KubeObject {
  const labels = { app: seed.name };
  const isOnce = seed.kind === 'job' || seed.kind === 'cronjob';
  const container = { name: seed.container, image: seed.image, ports: [{ containerPort: 8080 }] };
  const pod = { containers: [seed.probe && !isOnce ? { ...container, readinessProbe } : container] };
  const template = { metadata: { labels }, spec: pod };
  const selector = { matchLabels: labels };
  const specs: Readonly<Record<Seed['kind'], unknown>> = {
    deployment: { replicas: seed.replicas, selector, template },
    statefulset: { replicas: seed.replicas, serviceName: seed.name, selector, template },
    daemonset: { selector, template },
    job: { template, backoffLimit: 1 },
    cronjob: { schedule: '0 3 * * *', jobTemplate: { spec: { template } } },
    pod,
  };
  return { apiVersion: '', kind: kinds[seed.kind], metadata: metadataOf(seed), spec: specs[seed.kind] };
}

const serviceOf = (seed: Seed): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: metadataOf(seed),
  spec: { type: 'ClusterIP', selector: { app: seed.name }, ports: [{ name: 'http', port: 8080, targetPort: 8080 }] },
});

/** The store fills in the rest when it creates the object. */
const metadataOf = ({ name, namespace }: Seed): KubeObject['metadata'] =>
  ({ name, namespace, labels: { app: name } }) as unknown as KubeObject['metadata'];
