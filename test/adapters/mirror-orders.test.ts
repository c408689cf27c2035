import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deployment, mirrored, object, placeIn, shown, warning } from './mirror-stage.ts';

/** Streams have their own pace. Whichever comes first, the final view is the same, and all who wait hear of it. */

const places = placeIn('shared');
const { deployments, replicaSets, pods, events } = places;

type Stage = ReturnType<typeof mirrored>;
type Act = (api: Stage['api']) => void;

const acts: readonly Act[] = [
  (api) => api.put(deployments, object('web')),
  (api) => api.put(deployments, object('web', undefined, { note: '-2' })),
  (api) => api.put(replicaSets, object('web-1', 'web')),
  (api) => api.put(replicaSets, object('web-2', 'web')),
  (api) => api.put(pods, object('web-1-0', 'web-1')),
  (api) => api.put(pods, object('web-2-0', 'web-2')),
  (api) => api.put(pods, object('web-2-0', 'web-2', { note: '-ready' })),
  (api) => api.put(pods, object('other-0', 'other')),
  (api) => api.put(events, warning('bad', 'web-2-0')),
  (api) => api.put(events, warning('worse', 'web-2')),
  (api) => api.remove(pods, 'web-1-0'),
  (api) => api.remove(replicaSets, 'web-1'),
  (api) => api.remove(deployments, 'web'),
];

const paths = Object.values(places);
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ act: fc.nat(acts.length - 1) }) },
  { weight: 3, arbitrary: fc.record({ release: fc.nat(paths.length - 1) }) },
  { weight: 1, arbitrary: fc.record({ breaks: fc.nat(paths.length - 1) }) },
  { weight: 1, arbitrary: fc.record({ expires: fc.nat(paths.length - 1) }) },
);

/** What the mirror shows when nothing happens any more. */
const readAnew = async ({ api }: Stage): Promise<readonly string[]> => {
  const fresh = mirrored(0.5, api);
  fresh.follow(deployment('web'));
  return shown(await fresh.view('web'));
};

test('shows the same however streams deliver, break and expire', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const stage = mirrored();
      const { api, follow, view, changed, settle, pass } = stage;
      follow(deployment('web'));
      await view('web');
      for (const path of paths) api.hold(path);
      // While a stream keeps breaking, the view is never reported as watched.
      const seen = async () => shown(await view('web').catch(() => undefined)).join();
      let before = await seen();
      for (const one of steps) {
        changed.splice(0);
        if ('act' in one) acts[one.act]!(api);
        else if ('release' in one) api.release(paths[one.release]!, false);
        else if ('breaks' in one) api.end(paths[one.breaks]!, 'broken');
        else {
          api.end(paths[one.expires]!, 'over');
          api.compact();
        }
        await ('breaks' in one || 'expires' in one ? pass(1_000) : settle());
        const now = await seen();
        if (now !== before) expect(changed).toContain('shared/web');
        before = now;
      }
      for (const path of paths) api.release(path);
      await pass(30_000);
      expect(shown(await view('web'))).toEqual(await readAnew(stage));
    }),
    {
      numRuns: 100,
      // After another list the events from the stream are gone.
      examples: [[[{ act: 0 }, { act: 12 }, { release: 0 }, { expires: 0 }]]],
    },
  );
});
