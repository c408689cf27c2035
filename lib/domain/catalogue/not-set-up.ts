import { type Configuration, entryOf } from './catalogue.ts';
import { isAmongRoles } from './iam-role.ts';

/** What a stage was deployed with, as far as it reports it. */
export interface StageSetUp {
  /** The roles in other accounts that its functions may assume. */
  readonly roles?: readonly string[];
  /** The networks in which it has functions. */
  readonly places?: readonly string[];
}

/** What a configuration needs that the stage was deployed without, in words. */
export const notSetUp = ({ catalogue, connections }: Configuration, setUp: StageSetUp): readonly string[] =>
  Object.entries(connections.clusters).flatMap(([name, cluster]) => [
    ...(cluster.kind === 'eks' ? notAssumable(name, cluster.role, setUp) : []),
    ...notThere(name, entryOf(catalogue.clusters, name)?.place, setUp),
  ]);

const notAssumable = (name: string, role: string | undefined, { roles }: StageSetUp): readonly string[] => {
  if (role === undefined || roles === undefined || isAmongRoles(role, roles)) return [];
  const hint = 'add it to aws.cluster_roles and deploy the stage again';
  return [`clusters.${name}: no function may assume the role ${role}; ${hint}`];
};

const notThere = (name: string, place: string | undefined, { places }: StageSetUp): readonly string[] => {
  if (place === undefined || places === undefined || places.includes(place)) return [];
  return [
    `clusters.${name}: there are no functions in the place ${place}; add it to aws.places and deploy the stage again`,
  ];
};
