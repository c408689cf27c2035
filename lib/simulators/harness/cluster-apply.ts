import type { Settled } from './options.ts';
import type { Payload } from './payload.ts';
import { containersOf, imageWithVersion, type Manifest, newWorkload, patchOf, rerunOf } from './workload-manifest.ts';

const collections: Readonly<Record<string, string>> = {
  deployment: 'apis/apps/v1/namespaces/:namespace/deployments',
  statefulset: 'apis/apps/v1/namespaces/:namespace/statefulsets',
  daemonset: 'apis/apps/v1/namespaces/:namespace/daemonsets',
  job: 'apis/batch/v1/namespaces/:namespace/jobs',
  cronjob: 'apis/batch/v1/namespaces/:namespace/cronjobs',
  pod: 'api/v1/namespaces/:namespace/pods',
  rollout: 'apis/argoproj.io/v1alpha1/namespaces/:namespace/rollouts',
  'knative-service': 'apis/serving.knative.dev/v1/namespaces/:namespace/services',
};

const requestTimeout = 10_000;
const deletionLooks = 100;

interface Reply {
  readonly status: number;
  readonly body: Manifest;
}

const ask = async (method: string, url: string, type?: string, body?: unknown): Promise<Reply> => {
  const response = await fetch(url, {
    method,
    headers: {
      accept: 'application/json',
      'user-agent': 'harness',
      ...(type === undefined ? {} : { 'content-type': type }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(requestTimeout),
  });
  return { status: response.status, body: (await response.json()) as Manifest };
};

const problemOf = (what: string, { status, body }: Reply): string | undefined =>
  status < 300 ? undefined : `${what}: the cluster answered ${status} ${String(body.message ?? '')}`;

/**
 * The Deploy stage: sets the requested version as the workload's image, with the field manager `harness`. A missing
 * workload is created. Returns a message when it fails. Without any cluster it only pretends.
 */
export const applyToCluster = async (options: Settled, payload: Payload): Promise<string | undefined> => {
  const { cluster = '', namespace = 'default', kind = '', name = '' } = payload.target;
  if (Object.keys(options.clusters).length === 0) return undefined;
  const base = options.clusters[cluster];
  if (base === undefined) return `the pipeline knows no cluster ${cluster}`;
  const collection = collections[kind];
  if (collection === undefined || name === '') return `the pipeline cannot deploy a ${kind} named ${name}`;
  const path = collection.replace(':namespace', encodeURIComponent(namespace));
  const url = `${base.replace(/\/$/, '')}/${path}`;
  try {
    return await change({ collection: url, object: `${url}/${encodeURIComponent(name)}`, payload, options });
  } catch (error) {
    return `cluster ${cluster} cannot be reached: ${(error as Error).message}`;
  }
};

interface Change {
  readonly collection: string;
  readonly object: string;
  readonly payload: Payload;
  readonly options: Settled;
}

/** No API server merges lists of a custom resource by name, so the one image is replaced by its index. */
const isCustom = (kind: string): boolean => kind === 'rollout' || kind === 'knative-service';

const manager = 'fieldManager=harness';

const change = async ({ collection, object, payload, options }: Change): Promise<string | undefined> => {
  const { kind = '', container, image } = payload.target;
  const found = await ask('GET', object);
  // The needs of these kinds are unknown, so a test has to create them.
  if (found.status === 404 && isCustom(kind)) return problemOf('read', found);
  if (found.status === 404) {
    const manifest = newWorkload(payload);
    return problemOf(
      'apply',
      await ask('PATCH', `${object}?${manager}&force=true`, 'application/apply-patch+yaml', manifest),
    );
  }
  const unreadable = problemOf('read', found);
  if (unreadable !== undefined) return unreadable;
  const containers = containersOf(kind, found.body);
  const chosen =
    containers.find(({ name }) => name === container) ?? (container === undefined ? containers[0] : undefined);
  if (chosen === undefined) return `the workload has no container ${container ?? ''}`;
  const wanted = { name: chosen.name, image: imageWithVersion(image ?? chosen.image, payload.version) };
  if (kind === 'job') return runJobAgain(collection, object, { manifest: rerunOf(found.body, wanted), options });
  if (isCustom(kind)) {
    const path = `/spec/template/spec/containers/${containers.indexOf(chosen)}/image`;
    const patch = [{ op: 'replace', path, value: wanted.image }];
    return problemOf('patch', await ask('PATCH', `${object}?${manager}`, 'application/json-patch+json', patch));
  }
  const patch = patchOf(kind, wanted);
  return problemOf(
    'patch',
    await ask('PATCH', `${object}?${manager}`, 'application/strategic-merge-patch+json', patch),
  );
};

/** A Job's pod template cannot change: the old Job goes, then the new one comes. */
const runJobAgain = async (
  collection: string,
  object: string,
  { manifest, options }: { readonly manifest: Manifest; readonly options: Settled },
): Promise<string | undefined> => {
  const removed = await ask('DELETE', `${object}?propagationPolicy=Background`);
  if (removed.status !== 404 && removed.status >= 300) return problemOf('delete', removed);
  for (let look = 0; (await ask('GET', object)).status !== 404; look += 1) {
    if (look === deletionLooks) return 'the old job did not go away';
    await options.clock.sleep(100);
  }
  return problemOf('create', await ask('POST', `${collection}?${manager}`, 'application/json', manifest));
};
