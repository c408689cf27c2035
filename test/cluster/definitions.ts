import type { KubeClient } from './kube-client.ts';

/** Custom resources as an API server accepts them with only their names: any spec, any status. */
const definition = (kind: string, plural: string, group: string, version: string): object => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: {
    name: `${plural}.${group}`,
    // Groups of Kubernetes itself need this annotation.
    annotations: { 'api-approved.kubernetes.io': 'unapproved, for tests' },
  },
  spec: {
    group,
    scope: 'Namespaced',
    names: { kind, plural, singular: kind.toLowerCase() },
    versions: [
      {
        ...{ name: version, served: true, storage: true, subresources: { status: {} } },
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
});

const definitions = [
  definition('Rollout', 'rollouts', 'argoproj.io', 'v1alpha1'),
  definition('Service', 'services', 'serving.knative.dev', 'v1'),
  definition('Certificate', 'certificates', 'cert-manager.io', 'v1'),
  definition('HTTPRoute', 'httproutes', 'gateway.networking.k8s.io', 'v1'),
];
const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** Definitions that the simulated cluster has built in. A kind is served a moment after its definition. */
export const defineResources = async (client: KubeClient): Promise<void> => {
  for (const one of definitions) await client.post(path, one);
  const served = [
    'argoproj.io/v1alpha1/rollouts',
    'serving.knative.dev/v1/services',
    'cert-manager.io/v1/certificates',
    'gateway.networking.k8s.io/v1/httproutes',
  ];
  for (const one of served) await client.soon(`/apis/${one}`);
};
