/**
 * How server-side apply treats an object's fields: which ones exist, which lists merge by a key, what is owned as a
 * whole.
 */
export interface Shape {
  /** Any other field is rejected. Absent: any fields, each owned separately. */
  readonly fields?: Readonly<Record<string, Shape>>;
  /** A list whose items are identified by these. */
  readonly keys?: readonly string[];
  readonly item?: Shape;
  /** A list of values, each owned separately. */
  readonly set?: true;
  /** One owner has all of it. */
  readonly whole?: true;
}

const any: Shape = {};
const whole: Shape = { whole: true };

const of = (names: string, more: Readonly<Record<string, Shape>> = {}): Shape => ({
  fields: { ...Object.fromEntries(names.split(' ').map((name) => [name, any])), ...more },
});

const listBy = (keys: string, item: Shape): Shape => ({ keys: keys.split(' '), item });

const metadata = of(
  'name generateName namespace uid resourceVersion generation creationTimestamp deletionTimestamp labels annotations deletionGracePeriodSeconds managedFields selfLink',
  { finalizers: { set: true }, ownerReferences: listBy('uid', any) },
);

const container = of(
  'name image command args workingDir envFrom resources resizePolicy livenessProbe readinessProbe startupProbe lifecycle imagePullPolicy securityContext stdin stdinOnce tty restartPolicy terminationMessagePath terminationMessagePolicy',
  {
    env: listBy('name', of('name value valueFrom')),
    ports: listBy('containerPort protocol', of('name hostPort containerPort protocol hostIP')),
    volumeMounts: listBy(
      'mountPath',
      of('name readOnly recursiveReadOnly mountPath subPath subPathExpr mountPropagation'),
    ),
    volumeDevices: listBy('devicePath', of('name devicePath')),
  },
);

const pod = of(
  'restartPolicy terminationGracePeriodSeconds activeDeadlineSeconds dnsPolicy serviceAccountName serviceAccount automountServiceAccountToken nodeName hostNetwork hostPID hostIPC shareProcessNamespace securityContext hostname subdomain affinity schedulerName priorityClassName priority dnsConfig readinessGates runtimeClassName enableServiceLinks preemptionPolicy overhead setHostnameAsFQDN os hostUsers',
  {
    containers: listBy('name', container),
    initContainers: listBy('name', container),
    volumes: listBy('name', any),
    imagePullSecrets: listBy('name', any),
    nodeSelector: whole,
    tolerations: whole,
    hostAliases: listBy('ip', any),
    topologySpreadConstraints: listBy('topologyKey whenUnsatisfiable', any),
  },
);

const template = of('', { metadata, spec: pod });
const job = of(
  'parallelism completions activeDeadlineSeconds backoffLimit backoffLimitPerIndex maxFailedIndexes podFailurePolicy successPolicy ttlSecondsAfterFinished completionMode suspend manualSelector podReplacementPolicy managedBy',
  { selector: whole, template },
);

const standing = { selector: whole, template };

const specs: Readonly<Record<string, Shape>> = {
  Deployment: of('replicas strategy minReadySeconds revisionHistoryLimit paused progressDeadlineSeconds', standing),
  ReplicaSet: of('replicas minReadySeconds', standing),
  StatefulSet: of(
    'replicas volumeClaimTemplates serviceName podManagementPolicy updateStrategy revisionHistoryLimit minReadySeconds persistentVolumeClaimRetentionPolicy ordinals',
    standing,
  ),
  DaemonSet: of('updateStrategy minReadySeconds revisionHistoryLimit', standing),
  Pod: pod,
  Job: job,
  CronJob: of(
    'schedule timeZone startingDeadlineSeconds concurrencyPolicy suspend successfulJobsHistoryLimit failedJobsHistoryLimit',
    { jobTemplate: of('', { metadata, spec: job }) },
  ),
  Service: of(
    'clusterIP clusterIPs type externalIPs sessionAffinity loadBalancerIP loadBalancerSourceRanges externalName externalTrafficPolicy healthCheckNodePort publishNotReadyAddresses sessionAffinityConfig ipFamilies ipFamilyPolicy allocateLoadBalancerNodePorts loadBalancerClass internalTrafficPolicy trafficDistribution',
    { ports: listBy('port protocol', of('name protocol appProtocol port targetPort nodePort')), selector: whole },
  ),
  Ingress: of('ingressClassName defaultBackend', { tls: whole, rules: whole }),
  HorizontalPodAutoscaler: of('minReplicas maxReplicas behavior', { scaleTargetRef: whole, metrics: whole }),
  PodDisruptionBudget: of('minAvailable maxUnavailable unhealthyPodEvictionPolicy', { selector: whole }),
  NetworkPolicy: of('', { podSelector: whole, ingress: whole, egress: whole, policyTypes: whole }),
  PersistentVolumeClaim: of(
    'accessModes resources volumeName storageClassName volumeMode volumeAttributesClassName dataSource dataSourceRef',
    { selector: whole },
  ),
};

/** Besides kind, version and metadata, for kinds without a spec. */
const others: Readonly<Record<string, Shape>> = {
  ConfigMap: of('data binaryData immutable'),
  Secret: of('data stringData type immutable'),
  ServiceAccount: of('automountServiceAccountToken', {
    secrets: listBy('name', any),
    imagePullSecrets: whole,
  }),
  Role: of('', { rules: whole }),
  ClusterRole: of('', { rules: whole, aggregationRule: any }),
  RoleBinding: of('', { subjects: whole, roleRef: whole }),
  ClusterRoleBinding: of('', { subjects: whole, roleRef: whole }),
};

/** A custom resource accepts any field, as if its definition had no schema. */
export const shapeOf = ({ kind, apiVersion }: { readonly kind: string; readonly apiVersion: string }): Shape => {
  const isOwn = !apiVersion.includes('.') || apiVersion.includes('.k8s.io');
  const spec = isOwn && Object.hasOwn(specs, kind) ? specs[kind] : undefined;
  const other = isOwn && Object.hasOwn(others, kind) ? others[kind]?.fields : undefined;
  if (spec !== undefined) return of('apiVersion kind status', { metadata, spec });
  if (other !== undefined) return of('apiVersion kind', { metadata, ...other });
  return any;
};
