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

/** A healthy Deployment, with pods that run their containers with these ids. */
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
    ['as Docker reports it', running([{ app: `docker-pullable://reg/app@${one}` }]), one],
    ['in upper case', running([{ app: `reg/app@sha256:${'1B'.repeat(32)}` }]), one],
    ['of those that report it', running([{ app: `reg/app@${one}` }, { app: '' }, { app: two }]), one],
    ['that may be the digest of its configuration', running([{ app: one }]), undefined],
    ['that is invalid', running([{ app: 'reg/app@sha256:short' }]), undefined],
    ['of a pod without a report', running([{}]), undefined],
    [
      'of the container that got the version, whatever else runs',
      running([{ app: `reg/app@${one}`, proxy: `reg/proxy@${two}` }], [app('reg/app:2'), proxy('reg/proxy:2')]),
      one,
    ],
    [
      'in the spec, whatever image of an index is reported',
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

  it('must be one: waits for a tag that moved meanwhile, and then fails', () => {
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
    ['a digest, with a tag that was not there before', one, 'reg/app:2', 'DigestMoved'],
    ['a digest, with the tag that was there before', one, 'reg/app:1', 'ImageNotUpdated'],
    ['another tag with a digest', `3@${one}`, 'reg/app:2', 'Superseded'],
  ])('differs from the request: %s', (_, version, image, reason) => {
    expect(judge(running([{ app: `reg/app@${two}` }], [app(image)]), { version }).reason).toBe(reason);
  });
});
