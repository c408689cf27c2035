import type { Fate } from './fate.ts';
import { imageNameProblem } from './image-name.ts';
import type { ContainerState } from './kube-object.ts';

/** A warning of a kubelet or a scheduler. */
export interface PodWarning {
  readonly reason: string;
  readonly message: string;
}

/** One moment of a container. `next` is how long it lasts; without it the container stays as it is. */
export interface Moment {
  readonly state: ContainerState;
  readonly lastState?: ContainerState;
  readonly ready?: boolean;
  readonly restarts?: number;
  readonly next?: number;
  readonly warnings?: readonly PodWarning[];
}

export interface Setting {
  readonly name: string;
  readonly image: string;
  /** As a kubelet names it: `name_namespace(uid)`. */
  readonly pod: string;
  /** How often this container has moved on since it started, from 0. */
  readonly step: number;
  /** When it moves, in Kubernetes' format. */
  readonly at: string;
  /** An init container, or one in a Job's pod: it ends when it runs well. */
  readonly ends: boolean;
  /** After a failure it is not restarted. */
  readonly once: boolean;
  /** It has a readiness probe. Without one it is ready while it runs. */
  readonly probed: boolean;
}

/** A kubelet waits 10 s, 20 s and so on between attempts; here it is faster. */
const pullMilliseconds = 700;
const runMilliseconds = 250;
const longestBackoff = 5_000;
/** A kubelet looks again for something missing after 10 to 15 s. */
const lateMilliseconds = 12_000;
const dyingMilliseconds = 4_000;

/** A container's state at a step of its life. Reasons and messages match a kubelet with containerd. */
export function momentOf(fate: Fate, setting: Setting): Moment {
  switch (fate) {
    case 'missing':
    case 'unauthorized':
      return pulling(setting, pullErrors[fate](setting.image));
    case 'busy':
      return setting.step < 4 ? pulling(setting, pullErrors[fate](setting.image)) : running(setting, 4);
    case 'invalid':
      return refused(setting.image);
    case 'config':
      return secretMissing;
    case 'late':
      return setting.step === 0 ? { ...secretMissing, next: lateMilliseconds } : running(setting, 1);
    case 'mount':
      return notMounted;
    case 'crash':
    case 'dies':
      return crashing(setting, { exitCode: 1, reason: 'Error' }, fate === 'dies');
    case 'oom':
      return crashing(setting, { exitCode: 137, reason: 'OOMKilled' });
    case 'waits':
      return waitingForOthers(setting);
    case 'notready':
      return setting.probed ? notReady(setting) : running(setting);
    default:
      return running(setting);
  }
}

function running({ step, at, ends }: Setting, first = 0): Moment {
  if (!ends) return { state: { running: { startedAt: at } }, ready: true };
  if (step === first) return { state: { running: { startedAt: at } }, ready: true, next: runMilliseconds };
  return { state: { terminated: { exitCode: 0, reason: 'Completed', startedAt: at, finishedAt: at } } };
}

const notReady = ({ at }: Setting): Moment => ({
  state: { running: { startedAt: at } },
  warnings: [{ reason: 'Unhealthy', message: 'Readiness probe failed: HTTP probe failed with statuscode: 500' }],
});

const unresolved = (code: string, image: string, why: string): string =>
  `rpc error: code = ${code} desc = failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${why}`;

const pullErrors = {
  missing: (image: string) => unresolved('NotFound', image, `${image}: not found`),
  unauthorized: (image: string) =>
    unresolved(
      'Unknown',
      image,
      'failed to authorize: failed to fetch oauth token: unexpected status: 401 Unauthorized',
    ),
  busy: (image: string) => unresolved('Unavailable', image, 'unexpected status: 503 Service Unavailable'),
} as const;

function pulling({ step, image }: Setting, error: string): Moment {
  const isTry = step % 2 === 0;
  const reason = isTry ? 'ErrImagePull' : 'ImagePullBackOff';
  const message = isTry ? error : `Back-off pulling image "${image}": ErrImagePull: ${error}`;
  const failed = { reason: 'Failed', message: `Failed to pull image "${image}": ${error}` };
  const warnings = [...(isTry ? [failed] : []), { reason: 'Failed', message: `Error: ${reason}` }];
  return { state: { waiting: { reason, message } }, next: pullMilliseconds, warnings };
}

function refused(image: string): Moment {
  const problem = imageNameProblem(image) ?? 'invalid reference format';
  const message = `Failed to apply default image tag "${image}": couldn't parse image name "${image}": ${problem}`;
  const warnings = [
    { reason: 'InspectFailed', message },
    { reason: 'Failed', message: 'Error: InvalidImageName' },
  ];
  return { state: { waiting: { reason: 'InvalidImageName', message } }, warnings };
}

const missingSecret = 'secret "app-settings" not found';

const secretMissing: Moment = {
  state: { waiting: { reason: 'CreateContainerConfigError', message: missingSecret } },
  warnings: [{ reason: 'Failed', message: `Error: ${missingSecret}` }],
};

const notMounted: Moment = {
  state: { waiting: { reason: 'ContainerCreating' } },
  warnings: [
    { reason: 'FailedMount', message: 'MountVolume.SetUp failed for volume "data" : configmap "app-data" not found' },
  ],
};

/**
 * Runs, ends, waits, again: three steps a round, each wait a little longer. If it is not restarted, the first end is
 * the last.
 */
function crashing(setting: Setting, end: { exitCode: number; reason: string }, isReady = false): Moment {
  const { step, at, once } = setting;
  const round = Math.floor(step / 3);
  const terminated = { ...end, startedAt: at, finishedAt: at };
  const lastState = round === 0 ? {} : { terminated };
  if (step % 3 === 0) {
    const next = isReady ? dyingMilliseconds : runMilliseconds;
    return { state: { running: { startedAt: at } }, lastState, restarts: round, next, ready: isReady };
  }
  if (step % 3 === 1) {
    return { state: { terminated }, lastState, restarts: round, ...(!once && { next: runMilliseconds }) };
  }
  const about = `container=${setting.name} pod=${setting.pod}`;
  const message = `back-off ${backoffOf(round)} restarting failed ${about}`;
  const warned = `Back-off restarting failed container ${setting.name} in pod ${setting.pod}`;
  return {
    state: { waiting: { reason: 'CrashLoopBackOff', message } },
    lastState: { terminated },
    restarts: round,
    next: Math.min(500 * (round + 1), longestBackoff),
    warnings: [{ reason: 'BackOff', message: warned }],
  };
}

/** As Go writes it: 10s, 20s, 40s, 1m20s, at most 5m0s. */
function backoffOf(round: number): string {
  const seconds = Math.min(10 * 2 ** round, 300);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}

const endsBefore = 2;

function waitingForOthers(setting: Setting): Moment {
  const end = { exitCode: 1, reason: 'Error' };
  if (setting.step < endsBefore * 3) return crashing(setting, end);
  const { at } = setting;
  const lastState = { terminated: { ...end, startedAt: at, finishedAt: at } };
  return { ...running(setting, endsBefore * 3), lastState, restarts: endsBefore };
}
