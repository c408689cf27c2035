import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../lib/domain/json.ts';
import type { WorkloadView } from '../../../lib/domain/ports.ts';
import { captureBaseline } from '../../../lib/domain/rollout/baseline.ts';
import type { Judgement } from '../../../lib/domain/rollout/judgement.ts';
import { judgeRollout } from '../../../lib/domain/rollout/verdict.ts';
import { deployment, now, viewOf } from './objects.ts';

const one = `sha256:${'1b'.repeat(32)}`;
const two = `sha256:${'2c'.repeat(32)}`;
const probed = { readinessProbe: {} };
const app = (image: string): JsonObject => ({ name: 'app', image, ...probed });
const proxy = (image: string): JsonObject => ({ name: 'proxy', image, ...probed });

/** A Deployment in order, of whose pods each runs its containers by these ids. */
const running = (
  ids: readonly Readonly<Record<string, string>>[],
  containers: readonly JsonObject[] = [app('reg/app:2')],
): WorkloadView => {
  const view = viewOf({ replicas: ids.length, containers });
  const pods = view.pods.map((pod, at) => ({
    ...pod,
    status: {
      ...{ phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
      containerStatuses: Object.entries(ids[at] ?? {}).map(([name, imageID]) => ({
        ...{ name, imageID, ready: true, restartCount: 0, state: { running: {} } },
      })),
    },
  }));
  return { ...view, pods };
};

const judge = (
  view: WorkloadView,
  { version = '2', at = now, previous }: { version?: string; at?: number; previous?: Judgement['progress'] } = {},
): Judgement =>
  judgeRollout({
    ...{ workload: deployment, expected: { version, artifactType: 'docker' }, view, now: at },
    baseline: captureBaseline(
      deployment,
      viewOf({ revision: 1, containers: [app('reg/app:1'), proxy('reg/proxy:2')].slice(0, containersIn(view)) }),
    ),
    ...(previous && { previous }),
  });

const containersIn = ({ pods }: WorkloadView): number =>
  ((pods[0]?.spec as { containers: unknown[] } | undefined)?.containers ?? []).length;

describe('the digest that runs', () => {
  it.each<[what: string, view: WorkloadView, digest: string | undefined]>([
    ['of all pods', running([{ app: `reg/app@${one}` }, { app: `reg/app@${one}` }]), one],
    ['as Docker says it', running([{ app: `docker-pullable://reg/app@${one}` }]), one],
    ['in capitals', running([{ app: `reg/app@sha256:${'1B'.repeat(32)}` }]), one],
    ['of those that tell it', running([{ app: `reg/app@${one}` }, { app: '' }, { app: two }]), one],
    ['that may be of its configuration', running([{ app: one }]), undefined],
    ['that is none', running([{ app: 'reg/app@sha256:short' }]), undefined],
    ['of a pod that says nothing', running([{}]), undefined],
    [
      'of the container that got the version, whatever else runs',
      running([{ app: `reg/app@${one}`, proxy: `reg/proxy@${two}` }], [app('reg/app:2'), proxy('reg/proxy:2')]),
      one,
    ],
    [
      'that the spec names, whatever images of an index are told',
      running(
        [{ app: `reg/app@${two}` }, { app: `reg/app@${`sha256:${'3d'.repeat(32)}`}` }],
        [app(`reg/app:2@${one}`)],
      ),
      one,
    ],
  ])('%s', (_, view, digest) => {
    expect(judge(view)).toMatchObject({ verdict: 'healthy' });
    expect(judge(view).digest).toBe(digest);
  });

  it('must be one: a tag that was moved meanwhile is waited for, and then fails', () => {
    const mixed = running([{ app: `reg/app@${one}` }, { app: `reg/app@${two}` }, { app: `reg/app@${one}` }]);
    const first = judge(mixed);
    expect(first).toMatchObject({ verdict: 'waiting', reason: 'MixedDigests' });
    expect(first.digest).toBeUndefined();
    expect(judge(mixed, { at: now + 29_999, previous: first.progress }).verdict).toBe('waiting');
    const last = judge(mixed, { at: now + 30_000, previous: first.progress });
    expect(last).toMatchObject({ verdict: 'failing', reason: 'MixedDigests' });
    expect(last.message).toContain(`2 by ${one}, 1 by ${two}`);
    expect(last.evidence?.map(({ name, message }) => [name, message])).toEqual([
      ['app-hash2-0', `runs ${one}`],
      ['app-hash2-1', `runs ${two}`],
    ]);
  });

  it.each<[what: string, asked: string, image: string, reason: string]>([
    ['a tag and a digest', `2@${one}`, 'reg/app:2', 'DigestMoved'],
    ['a digest, of a tag that was not there before', one, 'reg/app:2', 'DigestMoved'],
    ['a digest, of the tag that was there before', one, 'reg/app:1', 'ImageNotUpdated'],
    ['another tag with a digest', `3@${one}`, 'reg/app:2', 'Superseded'],
  ])('is another than was asked for: %s', (_, version, image, reason) => {
    expect(judge(running([{ app: `reg/app@${two}` }], [app(image)]), { version }).reason).toBe(reason);
  });
});
