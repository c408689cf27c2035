import { setTimeout as sleep } from 'node:timers/promises';
import { SystemClock, SystemRandom } from '../../lib/adapters/system-clock.ts';
import type { Workload } from '../../lib/domain/plan/plan.ts';
import type { Cluster, Mirror, WorkloadView } from '../../lib/domain/ports.ts';
import { nameOf, numberAt, stringAt } from '../../lib/domain/rollout/kubernetes-object.ts';
import type { KubeClient } from '../cluster/kube-client.ts';
import { manifestOf } from '../cluster/manifest.ts';

/** A cluster with controllers, simulated or real: our access to it, and somebody else's who changes it. */
export interface MirroredCluster {
  readonly cluster: Cluster;
  readonly client: KubeClient;
}

interface Following {
  readonly namespace: string;
  readonly client: KubeClient;
  /** Follows deployments of these names, and no others. */
  follow(...names: readonly string[]): void;
  view(name: string): Promise<WorkloadView | undefined>;
  /** Waits until a view is as expected; fails if the change was not announced. */
  until(name: string, isSo: (view: WorkloadView) => boolean): Promise<void>;
  deploy(name: string, tag: string): Promise<void>;
}

export interface MirrorCase {
  readonly name: string;
  readonly run: (following: Following) => Promise<void>;
}

const isReady = ({ workload }: WorkloadView): boolean =>
  numberAt(workload, 'status', 'readyReplicas') === 2 && numberAt(workload, 'status', 'updatedReplicas') === 2;
const runs =
  (tag: string) =>
  ({ pods }: WorkloadView): boolean =>
    pods.length === 2 && pods.every((pod) => JSON.stringify(pod.spec).includes(`:${tag}"`));

export const mirrorCases: readonly MirrorCase[] = [
  {
    name: 'comes-and-goes',
    run: async ({ follow, until, deploy, client, namespace }) => {
      follow('web');
      await until('web', ({ workload }) => workload === undefined);
      await deploy('web', '1.0.0');
      await until('web', (view) => isReady(view) && view.revisions.length === 1 && runs('1.0.0')(view));
      await deploy('web', '2.0.0');
      await until('web', (view) => isReady(view) && view.revisions.length === 2 && runs('2.0.0')(view));
      await client.delete(`/apis/apps/v1/namespaces/${namespace}/deployments/web`);
      await until('web', ({ workload, pods }) => workload === undefined && pods.length === 0);
    },
  },
  {
    name: 'joins-late',
    run: async ({ follow, until, deploy, view }) => {
      await deploy('web', '1.0.0');
      follow('web');
      await until('web', isReady);
      await deploy('late', '1.0.0');
      follow('web', 'late');
      if (nameOf((await view('late'))?.workload ?? {}) !== 'late') throw new Error('it was there before it joined');
      await until('late', (seen) => isReady(seen) && runs('1.0.0')(seen));
    },
  },
  {
    name: 'warns',
    run: async ({ follow, until, deploy }) => {
      follow('web', 'other');
      await deploy('other', '1.0.0');
      await deploy('web', '1.0.0-missing');
      await until('web', ({ events = [] }) => events.some((one) => stringAt(one, 'reason') === 'Failed'));
      await until('other', (view) => isReady(view) && view.events?.length === 0);
    },
  },
];

const longest = 60_000;

/** Runs a case in a namespace of its own. Throws the problems. */
export const runMirrorCase = async (
  { cluster, client }: MirroredCluster,
  { name: of, run }: MirrorCase,
): Promise<void> => {
  const namespace = `mirror-${of}`;
  const changed = new Map<string, number>();
  const mirror: Mirror = cluster.follow!({
    ...{ clock: new SystemClock(), random: new SystemRandom() },
    changed: (rollout) => void changed.set(rollout, (changed.get(rollout) ?? 0) + 1),
  });
  const workload = (name: string): Workload => ({ kind: 'deployment', name, namespace });
  const collection = `/apis/apps/v1/namespaces/${namespace}/deployments`;
  const deployed = new Set<string>();
  await client.post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  try {
    await run({
      ...{ namespace, client },
      follow: (...names) => mirror.follow(new Map(names.map((name) => [name, workload(name)]))),
      view: (name) => mirror.view(name),
      until: async (name, isSo) => {
        const isSeen = async (): Promise<boolean> => {
          const view = await mirror.view(name);
          return view !== undefined && isSo(view);
        };
        let before = changed.get(name);
        if (await isSeen()) return;
        for (const end = Date.now() + longest; Date.now() < end; ) {
          await sleep(20);
          const now = changed.get(name);
          if (await isSeen()) {
            if (before === changed.get(name)) throw new Error(`nobody heard that ${name} changed`);
            return;
          }
          before = now;
        }
        throw new Error(`${of}: ${name} did not reach the expected state`);
      },
      deploy: async (name, tag) => {
        const image = `registry.example/${name}:${tag}`;
        const one = { name, to: tag, expect: { status: 'SUCCESS', reason: '' } } as const;
        const manifest = manifestOf(one, image);
        manifest.metadata.namespace = namespace;
        const template = { spec: { containers: [{ name: 'app', image }] } };
        if (deployed.has(name)) await client.patch(`${collection}/${name}`, { spec: { template } }, 'strategic');
        else await client.post(collection, manifest);
        deployed.add(name);
      },
    });
  } finally {
    mirror.rest();
  }
};
