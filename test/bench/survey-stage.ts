import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubernetesCluster, kubeConfigFrom } from '../../lib/adapters/cluster.ts';
import { SqliteTable } from '../../lib/adapters/sqlite-table.ts';
import { ownerLabel, ownerOf } from '../../lib/domain/manifests/marks.ts';
import { partsOf } from '../../lib/domain/parts-of.ts';
import type { KeptDeployment } from '../../lib/domain/plan/kept-deployment.ts';
import type { Write } from '../../lib/domain/ports.ts';
import { documentPaths, keys } from '../../lib/domain/record/keys.ts';
import { itemOf, type Release } from '../../lib/domain/record/rows.ts';
import { parseTarget } from '../../lib/simulators/cluster/api.ts';
import type { KubeObject } from '../../lib/simulators/cluster/kube-object.ts';
import { listJson } from '../../lib/simulators/cluster/reading.ts';
import { discovery, resourceOf } from '../../lib/simulators/cluster/resources.ts';
import { Store } from '../../lib/simulators/cluster/store.ts';
import { type Surveyed, surveyCluster } from '../../lib/usecases/drift/survey-cluster.ts';
import { SurveyMemory } from '../../lib/usecases/drift/surveyed-targets.ts';
import { all, configMap, deployment } from '../executors/kubernetes-texts.ts';
import { KubernetesWorld, target as oneTarget, workload as oneWorkload } from '../executors/kubernetes-world.ts';
import { MemoryDocuments } from '../memory-documents.ts';

const service =
  'apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}], selector: {app: web}}\n';
const manifests = all(
  configMap('web'),
  service,
  deployment('web', { spec: 'replicas: 2', env: '{name: A, value: "1"}' }),
);

/** What the executor makes of one target: all others have the same rows and objects, with other names. */
const deployedOnce = async () => {
  const world = new KubernetesWorld();
  const request = world.request({ text: manifests });
  await world.executor().start(request, 0);
  const applied = await world.documents.get(
    documentPaths.applied(ownerLabel(ownerOf({ target: oneTarget, workload: oneWorkload }))),
  );
  const objects = ['ConfigMap', 'Service', 'Deployment'].map((kind) => JSON.stringify(world.find(kind, 'web')));
  return { applied: applied!, objects, planned: JSON.stringify(request.deployment) };
};

type Once = Awaited<ReturnType<typeof deployedOnce>>;

const renamed = (once: Once, { name, namespace }: { readonly name: string; readonly namespace: string }) => {
  const rename = (text: string): string =>
    text
      .replaceAll(oneTarget, `prod/kube/${namespace}/${name}`)
      .replaceAll('"web"', `"${name}"`)
      .replaceAll('"shop"', `"${namespace}"`);
  const planned = JSON.parse(rename(once.planned)) as KeptDeployment;
  const { target } = planned;
  const place = { batch_id: 'B1', index: 0 };
  const release: Release = { ...place, version: '1.0', deployment: planned, origin: 'recorded', at: 1 };
  const row = { target, ...place, state: 'verified', version: '1.0', since: 1 };
  const writes: readonly Write[] = [
    { put: itemOf(keys.targetNow(target), row) },
    { put: itemOf(keys.goodRelease(target), release) },
  ];
  const objects = once.objects.map((text) => JSON.parse(rename(text)) as KubeObject);
  return { planned, objects, applied: rename(once.applied), writes };
};

/** An API server that only lists, at once. */
const listingServer = async (store: Store, count: () => void): Promise<Server> => {
  const server = createServer((request, response) => {
    count();
    const { pathname, searchParams } = new URL(request.url!, 'http://cluster');
    const known = discovery(pathname);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(known === undefined ? listJson(store, parseTarget(pathname), searchParams) : JSON.stringify(known));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
};

export interface SurveyStage {
  /** Requests to the API server. */
  readonly requests: number;
  survey(): Promise<Surveyed>;
  /** Somebody else deletes an object of this many targets. */
  drift(count: number): void;
  close(): Promise<void>;
}

export interface StageSize {
  readonly targets: number;
  readonly namespaces: number;
}

/**
 * Targets that the executor `kubernetes` has deployed, with the real adapters: HTTP, SQLite, and documents in memory.
 */
export const startSurveyStage = async ({ targets, namespaces }: StageSize): Promise<SurveyStage> => {
  let [requests, now] = [0, 2_000_000];
  const store = new Store(() => now);
  const table = new SqliteTable(':memory:');
  const documents = new MemoryDocuments();
  const once = await deployedOnce();
  const writes: Write[] = [{ put: itemOf(keys.environment('prod'), { environment: 'prod', since: 0 }) }];
  for (let at = 0; at < targets; at += 1) {
    const one = renamed(once, { name: `web-${at}`, namespace: `team-${at % namespaces}` });
    store.restore(one.objects, 1);
    documents.texts.set(documentPaths.applied(ownerLabel(ownerOf(one.planned))), one.applied);
    writes.push(...one.writes);
  }
  for (const some of partsOf(writes, 100)) await table.transact(some);
  const server = await listingServer(store, () => {
    requests += 1;
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const cluster = new KubernetesCluster('kube', await kubeConfigFrom({ server: url }));
  const memory = new SurveyMemory();
  const clock = { now: () => now, sleep: async () => {} };
  const deps = { table, documents, clock, random: { next: () => 0 }, catalogue: async () => ({}) as never };
  return {
    get requests() {
      return requests;
    },
    survey: () => {
      now += 1_000;
      return surveyCluster({ ...deps, cluster: async () => cluster }, 'kube', memory);
    },
    drift: (count) => {
      for (const object of store.list(resourceOf('ConfigMap')).slice(0, count)) store.remove(object);
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
