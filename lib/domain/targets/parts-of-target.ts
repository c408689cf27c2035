/** What a target is made of. */
export interface TargetParts {
  readonly environment: string;
  readonly cluster: string;
  readonly pillar: string;
  readonly service: string;
}

/** From `environment/cluster/pillar/service`; of the four only a cluster may have a slash in its name. */
export const partsOfTarget = (target: string): TargetParts => {
  const [environment = '', ...rest] = target.split('/');
  const [pillar = '', service = ''] = rest.slice(-2);
  return { environment, cluster: rest.slice(0, -2).join('/'), pillar, service };
};
