import fc from 'fast-check';
import type { Batch, Deployment } from '../../../lib/domain/batch/batch.ts';

/** One deployment with every required field, and the fields given. */
export const deployment = (position: number, fields: Partial<Deployment> = {}): Deployment => ({
  position,
  line: position,
  key: `shared/s${position}`,
  pillar: 'shared',
  service_name: `s${position}`,
  docker_artifact_type: 'docker',
  docker_image_version: '1.0.0',
  environment_id: 'staging',
  infrastructure_id: 'cluster-eu-1',
  executor: 'harness',
  priority: 5,
  timeout: 900,
  retry_count: 1,
  tags: [],
  dependencies: [],
  rollback_strategy: 'manual',
  health_check: { enabled: true },
  ...fields,
});

export const batch = (deployments: readonly Deployment[], fields: Partial<Batch> = {}): Batch => ({
  version: 'v1.0',
  metadata: {},
  strategy: { mode: 'parallel', max_concurrency: 5, on_failure: 'continue' },
  deployments,
  ...fields,
});

export interface RandomGraph {
  readonly dependencies: readonly (readonly number[])[];
  readonly priorities: readonly number[];
}

/** Graphs without cycles whose file order is not a topological order: places are shuffled. */
export const randomGraph: fc.Arbitrary<RandomGraph> = fc
  .integer({ min: 1, max: 30 })
  .chain((size) =>
    fc.record({
      priorities: fc.array(fc.integer({ min: 1, max: 10 }), { minLength: size, maxLength: size }),
      shuffled: fc.shuffledSubarray([...Array(size).keys()], { minLength: size }),
      earlier: fc.array(fc.array(fc.nat(), { maxLength: 4 }), { minLength: size, maxLength: size }),
    }),
  )
  .map(({ priorities, shuffled, earlier }) => {
    const dependencies: number[][] = shuffled.map(() => []);
    shuffled.forEach((node, at) => {
      if (at > 0) dependencies[node] = [...new Set(earlier[at]!.map((pick) => shuffled[pick % at]!))];
    });
    return { dependencies, priorities };
  });

export const graphBatch = ({ dependencies, priorities }: RandomGraph): Batch =>
  batch(
    dependencies.map((nodes, node) =>
      deployment(node + 1, { priority: priorities[node]!, dependencies: nodes.map((other) => `shared/s${other + 1}`) }),
    ),
  );
