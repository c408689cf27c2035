/** The names of each column, ours first. Case, spaces and hyphens do not matter. */
const columnNames = {
  service: ['service', 'service_name', 'name', 'app', 'application', 'component', 'workload', 'deployment'],
  version: ['version', 'docker_image_version', 'image_version', 'tag', 'image_tag', 'release'],
  image: ['image', 'docker_image', 'repository', 'image_name'],
  pillar: ['pillar', 'team', 'system', 'domain', 'group', 'product'],
  namespace: ['namespace', 'ns', 'kubernetes_namespace'],
  cluster: ['cluster', 'infrastructure', 'infrastructure_id', 'cluster_name'],
  environment: ['environment', 'environment_id', 'env', 'stage'],
  dependencies: ['dependencies', 'depends_on', 'needs', 'requires', 'dependency', 'after'],
} as const;

export type Column = keyof typeof columnNames;

export const columns = Object.keys(columnNames) as readonly Column[];

/** The column for a header; undefined if it is not one of ours. */
export const columnOf = (header: string): Column | undefined => {
  const name = header
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
  return columns.find((column) => columnNames[column].some((one) => one === name));
};
