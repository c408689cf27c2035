/**
 * Reasons of a rollout that another attempt cannot heal: the same image, the same manifest and the same quota would be
 * met again, and the kubelet has tried several times already.
 */
const permanent: ReadonlySet<string> = new Set([
  'ImagePullBackOff',
  'ErrImagePull',
  'InvalidImageName',
  'CreateContainerConfigError',
  'CrashLoopBackOff',
  'OOMKilled',
  'ReplicaFailure',
  'FailedCreate',
  'Paused',
  'DeploymentPaused',
  'Superseded',
  'WorkloadNotFound',
  'UnexpectedImage',
  'OnDelete',
]);

export const isWorthAnotherTry = (reason: string): boolean => !permanent.has(reason);
