import type { ArtifactType, RollbackStrategy } from '../plan/plan.ts';
import { isMapping, type Mapping } from './mapping.ts';

/** What a deployment uses for fields that it does not set. */
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

/**
 * Merges layers of fields, most specific first: the first layer with a field wins. Health checks are merged field by
 * field.
 */
export const mergeDefaults = <Layer extends object>(layers: readonly Layer[]): Layer => {
  let merged = {} as Layer;
  for (const layer of layers.toReversed()) {
    const [under, over] = [(merged as Mapping).health_check, (layer as Mapping).health_check];
    const check = isMapping(under) && isMapping(over) ? { health_check: { ...under, ...over } } : {};
    merged = { ...merged, ...layer, ...check };
  }
  return merged;
};
