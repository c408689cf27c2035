import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../lib/domain/json.ts';
import type { Workload } from '../../lib/domain/plan/plan.ts';
import type { WorkloadView } from '../../lib/domain/ports.ts';
import { type Baseline, captureBaseline } from '../../lib/domain/rollout/baseline.ts';
import type { Judgement, Progress } from '../../lib/domain/rollout/judgement.ts';
import { conditionOf, isOwnedBy, numberAt, stringAt } from '../../lib/domain/rollout/kubernetes-object.ts';
import { judgeRollout } from '../../lib/domain/rollout/verdict.ts';
import { type RecordedEvent, readRecording } from './recorded-rollouts.ts';

/** Nine scenarios of a real control plane, replayed: a look after every event of the stream, at its time. */

const { events } = readRecording();

const workloadNamed = (name: string): Workload => ({ kind: 'deployment', name, namespace: 'e2e3' });

/** Stream time 0 as wall clock: the recording's timestamps have whole seconds. */
const first = events.find(({ kind }) => kind === 'Deployment') as RecordedEvent;
const start = Date.parse(stringAt(first.object, 'metadata', 'creationTimestamp') ?? '') - first.t;

type World = Map<string, RecordedEvent['object']>;

function apply(world: World, { kind, object, type }: RecordedEvent): void {
  const key = `${kind}/${object.metadata.name}`;
  if (type === 'DELETED') world.delete(key);
  else world.set(key, object);
}

function viewOf(world: World, name: string): WorkloadView {
  const workload = world.get(`Deployment/${name}`);
  const of = (kind: string) => [...world].filter(([key]) => key.startsWith(`${kind}/`)).map(([, object]) => object);
  const revisions = of('ReplicaSet').filter((one) => isOwnedBy(one, workload?.metadata.uid));
  const pods = of('Pod').filter((pod) => revisions.some(({ metadata }) => isOwnedBy(pod, metadata.uid)));
  return { ...(workload && { workload }), revisions, pods };
}

const imageOf = (object: JsonObject): string => JSON.stringify(object).match(/"image":"([^"]+)"/)?.[1] ?? '';

interface Phase {
  readonly name: string;
  /** The image that the deployment requests; the phase begins when its spec first has it (for the nth time). */
  readonly image: string;
  readonly nth?: number;
}

interface Replayed {
  readonly began: number;
  readonly judged: Judgement | undefined;
  readonly at: number;
  readonly world: World;
}

/** Looks from the moment when the image is written until there is a verdict. */
function replay({ name, image, nth = 1 }: Phase): Replayed {
  const world: World = new Map();
  let baseline: Baseline | undefined;
  let began = -1;
  let seen = 0;
  let before = '';
  let previous: Progress | undefined;
  let last: Judgement | undefined;
  for (const event of events) {
    const view = viewOf(world, name);
    apply(world, event);
    if (event.kind === 'Deployment' && event.object.metadata.name === name) {
      const now = imageOf(event.object);
      if (now === image && before !== image) seen += 1;
      if (now === image && before !== image && seen === nth) {
        baseline = captureBaseline(workloadNamed(name), view);
        began = event.t;
      }
      before = now;
    }
    if (baseline === undefined) continue;
    last = judgeRollout({
      workload: workloadNamed(name),
      expected: { version: '', artifactType: 'docker', image },
      baseline,
      view: viewOf(world, name),
      now: start + event.t,
      // Its pods have no readiness probe, and no rollout of it goes on for longer than it takes.
      settings: { steady_seconds: 0 },
      ...(previous && { previous }),
    });
    previous = last.progress;
    if (last.verdict !== 'waiting') return { began, judged: last, at: event.t, world };
  }
  return { began, judged: last, at: events.at(-1)?.t ?? 0, world };
}

/** The first event at or after `from` for which the test holds. */
const firstTime = (from: number, test: (event: RecordedEvent) => boolean): number =>
  events.find((event) => event.t >= from && test(event))?.t ?? Number.NaN;

const isOf = (name: string, kind: string) => (event: RecordedEvent) =>
  event.kind === kind && (event.object.metadata.name === name || event.object.metadata.name.startsWith(`${name}-`));

const hasReason = (event: RecordedEvent, text: string): boolean =>
  JSON.stringify(event.object).includes(`"reason":"${text}"`);

describe('good rollouts', () => {
  it.each([
    { what: 'the first one', name: 'app', image: 'nginx:1', nth: 1 },
    { what: 'an update', name: 'app', image: 'nginx:2', nth: 1 },
    { what: 'the old image put back by a JSON patch', name: 'app', image: 'nginx:2', nth: 2 },
  ])('$what is healthy at the event with which the control plane reports it', (phase) => {
    const { judged, at, began } = replay(phase);
    expect(judged).toMatchObject({ verdict: 'healthy', reason: 'RolledOut' });
    const complete = firstTime(began, (event) => {
      const { object } = event;
      const isCurrent = numberAt(object, 'status', 'observedGeneration') === numberAt(object, 'metadata', 'generation');
      const progressing = conditionOf(object, 'Progressing');
      return (
        isOf(phase.name, 'Deployment')(event) &&
        isCurrent &&
        stringAt(progressing, 'reason') === 'NewReplicaSetAvailable'
      );
    });
    expect(at).toBe(complete);
  });
});

describe('failures', () => {
  it.each([
    { name: 'miss', image: 'reg.local/missing:1', signal: 'ErrImagePull', reason: 'ImagePullBackOff', within: 1_400 },
    {
      name: 'crash',
      image: 'reg.local/crash:1',
      signal: 'CrashLoopBackOff',
      reason: 'CrashLoopBackOff',
      within: 2_700,
    },
    { name: 'oom', image: 'reg.local/oom:1', signal: 'OOMKilled', reason: 'OOMKilled', within: 2_700 },
    { name: 'inv', signal: 'InvalidImageName', reason: 'InvalidImageName', within: 50 },
  ])('$name is $reason within $within ms of the first $signal', ({ name, signal, reason, within, ...rest }) => {
    const found = events.find(isOf(name, 'Deployment')) as RecordedEvent;
    const { judged, at, began } = replay({ name, image: rest.image ?? imageOf(found.object) });
    const signalled = firstTime(began, (event) => isOf(name, 'Pod')(event) && hasReason(event, signal));
    expect(judged).toMatchObject({ verdict: 'failing', reason });
    expect(judged?.evidence?.[0]).toMatchObject({ kind: 'pod', container: 'c' });
    expect(at).toBeGreaterThanOrEqual(signalled);
    expect(at - signalled).toBeLessThanOrEqual(within);
  });

  it.each([
    { name: 'nr', evidence: 'NotReady' },
    { name: 'cfg', evidence: 'CreateContainerConfigError' },
    { name: 'huge', evidence: 'Unschedulable' },
  ])('$name fails at the event with which the deadline is exceeded, with its evidence', ({ name, evidence }) => {
    const found = events.find(isOf(name, 'Deployment')) as RecordedEvent;
    const { judged, at, began } = replay({ name, image: imageOf(found.object) });
    expect(judged).toMatchObject({ verdict: 'failing', reason: 'ProgressDeadlineExceeded' });
    expect(at).toBe(
      firstTime(began, (event) => isOf(name, 'Deployment')(event) && hasReason(event, 'ProgressDeadlineExceeded')),
    );
    expect(judged?.evidence?.map(({ reason }) => reason)).toContain(evidence);
  });

  it('quo is ReplicaFailure two seconds after the quota refused the pods', () => {
    const found = events.find(isOf('quo', 'Deployment')) as RecordedEvent;
    const { judged, at, began } = replay({ name: 'quo', image: imageOf(found.object) });
    const refused = firstTime(began, (event) => isOf('quo', 'ReplicaSet')(event) && hasReason(event, 'FailedCreate'));
    expect(judged).toMatchObject({ verdict: 'failing', reason: 'ReplicaFailure' });
    expect(judged?.message).toContain('exceeded quota');
    expect(at - refused).toBeGreaterThanOrEqual(2_000);
    expect(at - refused).toBeLessThan(3_000);
  });

  it('a bad image of an update fails while the old pods serve and Available stays True', () => {
    const { judged, world } = replay({ name: 'app', image: 'reg.local/missing:2' });
    expect(judged).toMatchObject({ verdict: 'failing', reason: 'ImagePullBackOff' });
    const deployment = world.get('Deployment/app') ?? {};
    expect(stringAt(conditionOf(deployment, 'Available'), 'status')).toBe('True');
  });

  it('an edit by somebody else is superseded at once', () => {
    const { judged, at } = replay({ name: 'app', image: 'nginx:9' });
    expect(judged).toMatchObject({ verdict: 'failing', reason: 'Superseded' });
    expect(at).toBe(firstTime(0, (event) => isOf('app', 'Deployment')(event) && imageOf(event.object) === 'nginx:4'));
  });

  it('a pause during the rollout is a verdict as soon as the controller has seen it', () => {
    const { judged, at, began } = replay({ name: 'app', image: 'nginx:4' });
    expect(judged).toMatchObject({ verdict: 'failing', reason: 'Paused' });
    expect(at - began).toBeLessThan(50);
  });
});
