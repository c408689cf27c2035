/** Five deployments, one of each fate: verified, restored, skipped, verified after another, failed twice. */
export const exampleBatch = ({
  concurrency,
  timeout,
}: {
  readonly concurrency: number;
  /** Seconds. */
  readonly timeout: number;
}): string => `
version: v1.0
metadata: { name: Autumn release }
strategy: { max_concurrency: ${concurrency} }
defaults: { environment_id: staging, infrastructure_id: cluster-eu-1, docker_artifact_type: docker, timeout: ${timeout}, retry_count: 0 }
deployments:
  - pillar: clearing
    service_name: trade-intake
    docker_image_version: 5.1.3
    metadata: { health_check: { path: /ready, port: 8080, timeout: 60 } }
  - { pillar: clearing, service_name: netting-engine, docker_image_version: 4.2.0-missing, metadata: { rollback_strategy: automatic } }
  - { pillar: clearing, service_name: settlement-api, docker_image_version: 6.0.0, metadata: { dependencies: [netting-engine] } }
  - { pillar: risk, service_name: position-store, docker_image_version: 1.8.0, metadata: { dependencies: [clearing/trade-intake] } }
  - { pillar: risk, service_name: exposure-calc, docker_image_version: 2.7.0-pipeline-fails, metadata: { retry_count: 1 } }
`;

/** What runs on the cluster before. */
export const running = [
  { name: 'netting-engine', namespace: 'clearing', image: 'registry.example.com/clearing/netting-engine:4.1.0' },
  { kind: 'statefulset', name: 'position-store-v2', namespace: 'risk', image: 'registry.example.com/risk/store:1.7.0' },
];

/** The expected outcome of each deployment. */
export const outcomes: Readonly<Record<string, object>> = {
  'clearing/trade-intake': { status: 'SUCCESS', reason: 'Verified', attempts: 1, release_after: '5.1.3' },
  'clearing/netting-engine': {
    ...{ status: 'FAILED', reason: 'RestoredPreviousRelease', attempts: 1 },
    ...{ release_before: '4.1.0', release_after: '4.1.0' },
  },
  'clearing/settlement-api': { status: 'SKIPPED', reason: 'DependencyFailed', attempts: 0 },
  'risk/position-store': { status: 'SUCCESS', reason: 'Verified', release_before: '1.7.0', release_after: '1.8.0' },
  'risk/exposure-calc': { status: 'FAILED', reason: 'PipelineFailed', attempts: 2 },
};
