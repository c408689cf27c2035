interface LargeBatch {
  readonly deployments: number;
  readonly tags: number;
  /** Characters. */
  readonly tagLength: number;
  readonly dependencies: number;
}

/** A batch in block style in which every deployment says what it may, of the services `service-0` and so on of one pillar. */
export const largeBatch = ({ deployments, tags, tagLength, dependencies }: LargeBatch): string =>
  `version: v1.0
metadata:
  name: Everything at once
deployments:
${Array.from({ length: deployments }, (_, at) => deployment(at, tagsOf(tags, tagLength), Math.min(at, dependencies))).join('')}`;

const tagsOf = (count: number, length: number): readonly string[] =>
  Array.from({ length: count }, (_, at) => `tag-${at}-`.padEnd(length, 'x'));

const deployment = (at: number, tags: readonly string[], dependencies: number): string =>
  `  - pillar: clearing
    service_name: service-${at}
    docker_image_version: "1.${at}.0"
    docker_artifact_type: docker
    environment_id: staging
    infrastructure_id: cluster-eu-1
    executor: harness
    metadata:
      priority: ${1 + (at % 10)}
      timeout: 600
      retry_count: 2
      rollback_strategy: automatic
      health_check:
        enabled: true
        path: /actuator/health/readiness
        port: 8080
        timeout: 30
${listOf('tags', tags)}${listOf('dependencies', before(at, dependencies))}`;

const before = (at: number, count: number): readonly string[] =>
  Array.from({ length: count }, (_, back) => `clearing/service-${at - back - 1}`);

const listOf = (name: string, values: readonly string[]): string =>
  values.length === 0 ? '' : `      ${name}:\n${values.map((value) => `        - ${value}\n`).join('')}`;
