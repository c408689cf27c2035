import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AppliedObjects, adoptObjects, appliedAt } from '../../lib/domain/drift/applied.ts';
import type { FieldDrift } from '../../lib/domain/drift/object-drift.ts';
import { ownerLabel, ownerOf } from '../../lib/domain/manifests/marks.ts';
import { documentPaths } from '../../lib/domain/record/keys.ts';
import type { TargetRow } from '../../lib/domain/targets/target-row.ts';
import { driftOf, lookAtObjects } from '../../lib/usecases/drift/look-at-objects.ts';
import { all, configMap, deployment } from './kubernetes-texts.ts';
import { KubernetesWorld, target, workload } from './kubernetes-world.ts';

/** What the executor has applied, what others made of it, and what is left of that when it was taken as right. */

const path = documentPaths.applied(ownerLabel(ownerOf({ target, workload })));
const text = all(deployment('web', { spec: 'replicas: 2', env: '{name: A, value: "1"}' }), configMap('settings'));

class Adopted {
  readonly world = new KubernetesWorld();
  adopted: number | undefined;
  number = 0;

  async deploy(settings: object = {}) {
    this.world.now += 1;
    this.number += 1;
    const request = this.world.request({ text, batch: `B${this.number}`, settings });
    await this.world.executor().start(request, 0);
    this.adopted = undefined;
    return this.world.state(request);
  }

  async #applied(): Promise<AppliedObjects> {
    const { world, adopted: since } = this;
    const now =
      since === undefined ? ({ state: 'verified', since: 0 } as const) : ({ state: 'adopted', since } as const);
    return appliedAt(JSON.parse((await world.documents.get(path))!), now);
  }

  async #look() {
    const now = { target, batch_id: 'B1', index: 0, state: 'verified', since: 1 } as TargetRow;
    const surveyed = { now, deployment: this.world.request().deployment, applied: await this.#applied() };
    return { surveyed, seen: await lookAtObjects(this.world.objects, [surveyed]) };
  }

  async survey(): Promise<readonly FieldDrift[]> {
    const { surveyed, seen } = await this.#look();
    return driftOf(surveyed, seen);
  }

  async adopt(): Promise<void> {
    const { surveyed, seen } = await this.#look();
    const at = ++this.world.now;
    const adopted = adoptObjects(surveyed.applied, { at, find: (address) => seen.find(address) });
    await this.world.documents.put(path, JSON.stringify(adopted));
    this.adopted = at;
  }
}

const web = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' } } as const;
const inContainer = (container: object) => ({ template: { spec: { containers: [{ name: 'app', ...container }] } } });

const edits: Readonly<Record<string, (world: KubernetesWorld) => void>> = {
  replicas: (world) => world.others('kubectl', { ...web, spec: { replicas: 5 } } as never),
  image: (world) => world.others('ci', { ...web, spec: inContainer({ image: 'registry.example/web:9' }) } as never),
  env: (world) => world.others('kubectl', { ...web, spec: inContainer({ env: [{ name: 'A', value: '2' }] }) } as never),
  settings: (world) =>
    world.others('kubectl', {
      ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { greeting: 'bye' } },
    } as never),
  gone: (world) => {
    const found = world.find('ConfigMap', 'settings');
    if (found !== undefined) world.store.remove(found);
  },
};

describe('what was taken as right', () => {
  test('has not drifted, whatever it is, and what comes after it is found', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.constantFrom(...Object.keys(edits)), { minLength: 1 }), async (names) => {
        const stage = new Adopted();
        await stage.deploy();
        for (const name of names) edits[name]!(stage.world);
        await stage.adopt();
        expect(await stage.survey()).toEqual([]);
        stage.world.store.remove(stage.world.find('Deployment', 'web')!);
        expect(await stage.survey()).toEqual([{ object: 'deployment shop/web' }]);
      }),
      { numRuns: 25 },
    );
  });

  test('is not what is right any more when the version before is deployed over it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.constantFrom(...Object.keys(edits)), { minLength: 1 }), async (names) => {
        const stage = new Adopted();
        await stage.deploy();
        const before = stage.world.find('Deployment', 'web')!.spec;
        for (const name of names) edits[name]!(stage.world);
        await stage.adopt();
        expect(await stage.deploy({ take_over: 'all' })).toMatchObject({ outcome: 'succeeded' });
        expect(stage.world.find('Deployment', 'web')!.spec).toEqual(before);
        expect(stage.world.find('ConfigMap', 'settings')).toBeDefined();
        expect(await stage.survey()).toEqual([]);
        edits.replicas!(stage.world);
        expect(await stage.survey()).toMatchObject([{ path: 'spec.replicas', from: '2', to: '5' }]);
      }),
      { numRuns: 25 },
    );
  });

  test('belongs to whoever has it: without take_over a deployment of other values fails', async () => {
    const stage = new Adopted();
    await stage.deploy();
    edits.image!(stage.world);
    await stage.adopt();
    expect(await stage.deploy()).toMatchObject({ outcome: 'failed', failure: { reason: 'FieldConflict' } });
  });
});
