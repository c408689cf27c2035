/**
 * What a person can do about a rollout that was not healthy at its deadline, by what was seen last. Reasons that fail
 * on their own have this in their message.
 */
const remedies: Readonly<Record<string, string>> = {
  GenerationNotObserved: 'Check that the cluster controllers work',
  ImageNotUpdated: 'Check what the pipeline changed, and whether it is this workload',
  ReplicasNotUpdated: 'Check the events of the workload: quota, admission or old pods may block the new ones',
  ReplicasNotReady: 'Check the log, the readiness probe and the events of the pods that are not ready',
  ReplicasNotAvailable: 'Pods must stay ready for minReadySeconds: check whether they do',
  OldReplicasPending:
    'Old pods stay until the new ones are ready: check the log, the readiness probe and the events of the new ones. If all of these are ready, check what keeps the old ones: a finalizer, a preStop hook, a long grace period',
  RevisionNotCurrent: 'Check that its controller works',
  NodesNotCounted: 'Check that the cluster controllers work',
  NotSteady: 'Check why its containers end, or lower steady_seconds',
  NothingAsked: 'Check what sets its number of replicas, or which nodes it may run on',
  PodsNotSeen: 'Check that Flotilla may list and watch pods there',
  JobRunning: 'Check the log of its pods; set a longer timeout if it only needs more time',
  PodNotReady: 'Check its log, its readiness probe and its events',
  Unschedulable: 'Make room on the nodes, or lower what its pods request',
  CrashLoopBackOff: 'Check the log of the container that ends',
  OOMKilled: 'Raise its memory limit, or find what uses the memory',
  Settling: 'Check the log of the container that ended',
  Restarting: 'Check the log of the container that ends',
  ImagePullBackOff: 'Check name, tag and pull secret of the image',
  RegistryUnavailable: 'Check the registry and the network of the nodes',
  CreateContainerConfigError: 'Create the ConfigMap or Secret that the message names',
  ReplicaFailure: 'Raise the quota, check what admission refuses, or allow a missing pod (maxUnavailable)',
  Terminating: 'Check what keeps it from being deleted',
  WorkloadNotFound: 'Compare its name and namespace with the catalogue',
};

const usual = 'Check the workload, its pods and their events; set a longer timeout if it only needs more time';

export const remedyFor = (reason: string): string => (Object.hasOwn(remedies, reason) ? remedies[reason]! : usual);

/** With these, the same version fails again. */
const ofTheImage: ReadonlySet<string> = new Set([
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'SignatureValidationFailed',
]);

export const needsAnotherVersion = (reason: string): boolean => ofTheImage.has(reason);
