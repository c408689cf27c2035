import type { Catalogue } from '../../../lib/domain/catalogue/catalogue.ts';
import { simulatedConfiguration } from '../../../lib/domain/catalogue/simulated-configuration.ts';

const plain = (name: string, namespace: string) => ({ kind: 'deployment', name, namespace }) as const;

/** The mapping for the worked examples of the batch format. */
export const exampleCatalogue: Catalogue = {
  ...simulatedConfiguration().catalogue,
  services: {
    shared: { 'login-api': plain('login-api', 'shared'), 'prefs-store': plain('prefs-store', 'shared') },
    clearing: { 'trade-intake': plain('trade-intake', 'clearing') },
    risk: { 'limit-check': plain('limit-check', 'risk') },
    data: { 'nightly-sum': { kind: 'cronjob', name: 'nightly-sum-job', namespace: 'data' } },
  },
};

export const goodBatch = `version: v1.0
metadata:
  name: Autumn release
  author: platform-team
  created: 2026-09-30T06:00:00Z
  tags: [autumn, core]
defaults:
  environment_id: staging
  infrastructure_id: cluster-eu-1
  docker_artifact_type: docker
  timeout: 900
  retry_count: 1
deployments:
  - pillar: risk
    service_name: limit-check
    docker_artifact_type: helm
    docker_image_version: "2.4.0"
    metadata:
      priority: 9
      dependencies: [trade-intake]
  - pillar: clearing
    service_name: trade-intake
    docker_image_version: "5.1.3"
    metadata:
      timeout: 1200
      rollback_strategy: automatic
      dependencies: [login-api, prefs-store]
      health_check: { path: /ready, port: 8080, timeout: 20 }
  - pillar: shared
    service_name: login-api
    docker_image_version: "3.0.2"
    metadata: { priority: 6, retry_count: 2 }
  - pillar: shared
    service_name: prefs-store
    docker_image_version: "1.8.0"
    metadata: { priority: 8 }
  - pillar: data
    service_name: nightly-sum
    docker_image_version: "0.9.1"
    metadata: { health_check: { enabled: false } }
`;

export const badBatch = `version: 1.0
defaults:
  environment_id: staging
  docker_artifact_type: docker
  retry_count: 9
deployments:
  - pillar: risk
    service_name: limit-check
    docker_image_version: 2.10
    infrastructure_id: cluster-eu-1
    metadata: { dependencies: [trade-intake] }
  - pillar: clearing
    service_name: trade-intake
    docker_image_version: "5.1.3"
    infrastructure_id: cluster-eu-1
    metadata: { dependencies: [limit-check, ghost] }
  - pillar: shared
    service_name: login-apy
    docker_image_version: "3.0.2"
  - pillar: risk
    service_name: limit-check
    docker_image_version: "2.4.0"
    infrastructure_id: cluster-eu-1
    prioritty: 3
`;
