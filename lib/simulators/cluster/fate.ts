import { imageNameProblem } from './image-name.ts';

/**
 * An image decides its container's fate: a reference that contains one of these texts has that fate, and every other
 * one runs well. This is the only table. The documents and the demo use its names, and so does the kubelet that plays
 * on a real API server.
 */
export const fates = {
  missing: 'the image cannot be pulled: ErrImagePull and ImagePullBackOff in turn',
  unauthorized: 'the registry lets nobody in: ErrImagePull and ImagePullBackOff in turn',
  busy: 'the registry answers 503 twice, then the image comes',
  invalid: 'the image name is refused: InvalidImageName',
  crash: 'the program ends with status 1: CrashLoopBackOff',
  oom: 'the program is killed for its memory: OOMKilled',
  waits: 'the program ends twice, until what it needs is up; then it runs',
  dies: 'the program runs and is ready, and ends after four seconds, again and again',
  notready: 'the program runs, its readiness probe fails',
  unschedulable: 'no node has room: the pod stays Pending',
  config: 'a Secret is missing: CreateContainerConfigError',
  late: 'a Secret is missing for twelve seconds, then the program runs',
  mount: 'a volume cannot be mounted: ContainerCreating, and nothing but an event tells why',
  lingers: 'the program runs, and takes four seconds to end when it is asked to',
  quota: 'the namespace quota is used up: no pod is created',
  unhealthy: 'pods are ready, HTTP requests are answered with 503',
  errors: 'pods are ready and healthy, and the numbers of their errors are high: 50 in place of 0.2',
} as const;

export type Fate = keyof typeof fates | 'good';

const names = Object.keys(fates) as readonly Exclude<Fate, 'good'>[];

/** `-crash` anywhere in the tag: `repo:1.2.0-crash`. A name that no kubelet accepts has a fate of its own. */
export function fateOf(image: string): Fate {
  if (imageNameProblem(image) !== undefined) return 'invalid';
  const tag = image.slice(image.lastIndexOf('/') + 1);
  return names.find((name) => new RegExp(`-${name}(?![a-z])`).test(tag)) ?? 'good';
}

const logs: Readonly<Partial<Record<Fate, readonly string[]>>> = {
  crash: ['reading configuration', 'FATAL: cannot open database: connection refused', 'exit status 1'],
  waits: ['reading configuration', 'FATAL: cannot open database: connection refused', 'exit status 1'],
  dies: ['listening on :8080', 'FATAL: the license has expired', 'exit status 1'],
  oom: ['loading cache', 'allocating 512 MiB'],
  notready: ['listening on :8080', 'GET /ready 500: dependency not available'],
  unhealthy: ['listening on :8080', 'GET /health 503: degraded'],
  errors: ['listening on :8080', 'GET /orders 500: cannot read property of undefined'],
};

/** The container's log. */
export const logOf = (fate: Fate, image: string): readonly string[] => [
  `starting ${image} (simulated)`,
  ...(logs[fate] ?? ['listening on :8080']),
];
