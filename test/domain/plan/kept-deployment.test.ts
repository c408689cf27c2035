import { expect, test } from 'vitest';
import { keptDeployment, watchedDeployment } from '../../../lib/domain/plan/kept-deployment.ts';
import type { PlannedDeployment } from '../../../lib/domain/plan/plan.ts';

const planned = {
  index: 1,
  key: 'risk/cva',
  dependencies: [0],
  replay: { kind: 'rollback', of: [{ batch_id: 'B', index: 7 }] },
} as unknown as PlannedDeployment;

test('a stored deployment has no places in its plan and no other deployments', () => {
  expect(keptDeployment(planned)).toEqual({ index: 1, key: 'risk/cva' });
});

test('an observer knows whether its deployment restores something', () => {
  expect(watchedDeployment(planned)).toEqual({ index: 1, key: 'risk/cva', replay: { kind: 'rollback' } });
  const { replay: _, ...plain } = planned;
  expect(watchedDeployment(plain)).toEqual({ index: 1, key: 'risk/cva' });
});
