import { fits, hasText, isBy } from '../asked.ts';
import { partsOfTarget } from '../plan/lock-names.ts';
import type { TargetRow, TargetState } from './target-row.ts';

/** Filters for targets. All given ones must match. */
export interface TargetFilters {
  readonly environment?: string | undefined;
  readonly cluster?: string | undefined;
  readonly pillar?: string | undefined;
  /** `pillar/service_name`. */
  readonly service?: string | undefined;
  readonly state?: TargetState | undefined;
  /** True: only targets that somebody changed after their deployment; false: only the others. */
  readonly drift?: boolean | undefined;
  /** Subject or display name of the person who changed it last. */
  readonly actor?: string | undefined;
  /** In any of its displayed words, ignoring case. */
  readonly text?: string | undefined;
}

export const matchesTarget = (row: TargetRow, filters: TargetFilters): boolean => {
  const { environment, cluster, pillar, service } = partsOfTarget(row.target);
  return (
    fits(filters.environment, environment) &&
    fits(filters.cluster, cluster) &&
    fits(filters.pillar, pillar) &&
    fits(filters.service, `${pillar}/${service}`) &&
    fits(filters.state, row.state) &&
    (filters.drift === undefined || filters.drift === (row.drift !== undefined)) &&
    isBy(filters.actor, row) &&
    hasText(filters.text, wordsOf(row))
  );
};

const wordsOf = ({ target, version, image, digest, batch_id, by, by_name }: TargetRow) => [
  ...[target, version, image, digest, batch_id, by, by_name],
];
