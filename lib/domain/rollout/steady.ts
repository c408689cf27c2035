import type { JsonObject } from '../json.ts';
import { type Finding, type Seen, waiting } from './judgement.ts';
import { hasEnded, listAt, nameOf, numberAt, objectAt, stringAt, valueAt } from './kubernetes-object.ts';
import { podSpecOf } from './pod-template.ts';

/** Startup crashes come within seconds: a missing variable, a dependency that does not answer. */
const usualSeconds = 10;

/**
 * Without a readiness probe and without minReadySeconds, ready only means that a process started. Then every container
 * must have run for a while without ending, by its own `startedAt`. A startup probe is no substitute, because it never
 * runs again once it has passed. The time counts from the start, so a slow starter loses nothing.
 */
export function steadyFinding(look: Seen, pods: readonly JsonObject[]): Finding | undefined {
  const { now, object, settings } = look;
  const seconds = settings?.steady_seconds ?? usualSeconds;
  if (numberAt(object, 'spec', 'minReadySeconds') > 0) return undefined;
  const young = pods
    .filter((pod) => !hasEnded(pod))
    .flatMap((pod) =>
      unproven(look, pod)
        .map((status) => ({ pod, status, ran: secondsRun(status, now) }))
        .filter(({ ran }) => ran < seconds),
    );
  const youngest = young.reduce<(typeof young)[number] | undefined>(
    (least, one) => (least === undefined || one.ran < least.ran ? one : least),
    undefined,
  );
  if (youngest === undefined) return undefined;
  const where = `container ${stringAt(youngest.status, 'name') ?? ''} of pod ${nameOf(youngest.pod)}`;
  return waiting(
    'NotSteady',
    `${where} has no readiness probe and has run for ${Math.floor(youngest.ran)} of ${seconds} s`,
  );
}

/** Containers whose only known state is a running process. Native sidecars are init containers that keep running. */
function unproven({ object, workload }: Seen, pod: JsonObject): readonly JsonObject[] {
  const own = objectAt(pod, 'spec');
  // An injected sidecar is only in the pod. For a pod without a spec, the owner's template counts.
  const spec = listAt(own, 'containers').length > 0 ? own : podSpecOf(workload, object);
  const probed = namesOf(spec, 'containers', hasReadinessProbe);
  const probedSidecars = namesOf(spec, 'initContainers', hasReadinessProbe);
  const sidecars = namesOf(spec, 'initContainers', (one) => stringAt(one, 'restartPolicy') === 'Always');
  return [
    ...listAt(pod, 'status', 'containerStatuses').filter((status) => !probed.has(stringAt(status, 'name'))),
    ...listAt(pod, 'status', 'initContainerStatuses').filter((status) => {
      const name = stringAt(status, 'name');
      return sidecars.has(name) && !probedSidecars.has(name);
    }),
  ];
}

const hasReadinessProbe = (container: JsonObject): boolean => valueAt(container, 'readinessProbe') !== undefined;

const namesOf = (
  spec: JsonObject,
  list: string,
  test: (container: JsonObject) => boolean,
): ReadonlySet<string | undefined> =>
  new Set(
    listAt(spec, list)
      .filter(test)
      .map((one) => stringAt(one, 'name')),
  );

/** Starts are recorded in whole seconds. If there is no start time, the container gets the benefit of the doubt. */
function secondsRun(status: JsonObject, now: number): number {
  const states = Object.keys(objectAt(status, 'state'));
  if (states.length > 0 && !states.includes('running')) return 0;
  const started = Date.parse(stringAt(status, 'state', 'running', 'startedAt') ?? '');
  return Number.isNaN(started) ? Number.POSITIVE_INFINITY : Math.max(0, now - started) / 1_000;
}
