import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AppliedObjects, adoptObjects, parseAdopted } from '../../lib/domain/drift/applied.ts';
import type { FieldDrift } from '../../lib/domain/drift/object-drift.ts';
import { ownerLabel, ownerOf } from '../../lib/domain/manifests/marks.ts';
import { documentPaths } from '../../lib/domain/record/keys.ts';
import { sha256Of } from '../../lib/domain/sha256.ts';
import type { TargetRow } from '../../lib/domain/targets/target-row.ts';
import { driftOf, lookAtObjects } from '../../lib/usecases/drift/look-at-objects.ts';
import { all, configMap, deployment } from './kubernetes-texts.ts';
import { KubernetesWorld, type RequestChange, target, workload } from './kubernetes-world.ts';

/** What the executor has applied, what others changed in it, and what remains of that after an adoption. */

const path = documentPaths.applied(ownerLabel(ownerOf({ target, workload })));
const text = all(deployment('web', { spec: 'replicas: 2', env: '{name: A, value: "1"}' }), configMap('settings'));

class Adopted {
  readonly world = new KubernetesWorld();
  /** As NOW has it. */
  adopted: string | undefined;
  number = 0;

  /** All of it, or what `change` says. */
  async deploy(change: RequestChange = { text }) {
    const { world, adopted } = this;
    world.now += 1;
    this.number += 1;
    const request = world.request({ ...change, batch: `B${this.number}`, adopted });
    this.adopted = undefined;
    await world.executor().start(request, 0);
    return world.state(request);
  }

  async #applied(): Promise<AppliedObjects> {
    const { documents } = this.world;
    const { adopted } = this;
    if (adopted === undefined) return JSON.parse((await documents.get(path))!);
    return parseAdopted(await documents.get(documentPaths.adopted(adopted)), adopted)!;
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

  /** Its document is written first, and NOW refers to it unless that is refused. */
  async adopt({ isRefused = false } = {}): Promise<void> {
    const { surveyed, seen } = await this.#look();
    const adopted = JSON.stringify(adoptObjects(surveyed.applied, (address) => seen.find(address)));
    await this.world.documents.put(documentPaths.adopted(sha256Of(adopted)), adopted);
    if (!isRefused) this.adopted = sha256Of(adopted);
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
      ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { value: 'bye' } },
    } as never),
  gone: (world) => {
    const found = world.find('ConfigMap', 'settings');
    if (found !== undefined) world.store.remove(found);
  },
};

test.each(Object.keys(edits))('changes by others are drift: %s', async (name) => {
  const stage = new Adopted();
  await stage.deploy();
  edits[name]!(stage.world);
  expect(await stage.survey()).not.toEqual([]);
});

/** In these all objects but the workload stay as they are. */
const partly: readonly (readonly [what: string, change: RequestChange])[] = [
  ['an image alone', { version: '2.0' }],
  ['a scale', { deployment: { action: 'scale', replicas: 4 } }],
];

describe.each(partly)('%s, where others have edited another object', (_, change) => {
  const edited = async (): Promise<Adopted> => {
    const stage = new Adopted();
    await stage.deploy();
    edits.settings!(stage.world);
    return stage;
  };
  const drift = [{ object: 'configmap shop/settings', path: 'data.value', to: 'bye' }];

  test('takes what was adopted for what was applied', async () => {
    const stage = await edited();
    await stage.adopt();
    expect(await stage.deploy(change)).toMatchObject({ outcome: 'succeeded' });
    expect(await stage.survey()).toEqual([]);
    edits.gone!(stage.world);
    expect(await stage.survey()).toEqual([{ object: 'configmap shop/settings' }]);
  });

  test('takes nothing of an adoption that was refused', async () => {
    const stage = await edited();
    await stage.adopt({ isRefused: true });
    expect(await stage.survey()).toMatchObject(drift);
    expect(await stage.deploy(change)).toMatchObject({ outcome: 'succeeded' });
    expect(await stage.survey()).toMatchObject(drift);
  });

  test('takes nothing of a document that does not match its name', async () => {
    const stage = await edited();
    await stage.adopt();
    const { documents } = stage.world;
    const adopted = documentPaths.adopted(stage.adopted!);
    await documents.put(adopted, `${await documents.get(adopted)} `);
    expect(await stage.deploy(change)).toMatchObject({ outcome: 'succeeded' });
    expect(await stage.survey()).toMatchObject(drift);
  });

  test('leaves nothing of it to later deployments', async () => {
    const stage = await edited();
    await stage.adopt();
    const stale = stage.adopted;
    await stage.deploy({ text, settings: { take_over: 'all' } });
    edits.settings!(stage.world);
    stage.adopted = stale;
    await stage.deploy(change);
    expect(await stage.survey()).toMatchObject(drift);
  });
});

describe('an adopted state', () => {
  test('stays adopted where the next deployment fails half-way', async () => {
    const stage = new Adopted();
    await stage.deploy();
    edits.settings!(stage.world);
    await stage.adopt();
    stage.world.fate = ({ isWrite }) => (isWrite ? 'away' : undefined);
    await expect(stage.deploy({ version: '2.0' })).rejects.toThrow();
    stage.world.fate = () => undefined;
    expect(await stage.deploy({ version: '3.0' })).toMatchObject({ outcome: 'succeeded' });
    expect(await stage.survey()).toEqual([]);
  });

  test('has not drifted, and later changes are found', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.constantFrom(...Object.keys(edits)), { minLength: 1 }), async (names) => {
        const stage = new Adopted();
        await stage.deploy();
        for (const name of names) edits[name]!(stage.world);
        expect(await stage.survey()).not.toEqual([]);
        await stage.adopt();
        expect(await stage.survey()).toEqual([]);
        stage.world.store.remove(stage.world.find('Deployment', 'web')!);
        expect(await stage.survey()).toEqual([{ object: 'deployment shop/web' }]);
      }),
      { numRuns: 25 },
    );
  });

  test('no longer counts when the previous version is deployed over it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.constantFrom(...Object.keys(edits)), { minLength: 1 }), async (names) => {
        const stage = new Adopted();
        await stage.deploy();
        const before = stage.world.find('Deployment', 'web')!.spec;
        for (const name of names) edits[name]!(stage.world);
        expect(await stage.survey()).not.toEqual([]);
        await stage.adopt();
        expect(await stage.deploy({ text, settings: { take_over: 'all' } })).toMatchObject({ outcome: 'succeeded' });
        expect(stage.world.find('Deployment', 'web')!.spec).toEqual(before);
        expect(stage.world.find('ConfigMap', 'settings')).toBeDefined();
        expect(await stage.survey()).toEqual([]);
        edits.replicas!(stage.world);
        expect(await stage.survey()).toMatchObject([{ path: 'spec.replicas', from: '2', to: '5' }]);
      }),
      { numRuns: 25 },
    );
  });

  test('keeps its owner: without take_over a deployment of other values fails', async () => {
    const stage = new Adopted();
    await stage.deploy();
    edits.image!(stage.world);
    await stage.adopt();
    expect(await stage.deploy()).toMatchObject({ outcome: 'failed', failure: { reason: 'FieldConflict' } });
  });
});
