import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FlotillaError } from '../../../lib/domain/errors.ts';
import type { Json, JsonObject } from '../../../lib/domain/json.ts';
import type { Table } from '../../../lib/domain/ports.ts';
import { keys } from '../../../lib/domain/record/keys.ts';
import { itemOf } from '../../../lib/domain/record/rows.ts';
import { DriftStage, deployment, targetOf } from './drift-stage.ts';

describe('a survey of a cluster', () => {
  test('marks at the second look what somebody has changed, reports it once, and clears the mark when it is over', async () => {
    const stage = new DriftStage();
    await stage.deploy('web');
    await stage.deploy('api');
    expect(await stage.survey()).toEqual({ targets: 2, drifted: 0 });
    stage.objects.set('web', deployment('web', 'web:9', 'kubectl-edit'));
    expect(await stage.survey()).toEqual({ targets: 2, drifted: 0 });
    expect(await stage.mark('web')).toBeUndefined();
    const field = {
      ...{ object: 'deployment shop/web', path: 'spec.template.spec.containers[name=app].image' },
      ...{ from: 'web:1', to: 'web:9', manager: 'kubectl-edit' },
    };
    for (const _ of [1, 2]) {
      expect(await stage.survey()).toEqual({ targets: 2, drifted: 1 });
      expect(await stage.mark('web')).toMatchObject({ since: 3_000, count: 1, fields: [field] });
    }
    stage.objects.set('web', deployment('web', 'web:1'));
    expect(await stage.survey()).toEqual({ targets: 2, drifted: 0 });
    expect([await stage.mark('web'), await stage.mark('api')]).toEqual([undefined, undefined]);
    expect(await stage.events()).toEqual([
      'DriftFound prod/eu/shop/web is not as it was deployed: deployment shop/web: spec.template.spec.containers[name=app].image was web:1, and is web:9 (kubectl-edit).',
      'DriftGone prod/eu/shop/web is again as it was deployed.',
    ]);
  });

  test('finds what was deleted, and a target that Harness deployed by its image', async () => {
    const stage = new DriftStage();
    await stage.deploy('gone');
    await stage.deploy('old', { executor: 'harness' });
    stage.objects.delete('gone');
    stage.objects.set('old', deployment('old', 'web:2', 'ci'));
    await stage.survey();
    expect(await stage.survey()).toEqual({ targets: 2, drifted: 2 });
    expect((await stage.mark('gone'))?.fields).toEqual([{ object: 'deployment shop/gone' }]);
    expect((await stage.mark('old'))?.fields).toMatchObject([{ from: 'web:1', to: 'web:2', manager: 'ci' }]);
  });

  test('ignores targets that failed, are unknown or are in work', async () => {
    const stage = new DriftStage();
    for (const state of ['failed', 'unknown', 'changing', 'deleted']) {
      await stage.deploy(state, { state });
      stage.objects.set(state, deployment(state, 'other:1', 'x'));
    }
    await stage.deploy('locked');
    stage.objects.set('locked', deployment('locked', 'other:1', 'x'));
    await stage.table.transact([{ put: itemOf(keys.lock(targetOf('locked')), {}) }]);
    await stage.survey();
    expect(await stage.survey()).toEqual({ targets: 0, drifted: 0 });
    expect(stage.lists).toBe(0);
  });

  test('asks the cluster once for each kind in a namespace, for any number of targets', async () => {
    const stage = new DriftStage();
    for (let at = 0; at < 150; at += 1) await stage.deploy(`web-${at}`);
    await stage.survey();
    expect(stage.lists).toBe(1);
    let gets = 0;
    const counted: Table = {
      ...{ query: (query) => stage.table.query(query), transact: (writes) => stage.table.transact(writes) },
      synced: () => stage.table.synced(),
      get: (key) => {
        gets += 1;
        return stage.table.get(key);
      },
    };
    await stage.survey(counted);
    // It does not read again what is known of a target that nobody has changed.
    expect(gets).toBe(0);
  });

  test('skips a kind that it may not read, and reports a cluster that is down', async () => {
    const stage = new DriftStage();
    await stage.deploy('web');
    stage.objects.set('web', deployment('web', 'web:9', 'x'));
    stage.meanwhile = async () => {
      throw new FlotillaError('ClusterUnavailable', 'no right', { status: 403 });
    };
    await stage.survey();
    expect(await stage.survey()).toEqual({ targets: 1, drifted: 0 });
    stage.meanwhile = async () => {
      throw new FlotillaError('ClusterUnavailable', 'away');
    };
    await expect(stage.survey()).rejects.toThrow('away');
  });

  test('never takes a change of ours for drift, no matter when it comes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('deploy', 'begin', 'survey', 'race'), { maxLength: 12 }),
        async (acts) => {
          const stage = new DriftStage();
          let version = 1;
          await stage.deploy('web', { batch: 'B1', image: 'web:1' });
          /** From the intent to the verdict: the lock is held, NOW is changing, the object is another one. */
          const begin = async (): Promise<void> => {
            version += 1;
            stage.now += 1;
            const row = {
              target: targetOf('web'),
              batch_id: `B${version}`,
              index: 0,
              state: 'changing',
              since: stage.now,
            };
            await stage.table.transact([
              { put: itemOf(keys.lock(targetOf('web')), {}) },
              { put: itemOf(keys.targetNow(targetOf('web')), row as unknown as JsonObject & { [key: string]: Json }) },
            ]);
            stage.objects.set('web', deployment('web', `web:${version}`));
          };
          const end = async (): Promise<void> => {
            stage.now += 1;
            await stage.deploy('web', { batch: `B${version}`, image: `web:${version}` });
            await stage.table.transact([{ delete: keys.lock(targetOf('web')) }]);
          };
          for (const act of acts) {
            stage.meanwhile = async () => {};
            if (act === 'begin') await begin();
            if (act === 'deploy') {
              await begin();
              await end();
            }
            // In the middle of the survey a deployment starts and ends.
            if (act === 'race') {
              stage.meanwhile = async () => {
                stage.meanwhile = async () => {};
                await begin();
                await end();
              };
            }
            if (act === 'survey' || act === 'race') await stage.survey();
            expect(await stage.mark('web')).toBeUndefined();
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});
