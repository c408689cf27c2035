import { expect, test } from 'vitest';
import { type Observer, observeBy, observer } from '../../functions/runtime/observer.ts';
import { create } from '../../functions/survey-clusters.ts';
import { noPlace } from '../../lib/domain/catalogue/function-place.ts';
import type { Measurement } from '../../lib/domain/measurement/measurement.ts';
import { makeWorld } from '../usecases/batch/api-world.ts';

test.each([
  ['on one machine', undefined, { value: 0 }],
  ['in no place', noPlace, { value: 0 }],
  ['in a place', 'payments', { value: 0, place: 'payments' }],
])('a survey %s measures drift on its own clusters', async (_, place, expected) => {
  const before = observer();
  const measured: Measurement[] = [];
  const watching: Observer = { ...before, measure: (some) => void measured.push(...some) };
  observeBy(watching);
  const { deps, catalogue } = makeWorld();
  const none = {
    ...{ ...deps, catalogue: async () => ({ ...catalogue, clusters: {} }) },
    cluster: () => Promise.reject(new Error('no cluster is asked')),
  };
  try {
    await create({ ...none, ...(place === undefined ? {} : { place }) })();
  } finally {
    observeBy(before);
  }
  expect(measured).toEqual([{ name: 'DriftedTargets', ...expected }]);
});
