import { SqliteTable } from '../../../lib/adapters/sqlite-table.ts';
import { keptApplied } from '../../../lib/domain/drift/applied.ts';
import type { JsonObject } from '../../../lib/domain/json.ts';
import { ownerLabel, ownerOf } from '../../../lib/domain/manifests/marks.ts';
import type { KeptDeployment } from '../../../lib/domain/plan/kept-deployment.ts';
import type { Cluster, ClusterObjects, KubernetesObject, Table } from '../../../lib/domain/ports.ts';
import { documentPaths, keys } from '../../../lib/domain/record/keys.ts';
import { type EventRow, itemOf, rowOf } from '../../../lib/domain/record/rows.ts';
import type { TargetRow } from '../../../lib/domain/targets/target-row.ts';
import { surveyCluster } from '../../../lib/usecases/drift/survey-cluster.ts';
import { SurveyMemory } from '../../../lib/usecases/drift/surveyed-targets.ts';

export const targetOf = (name: string): string => `prod/eu/shop/${name}`;

/** A Deployment with an image of Flotilla's, or of somebody else's. */
export const deployment = (name: string, image: string, owner = 'flotilla'): KubernetesObject => {
  const imageOf = (manager: string, operation: string): JsonObject => ({
    ...{ manager, operation },
    fieldsV1: {
      'f:spec': { 'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"app"}': { 'f:image': {} } } } } },
    },
  });
  const managedFields = [owner === 'flotilla' ? imageOf('flotilla', 'Apply') : imageOf(owner, 'Update')];
  return {
    ...{ apiVersion: 'apps/v1', kind: 'Deployment' },
    metadata: { name, namespace: 'shop', managedFields },
    spec: { template: { spec: { containers: [{ name: 'app', image }] } } },
  };
};

/** Nobody waits for it to pass. It ends with what it limits. */
const untilOver = async (_: number, over?: AbortSignal): Promise<void> => {
  if (over !== undefined) await new Promise((end) => over.addEventListener('abort', end));
};

/** Targets deployed to a cluster, and what somebody else does to them. */
export class DriftStage {
  readonly table = new SqliteTable(':memory:');
  readonly documents = new Map<string, string>();
  readonly objects = new Map<string, KubernetesObject>();
  readonly memory = new SurveyMemory();
  lists = 0;
  now = 1_000;
  /** Runs when the cluster gets a request. */
  meanwhile: () => Promise<void> = async () => {};

  /** What a deployment leaves: NOW, the good release, what was applied. */
  async deploy(
    name: string,
    { batch = 'B1', image = 'web:1', executor = 'kubernetes', state = 'verified' } = {},
  ): Promise<void> {
    const target = targetOf(name);
    const workload = { kind: 'deployment', name, namespace: 'shop' } as const;
    this.objects.set(name, deployment(name, image));
    this.documents.set(
      documentPaths.applied(ownerLabel(ownerOf({ target, workload }))),
      JSON.stringify({ batch_id: batch, index: 0, objects: [keptApplied(this.objects.get(name)!)] }),
    );
    const row = { target, batch_id: batch, index: 0, state, image, version: image, since: this.now } as TargetRow;
    const planned = {
      executor: { name: executor, account: `${executor}:x`, settings: {} },
      ...{ target, workload },
    } as unknown as KeptDeployment;
    await this.table.transact([
      { put: itemOf(keys.targetNow(target), row) },
      { put: itemOf(keys.environment('prod'), {}) },
      { put: itemOf(keys.goodRelease(target), { deployment: planned, batch_id: batch, index: 0 }) },
    ]);
  }

  survey(table: Table = this.table) {
    this.now += 1_000;
    return surveyCluster(this.deps(table), 'eu', this.memory);
  }

  deps(table: Table = this.table) {
    const objects: Pick<ClusterObjects, 'list'> = {
      list: async ({ kind }) => {
        this.lists += 1;
        await this.meanwhile();
        return kind === 'Deployment' ? [...this.objects.values()] : [];
      },
    };
    const cluster = { objects } as unknown as Cluster;
    return {
      ...{ table, catalogue: async () => ({}) as never, random: { next: () => 0 } },
      clock: { now: () => this.now, sleep: untilOver },
      documents: {
        get: async (path: string) => this.documents.get(path),
        put: async (path: string, text: string) => void this.documents.set(path, text),
        remove: async () => {},
      },
      cluster: async () => cluster,
    };
  }

  async row(name: string): Promise<TargetRow | undefined> {
    return rowOf<TargetRow>(await this.table.get(keys.targetNow(targetOf(name))));
  }

  async mark(name: string) {
    return (await this.row(name))?.drift;
  }

  async events(): Promise<readonly string[]> {
    const { items } = await this.table.query({ pk: 'EVENTS#stage', prefix: 'drift#', limit: 100 });
    return items.map((item) => `${(item as unknown as EventRow).reason} ${(item as unknown as EventRow).message}`);
  }
}
