import { apiGroupOf } from './manifest-object.ts';

/** Kubernetes' built-in kinds without a namespace, by API group. For other kinds, ask a server. */
const kinds: Readonly<Record<string, readonly string[]>> = {
  '': ['ComponentStatus', 'Namespace', 'Node', 'PersistentVolume'],
  'admissionregistration.k8s.io': [
    ...['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration', 'ValidatingAdmissionPolicy'],
    ...['ValidatingAdmissionPolicyBinding', 'MutatingAdmissionPolicy', 'MutatingAdmissionPolicyBinding'],
  ],
  'apiextensions.k8s.io': ['CustomResourceDefinition'],
  'apiregistration.k8s.io': ['APIService'],
  'certificates.k8s.io': ['CertificateSigningRequest', 'ClusterTrustBundle'],
  'flowcontrol.apiserver.k8s.io': ['FlowSchema', 'PriorityLevelConfiguration'],
  'networking.k8s.io': ['IngressClass', 'IPAddress', 'ServiceCIDR'],
  'node.k8s.io': ['RuntimeClass'],
  'rbac.authorization.k8s.io': ['ClusterRole', 'ClusterRoleBinding'],
  'resource.k8s.io': ['DeviceClass', 'ResourceSlice'],
  'scheduling.k8s.io': ['PriorityClass'],
  'storage.k8s.io': ['CSIDriver', 'CSINode', 'StorageClass', 'VolumeAttachment', 'VolumeAttributesClass'],
  'gateway.networking.k8s.io': ['GatewayClass'],
  'cert-manager.io': ['ClusterIssuer'],
};

/** The known API groups that have a kind of that name without a namespace. */
export const groupsOfClusterScoped = (kind: string): readonly string[] =>
  Object.keys(kinds).filter((group) => kinds[group]!.includes(kind));

/** Whether a kind is namespaced, as far as is known without asking a cluster. */
export const isNamespaced = (apiVersion: string, kind: string): boolean => {
  const group = apiGroupOf(apiVersion);
  return !(Object.hasOwn(kinds, group) && kinds[group]!.includes(kind));
};
