import type { ArtifactType, RollbackStrategy } from '../plan/plan.ts';

/** What a deployment takes where it says nothing itself. */
export interface ItemDefaults {
  readonly environment_id?: string;
  readonly infrastructure_id?: string;
  readonly docker_artifact_type?: ArtifactType;
  readonly executor?: string;
  readonly timeout?: number;
  readonly retry_count?: number;
  readonly priority?: number;
  readonly rollback_strategy?: RollbackStrategy;
  readonly health_check?: {
    readonly enabled?: boolean;
    readonly path?: string;
    readonly port?: number;
    readonly timeout?: number;
  };
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Merges layers of fields, the most specific first. The first layer that has a field gives it. Of a health check this holds
 * for each of its fields.
 */
export const mergeDefaults = <Layer extends object>(layers: readonly Layer[]): Layer =>
  layers.reduceRight((under, over) => {
    const checks = [(under as Fields).health_check, (over as Fields).health_check];
    const merged = { ...under, ...over };
    return checks.every(isFields) ? { ...merged, health_check: { ...checks[0], ...checks[1] } } : merged;
  }, {} as Layer);

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
