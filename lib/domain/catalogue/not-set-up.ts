import type { Configuration } from './catalogue.ts';
import { isAmongRoles } from './iam-role.ts';

/** What a stage was deployed with, as far as it says so. */
export interface StageSetUp {
  /** The roles of other accounts that its functions may assume. */
  readonly roles?: readonly string[];
}

/** What a configuration asks of a stage that was deployed without it, in words. */
export const notSetUp = ({ connections }: Configuration, { roles }: StageSetUp): readonly string[] =>
  Object.entries(connections.clusters).flatMap(([name, cluster]) => {
    if (cluster.kind !== 'eks' || cluster.role === undefined || roles === undefined) return [];
    if (isAmongRoles(cluster.role, roles)) return [];
    const hint = 'add it to aws.cluster_roles and deploy the stage again';
    return [`clusters.${name}: no function may assume the role ${cluster.role}; ${hint}`];
  });
