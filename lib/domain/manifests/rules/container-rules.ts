import type { JsonObject } from '../../json.ts';
import { parseImage } from '../../rollout/image.ts';
import { stringAt, valueAt } from '../../rollout/kubernetes-object.ts';
import { containersIn, type FoundContainer, podSpecIn } from './pods-of.ts';
import type { Rule, RuleBreach } from './rule.ts';

type Check = (found: FoundContainer) => readonly RuleBreach[];

const ofContainers =
  (check: Check, only: (found: FoundContainer, serves: boolean) => boolean = () => true) =>
  (object: JsonObject): readonly RuleBreach[] => {
    const pod = podSpecIn(object);
    return pod === undefined
      ? []
      : containersIn(pod)
          .filter((one) => only(one, pod.serves))
          .flatMap(check);
  };

const tag: Check = ({ container, at, name }) => {
  const image = stringAt(container, 'image');
  if (image === undefined || image === '') return [];
  const { tag: of, digest } = parseImage(image);
  if (digest !== undefined || (of !== undefined && of !== 'latest')) return [];
  const message = `the image of the container ${name} is ${image}, which may change without notice`;
  return [{ path: [...at, 'image'], message, hint: 'name a version or a digest' }];
};

/** Includes sidecars: init containers with `restartPolicy: Always`. */
const runsOn = ({ container, list }: FoundContainer): boolean =>
  list === 'containers' || (list === 'initContainers' && stringAt(container, 'restartPolicy') === 'Always');

const missing =
  (path: readonly string[], message: (name: string) => string, hint: string): Check =>
  ({ container, at, name }) =>
    valueAt(container, ...path) === undefined
      ? [{ path: [...at, ...path.slice(0, -1)], message: message(name), hint }]
      : [];

const requests: Check = (found) =>
  ['cpu', 'memory'].flatMap((what) =>
    missing(
      ['resources', 'requests', what],
      (name) => `the container ${name} requests no ${what}, so none is reserved for it`,
      `resources: {requests: {${what}: …}}`,
    )(found),
  );

const podOnly = ['fsGroup', 'fsGroupChangePolicy', 'supplementalGroups', 'supplementalGroupsPolicy', 'sysctls'];
const containerOnly = ['allowPrivilegeEscalation', 'capabilities', 'privileged', 'procMount', 'readOnlyRootFilesystem'];

/** A server drops or rejects misplaced fields, so the intended protection is missing. */
const misplaced = (object: JsonObject): readonly RuleBreach[] => {
  const pod = podSpecIn(object);
  if (pod === undefined) return [];
  const inPod = containerOnly
    .filter((field) => valueAt(pod.spec, 'securityContext', field) !== undefined)
    .map((field) => ({
      path: [...pod.at, 'securityContext', field],
      message: `${field} belongs to a container, but is in the security context of the pod`,
      hint: 'move it into the securityContext of each container',
    }));
  const inContainers = containersIn(pod).flatMap(({ container, at, name }) =>
    podOnly
      .filter((field) => valueAt(container, 'securityContext', field) !== undefined)
      .map((field) => ({
        path: [...at, 'securityContext', field],
        message: `${field} belongs to the pod, but is in the security context of the container ${name}`,
        hint: 'move it into the securityContext of the pod',
      })),
  );
  return [...inPod, ...inContainers];
};

const writableRoot: Check = ({ container, at, name }) =>
  valueAt(container, 'securityContext', 'readOnlyRootFilesystem') === true
    ? []
    : [
        {
          path: [...at, 'securityContext'],
          message: `the container ${name} can write to its own file system`,
          hint: 'securityContext: {readOnlyRootFilesystem: true}',
        },
      ];

/** What chart linters check. */
export const containerRules: readonly Rule[] = [
  {
    name: 'image-version',
    usual: 'warning',
    asks: 'every image names a version or a digest, not `latest`',
    check: ofContainers(tag),
  },
  {
    name: 'resource-requests',
    usual: 'warning',
    asks: 'every long-running container requests CPU and memory',
    check: ofContainers(requests, runsOn),
  },
  {
    name: 'memory-limit',
    usual: 'warning',
    asks: 'every long-running container has a memory limit',
    check: ofContainers(
      missing(
        ['resources', 'limits', 'memory'],
        (name) => `the container ${name} may use all the memory of its node`,
        'resources: {limits: {memory: …}}',
      ),
      runsOn,
    ),
  },
  {
    name: 'readiness-probe',
    usual: 'warning',
    asks: 'serving containers have a readiness probe; without one, a rollout continues as soon as they run',
    check: ofContainers(
      missing(['readinessProbe'], (name) => `the container ${name} has no readiness probe`, 'readinessProbe: …'),
      (found, serves) => serves && found.list === 'containers',
    ),
  },
  {
    name: 'security-context-place',
    usual: 'error',
    asks: 'security context fields are where they take effect: on the pod or on the container',
    check: misplaced,
  },
  {
    name: 'read-only-root',
    usual: 'off',
    asks: 'no container can write to its own file system',
    check: ofContainers(writableRoot),
  },
];
