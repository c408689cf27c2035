import { actingOf } from '../../lib/domain/plan/action.ts';

/** One deployment of a test's batch. Defaults: version 2.0.0, one try of 300 s, automatic restore, no health check. */
export interface Wanted {
  readonly name: string;
  readonly needs?: readonly string[];
  readonly version?: string;
  /** With the executor that can do it. */
  readonly action?: 'delete' | 'scale';
  readonly replicas?: number;
  readonly retries?: number;
  readonly timeout?: number;
  readonly rollback?: 'automatic' | 'manual' | 'none';
  readonly health?: { readonly path: string; readonly timeout?: number };
  readonly priority?: number;
  readonly executor?: string;
  readonly environment?: string;
  readonly infrastructure?: string;
}

export interface WantedStrategy {
  readonly max_concurrency?: number;
  readonly on_failure?: 'continue' | 'stop' | 'rollback';
  readonly mode?: 'parallel' | 'sequential';
}

/** A batch as a user sends it. JSON is valid YAML. */
export const batchText = (wanted: readonly Wanted[], strategy: WantedStrategy = {}): string =>
  JSON.stringify({
    version: 'v1.0',
    defaults: { environment_id: 'staging', infrastructure_id: 'cluster-eu-1', docker_artifact_type: 'docker' },
    strategy: { max_concurrency: 100, ...strategy },
    deployments: wanted.map(({ name, needs, version, retries, timeout, rollback, health, priority, ...where }) => ({
      ...actingOf(where),
      pillar: 'shared',
      service_name: name,
      ...(where.action === undefined ? { docker_image_version: version ?? '2.0.0' } : { executor: 'kubernetes' }),
      ...(where.executor === undefined ? {} : { executor: where.executor }),
      ...(where.environment === undefined ? {} : { environment_id: where.environment }),
      ...(where.infrastructure === undefined ? {} : { infrastructure_id: where.infrastructure }),
      metadata: {
        dependencies: needs ?? [],
        retry_count: retries ?? 0,
        timeout: timeout ?? 300,
        rollback_strategy: rollback ?? 'automatic',
        priority: priority ?? 5,
        ...(health === undefined ? {} : { health_check: { enabled: true, ...health } }),
      },
    })),
  });
