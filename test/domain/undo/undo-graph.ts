import type { PlannedDeployment } from '../../../lib/domain/plan/plan.ts';
import { planBatch } from '../../../lib/domain/plan/plan-batch.ts';
import type { Release } from '../../../lib/domain/record/rows.ts';
import type { Done, Effect } from '../../../lib/domain/undo/done.ts';
import type { RollbackAsked, UndoNode } from '../../../lib/domain/undo/plan-rollback.ts';
import { simulated } from '../batch/reading.ts';
import { batch, deployment } from '../plan/random-graph.ts';

/** The n-th service of `deployment`, planned with a version. */
export const plannedService = (
  n: number,
  version: string,
  fields: Partial<PlannedDeployment> = {},
): PlannedDeployment => ({
  ...planBatch(batch([deployment(n)]), simulated).deployments[0]!,
  docker_image_version: version,
  ...fields,
});

const template = plannedService(1, '1.0.0');

/** The same without planning anything, for thousands. */
export const quickService = (n: number, version: string): PlannedDeployment => ({
  ...template,
  key: `shared/s${n}`,
  service_name: `s${n}`,
  target: `staging/cluster-eu-1/shared/s${n}`,
  workload: { kind: 'deployment', name: `s${n}`, namespace: 'shared' },
  docker_image_version: version,
});

export const releaseOf = (n: number, version: string): Release => ({
  version,
  image: `registry/s${n}:${version}`,
  deployment: quickService(n, version),
  origin: 'recorded',
  at: 1,
  batch_id: 'EARLIER',
});

/** What batch `A` did with the n-th service. Version 2 was requested, and version 1 ran before. */
export const doneIn = (batchId: string, n: number, effect: Effect, fields: Partial<Done> = {}): Done => ({
  batch_id: batchId,
  index: n - 1,
  key: `shared/s${n}`,
  target: `staging/cluster-eu-1/shared/s${n}`,
  pillar: 'shared',
  environment: 'staging',
  version: '2.0.0',
  effect,
  ...(effect === 'changed' || effect === 'restored' ? { previous: releaseOf(n, '1.0.0') } : {}),
  ...fields,
});

type Service = readonly [Effect | UndoNode, ...number[]];

/** A batch `A` of services `s1`, `s2` …, each with what it did, and the numbers of its dependencies. */
export const nodesOf = (...services: Service[]): readonly UndoNode[] =>
  services.map(([what, ...dependencies], place) => {
    const places = dependencies.map((n) => n - 1);
    if (typeof what !== 'string') return { ...what, dependencies: places };
    return { key: `shared/s${place + 1}`, dependencies: places, done: [doneIn('A', place + 1, what)], now: undefined };
  });

export const asking = (nodes: readonly UndoNode[], fields: Partial<RollbackAsked> = {}): RollbackAsked => ({
  nodes,
  ours: new Set(['A']),
  catalogue: simulated,
  ...fields,
});
