import type { Json, JsonObject } from '../../../lib/domain/json.ts';

interface LargeBatch {
  readonly deployments: number;
  readonly tags: number;
  /** In characters. */
  readonly tagLength: number;
  readonly dependencies: number;
}

/** A batch in which every deployment sets every field, for services `service-0` and so on in one pillar. */
export const largeBatch = ({ deployments, tags, tagLength, dependencies }: LargeBatch): JsonObject => ({
  version: 'v1.0',
  metadata: { name: 'Everything at once' },
  deployments: Array.from({ length: deployments }, (_, at) => ({
    pillar: 'clearing',
    service_name: `service-${at}`,
    docker_image_version: `1.${at}.0`,
    docker_artifact_type: 'docker',
    environment_id: 'staging',
    infrastructure_id: 'cluster-eu-1',
    executor: 'harness',
    metadata: {
      priority: 1 + (at % 10),
      timeout: 600,
      retry_count: 2,
      rollback_strategy: 'automatic',
      health_check: { enabled: true, path: '/actuator/health/readiness', port: 8080, timeout: 30 },
      tags: Array.from({ length: tags }, (_, tag) => `tag-${tag}-`.padEnd(tagLength, 'x')),
      ...(at === 0 || dependencies === 0 ? {} : { dependencies: before(at, Math.min(at, dependencies)) }),
    },
  })),
});

const before = (at: number, count: number): readonly string[] =>
  Array.from({ length: count }, (_, back) => `clearing/service-${at - back - 1}`);

/** YAML in block style, as people write it. For batches like the one above, and much faster than a YAML library. */
export const inBlockStyle = (value: Json, pad = ''): string => {
  if (typeof value !== 'object' || value === null) return `${typeof value === 'string' ? quoted(value) : value}\n`;
  const entries = Array.isArray(value)
    ? value.map((one) => ['-', one] as const)
    : Object.entries(value).map(([name, one]) => [`${name}:`, one] as const);
  return entries
    .map(([name, one]) => {
      if (typeof one !== 'object') return `${pad}${name} ${inBlockStyle(one)}`;
      const below = inBlockStyle(one, `${pad}  `);
      return name === '-' ? `${pad}- ${below.trimStart()}` : `${pad}${name}\n${below}`;
    })
    .join('');
};

/** A version like 1.10 would be a number. */
const quoted = (text: string): string => (/^\d/.test(text) ? `"${text}"` : text);
