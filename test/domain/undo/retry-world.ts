import type { Deployment } from '../../../lib/domain/batch/batch.ts';
import type { Status } from '../../../lib/domain/deployment/status.ts';
import type { TargetRow } from '../../../lib/domain/targets/target-row.ts';
import type { Question, Tried } from '../../../lib/domain/undo/plan-retry.ts';

/** One deployment of a batch that was attempted: `a`, `b` … */
export interface Part {
  readonly name: string;
  readonly status: Status;
  readonly needs?: readonly string[];
  /** What NOW says, if it is not what the batch left. */
  readonly now?: Partial<TargetRow>;
  readonly version?: string;
}

export const keyOf = (name: string): string => `shared/${name}`;

const deploymentOf = ({ name, needs = [], version = '2.0.0' }: Part, at: number): Deployment => ({
  position: at + 1,
  line: at + 1,
  key: keyOf(name),
  pillar: 'shared',
  service_name: name,
  docker_artifact_type: 'docker',
  docker_image_version: version,
  environment_id: 'staging',
  infrastructure_id: 'cluster-eu-1',
  executor: 'harness',
  priority: 5,
  timeout: 300,
  retry_count: 0,
  tags: [],
  dependencies: needs.map(keyOf),
  rollback_strategy: 'automatic',
  health_check: { enabled: true },
});

export const endedAt = 1_000;

export const triedOf = (part: Part, index: number): Tried => ({
  deployment: deploymentOf(part, index),
  places: [{ batch_id: 'ONE', index }],
  status: part.status,
  reason: 'Because',
  batch_id: 'ONE',
  ended_at: endedAt,
});

export const rowOf = (part: Part, index: number): TargetRow => ({
  batch_id: 'ONE',
  index,
  target: `staging/cluster-eu-1/${keyOf(part.name)}`,
  infrastructure_id: 'cluster-eu-1',
  state: part.status === 'SUCCESS' ? 'verified' : 'failed',
  version: part.version ?? '2.0.0',
  since: endedAt,
  ...part.now,
});

export const questionOf = (parts: readonly Part[], more: Partial<Question> = {}): Question => ({
  tried: parts.map(triedOf),
  asked: new Set(parts.map(({ name }) => keyOf(name))),
  isNamed: false,
  now: new Map(parts.map((part, index) => [keyOf(part.name), rowOf(part, index)])),
  ours: new Set(['ONE']),
  unknownHolder: new Map(),
  sees: () => true,
  ...more,
});
