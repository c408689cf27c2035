import { describe, expect, it } from 'vitest';
import type { StartResult } from '../../lib/domain/ports.ts';
import { all, deployment } from './kubernetes-texts.ts';
import { KubernetesWorld, type RequestChange } from './kubernetes-world.ts';

/** Whose a field is, and what becomes of it, where others change it too. */

// biome-ignore lint/suspicious/noExplicitAny: an object as it stands there
const found = (world: KubernetesWorld, kind = 'Deployment', name = 'web'): any => world.find(kind, name);

const begun = async (world: KubernetesWorld, change: RequestChange): Promise<StartResult> => {
  world.now += 1;
  return world.executor().start(world.request(change), 0);
};

describe('more conflicts than are told', () => {
  const names = Array.from({ length: 120 }, (_, at) => `key-${at}`);
  const dataOf = (value: string) => Object.fromEntries(names.map((name) => [name, value]));
  const map = (data: object) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data });

  it.each([
    ['operator', 'helm'],
    ['helm', 'operator'],
  ])('are all looked at before %s and %s are overruled', async (...order) => {
    const world = new KubernetesWorld();
    const theirs = { helm: dataOf('theirs'), operator: { z: 'theirs' } };
    for (const manager of order) world.others(manager, map(theirs[manager as keyof typeof theirs]));
    const text = all(deployment('web'), `${JSON.stringify(map({ ...dataOf('ours'), z: 'ours' }))}\n`);
    expect(await begun(world, { text, settings: { take_over: ['helm'] } })).toMatchObject({ reason: 'FieldConflict' });
    expect(found(world, 'ConfigMap', 'settings').data).toEqual({ ...dataOf('theirs'), z: 'theirs' });
    const taken = await begun(world, { attempt: 2, text, settings: { take_over: ['helm', 'operator'] } });
    expect([taken.kind, found(world, 'ConfigMap', 'settings').data.z]).toEqual(['started', 'ours']);
  });
});
