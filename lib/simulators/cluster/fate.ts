import { imageNameProblem } from './image-name.ts';
import type { ContainerState } from './kube-object.ts';

/**
 * What becomes of a container is told by its image: a reference that holds one of these texts has that fate, every other
 * one runs well. The only table of it; README and demo name its rows.
 */
export const fates = {
  missing: 'the image cannot be pulled: ErrImagePull and ImagePullBackOff in turn',
  invalid: 'the image name is refused: InvalidImageName',
  crash: 'the program ends with status 1: CrashLoopBackOff',
  oom: 'the program is killed for its memory: OOMKilled',
  notready: 'the program runs, its readiness probe fails',
  unschedulable: 'no node has room: the pod stays Pending',
  config: 'a Secret is missing: CreateContainerConfigError',
  quota: 'the namespace quota is used up: no pod is created',
  unhealthy: 'pods are ready, HTTP requests are answered with 503',
} as const;

export type Fate = keyof typeof fates | 'good';

const names = Object.keys(fates) as readonly Exclude<Fate, 'good'>[];

/** `-crash` anywhere in the tag: `repo:1.2.0-crash`. A name that no kubelet takes has the fate of one. */
export function fateOf(image: string): Fate {
  if (imageNameProblem(image) !== undefined) return 'invalid';
  const tag = image.slice(image.lastIndexOf('/') + 1);
  return names.find((name) => new RegExp(`-${name}(?![a-z])`).test(tag)) ?? 'good';
}

/** One moment of a container. `next` is how long it lasts; without it the container stays as it is. */
export interface Moment {
  readonly state: ContainerState;
  readonly lastState?: ContainerState;
  readonly ready?: boolean;
  readonly restarts?: number;
  readonly next?: number;
  readonly event?: { readonly reason: string; readonly message: string };
}

export interface Setting {
  readonly image: string;
  /** How often this container has moved on since its start time was over, from 0. */
  readonly step: number;
  /** When it moves, as Kubernetes writes it. */
  readonly at: string;
  /** A pod of a Job: a container that runs well ends. */
  readonly ends: boolean;
}

const pullMilliseconds = 700;
const crashMilliseconds = 250;
const longestBackoff = 5_000;

/** What a container is like at a step of its life. */
export function momentOf(fate: Fate, setting: Setting): Moment {
  switch (fate) {
    case 'missing':
      return pulling(setting);
    case 'invalid':
      return refused(setting.image);
    case 'config':
      return stuck('CreateContainerConfigError', 'secret "app-settings" not found');
    case 'crash':
      return crashing(setting, { exitCode: 1, reason: 'Error' });
    case 'oom':
      return crashing(setting, { exitCode: 137, reason: 'OOMKilled' });
    case 'notready':
      return {
        state: { running: { startedAt: setting.at } },
        event: { reason: 'Unhealthy', message: 'Readiness probe failed: HTTP probe failed with statuscode: 500' },
      };
    default:
      return running(setting);
  }
}

function running({ step, at, ends }: Setting): Moment {
  if (!ends) return { state: { running: { startedAt: at } }, ready: true };
  if (step === 0) return { state: { running: { startedAt: at } }, ready: true, next: crashMilliseconds };
  return { state: { terminated: { exitCode: 0, reason: 'Completed', startedAt: at, finishedAt: at } } };
}

function pulling({ step, image }: Setting): Moment {
  const failed = `failed to pull and unpack image "${image}": ${image}: not found`;
  return step % 2 === 0
    ? {
        state: { waiting: { reason: 'ErrImagePull', message: failed } },
        next: pullMilliseconds,
        ...(step === 0 && { event: { reason: 'Failed', message: `Failed to pull image "${image}": not found` } }),
      }
    : {
        state: { waiting: { reason: 'ImagePullBackOff', message: `Back-off pulling image "${image}"` } },
        next: pullMilliseconds,
      };
}

const refused = (image: string): Moment => {
  const problem = imageNameProblem(image) ?? 'invalid reference format';
  const message = `Failed to apply default image tag "${image}": couldn't parse image name "${image}": ${problem}`;
  return { ...stuck('InvalidImageName', message), event: { reason: 'InspectFailed', message } };
};

const stuck = (reason: string, message: string): Moment => ({
  state: { waiting: { reason, message } },
  event: { reason: 'Failed', message: `Error: ${message}` },
});

/** Runs, ends, waits, again: three steps a round, each wait a little longer. In a Job's pod the first end is the last. */
function crashing({ step, at, ends }: Setting, end: { exitCode: number; reason: string }): Moment {
  const round = Math.floor(step / 3);
  const terminated = { ...end, startedAt: at, finishedAt: at };
  const lastState = round === 0 ? {} : { terminated };
  if (step % 3 === 0) {
    return { state: { running: { startedAt: at } }, lastState, restarts: round, next: crashMilliseconds };
  }
  if (step % 3 === 1) {
    return { state: { terminated }, lastState, restarts: round, ...(!ends && { next: crashMilliseconds }) };
  }
  return {
    state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off restarting failed container' } },
    lastState: { terminated },
    restarts: round,
    next: Math.min(500 * (round + 1), longestBackoff),
    ...(round === 0 && { event: { reason: 'BackOff', message: 'Back-off restarting failed container' } }),
  };
}

/** What a container has written. */
export function logOf(fate: Fate, image: string): readonly string[] {
  const start = `starting ${image} (simulated)`;
  if (fate === 'crash') {
    return [start, 'reading configuration', 'FATAL: cannot open database: connection refused', 'exit status 1'];
  }
  if (fate === 'oom') return [start, 'loading cache', 'allocating 512 MiB'];
  if (fate === 'notready') return [start, 'listening on :8080', 'GET /ready 500: dependency not available'];
  if (fate === 'unhealthy') return [start, 'listening on :8080', 'GET /health 503: degraded'];
  return [start, 'listening on :8080'];
}
