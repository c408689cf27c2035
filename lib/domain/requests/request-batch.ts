import type { Batch, Deployment } from '../batch/batch.ts';
import { imageParts } from './image-parts.ts';
import { containerName } from './request-manifests.ts';
import type { RequestedRow, RequestRow } from './request-row.ts';

type Asked = Pick<RequestRow, 'type' | 'identifier' | 'request_id' | 'manifests' | 'settings'>;
type Where = Pick<RequestedRow, 'namespace' | 'image' | 'environment' | 'infrastructure' | 'pillar'>;

/** Used if the configuration has no defaults. */
const usual = { priority: 5, timeout: 600, retry_count: 1, rollback_strategy: 'automatic' } as const;

/** The batch of one deployment that a request becomes. */
export const requestBatch = (asked: Asked, where: Where): Batch => ({
  version: 'v1.0',
  metadata: {
    name: `${asked.type} ${asked.identifier}`,
    description: `Deployment request ${asked.request_id}.`.slice(0, 500),
  },
  strategy: { mode: 'parallel', max_concurrency: 1, on_failure: 'continue' },
  deployments: [deploymentOf(asked, where)],
});

const deploymentOf = (
  { type, identifier, manifests, settings }: Asked,
  { namespace, image, environment, infrastructure, pillar }: Where,
): Deployment => {
  const { repository, version } = imageParts(image)!;
  const isDelete = type === 'DELETE';
  return {
    ...{ position: 1, line: 1, key: `${pillar}/${identifier}`, pillar, service_name: identifier },
    ...{ docker_artifact_type: 'docker', docker_image_version: isDelete ? '' : version },
    ...(isDelete ? { action: 'delete' } : { manifests: { sha256: manifests }, create_namespace: true }),
    ...{ environment_id: environment, infrastructure_id: infrastructure, executor: 'kubernetes' },
    workload: { kind: 'deployment', name: identifier, namespace, container: containerName, image: repository },
    ...{ ...usual, ...settings, tags: [], dependencies: [] },
    health_check: { enabled: false },
  };
};
