/**
 * What somebody can do about a rollout that was not in order when its time was over, by what was seen last. Reasons that fail
 * by themselves have it in their message.
 */
const remedies: Readonly<Record<string, string>> = {
  GenerationNotObserved: 'See whether the controllers of the cluster work',
  ImageNotUpdated: 'See what the pipeline changed, and whether it is this workload',
  ReplicasNotUpdated: 'Look at the events of the workload: quota, admission or old pods may hold the new ones up',
  ReplicasNotReady: 'Look at the log, the readiness probe and the events of the pods that are not ready',
  ReplicasNotAvailable: 'Pods must be ready for minReadySeconds: see whether they stay so',
  OldReplicasPending:
    'Old pods stay until the new ones are ready: look at the log, the readiness probe and the events of the new ones; where all of these are ready, see what keeps the old: a finalizer, a preStop hook, a long grace period',
  RevisionNotCurrent: 'See whether its controller works',
  NodesNotCounted: 'See whether the controllers of the cluster work',
  NotSteady: 'See why its containers end, or lower steady_seconds',
  NothingAsked: 'See what sets its number of replicas, or which nodes it may run on',
  PodsNotSeen: 'See whether Flotilla may list and watch pods there',
  JobRunning: 'Look at the log of its pods; give it a longer timeout if it only takes longer',
  PodNotReady: 'Look at its log, its readiness probe and its events',
  Unschedulable: 'Make room on the nodes, or lower what its pods ask for',
  CrashLoopBackOff: 'Look at the log of the container that ends',
  OOMKilled: 'Raise its memory limit, or see what takes the memory',
  Settling: 'Look at the log of the container that ended',
  Restarting: 'Look at the log of the container that ends',
  ImagePullBackOff: 'Look at name, tag and pull secret of the image',
  RegistryUnavailable: 'Look at the registry, and at the network of the nodes',
  CreateContainerConfigError: 'Make the ConfigMap or Secret that the message names',
  ReplicaFailure: 'Raise the quota, see what admission refuses, or let a pod be missing (maxUnavailable)',
  Terminating: 'See what keeps it from going',
  WorkloadNotFound: 'Compare its name and namespace with the catalogue',
};

const usual = 'Look at the workload, its pods and their events; give it a longer timeout if it only takes longer';

export const remedyFor = (reason: string): string => (Object.hasOwn(remedies, reason) ? remedies[reason]! : usual);
