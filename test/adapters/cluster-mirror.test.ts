import { expect, test } from 'vitest';
import { deploy, deployment, mirrored, object, placeIn, shown, warning } from './mirror-stage.ts';

const { deployments, replicaSets, pods, events } = placeIn('shared');
const web = ['web', 'web-1', 'web-1-0'];

test('a view has what belongs to its workload, and says that it is watched', async () => {
  const { api, follow, view } = mirrored();
  deploy(api, 'web');
  deploy(api, 'other');
  api.put(events, warning('bad', 'web-1-0'));
  api.put(events, warning('else', 'other-1'));
  follow(deployment('web'));
  const seen = await view('web');
  expect(shown(seen)).toEqual(['bad', ...web]);
  expect([seen?.watched, seen?.pods[0]?.kind, seen?.revisions[0]?.kind]).toEqual([true, 'Pod', 'ReplicaSet']);
});

test('what is not there is seen as not there', async () => {
  const { follow, view } = mirrored();
  follow(deployment('web'));
  expect(await view('web')).toEqual({ revisions: [], pods: [], events: [], watched: true });
});

test('what changes is told by rollout, and seen; what changes for others is not', async () => {
  const { api, follow, view, changed, settle } = mirrored();
  deploy(api, 'web');
  follow(deployment('web'));
  await view('web');
  const steps: readonly [what: () => void, shows: readonly string[], tells: boolean][] = [
    [() => api.put(deployments, object('web', undefined, { note: '!' })), ['web!', 'web-1', 'web-1-0'], true],
    [() => api.put(replicaSets, object('web-2', 'web')), ['web!', 'web-1', 'web-1-0', 'web-2'], true],
    [() => api.put(pods, object('web-2-0', 'web-2')), ['web!', 'web-1', 'web-1-0', 'web-2', 'web-2-0'], true],
    [() => api.put(events, warning('bad', 'web-2-0')), ['bad', 'web!', 'web-1', 'web-1-0', 'web-2', 'web-2-0'], true],
    [() => api.remove(pods, 'web-1-0'), ['bad', 'web!', 'web-1', 'web-2', 'web-2-0'], true],
    [() => deploy(api, 'other'), ['bad', 'web!', 'web-1', 'web-2', 'web-2-0'], false],
    [() => api.remove(deployments, 'web'), [], true],
  ];
  for (const [act, shows, tells] of steps) {
    changed.splice(0);
    act();
    await settle();
    expect([shown(await view('web')), new Set(changed)]).toEqual([shows, new Set(tells ? ['shared/web'] : [])]);
  }
});

test('one of the same name that was made anew is another one', async () => {
  const { api, follow, view, settle } = mirrored();
  deploy(api, 'web');
  follow(deployment('web'));
  await view('web');
  api.hold(pods);
  api.remove(deployments, 'web');
  api.put(deployments, { metadata: { name: 'web', uid: 'uid-new' } });
  await settle();
  expect(shown(await view('web'))).toEqual(['web']);
});

test('a rollout that begins where all is watched needs no list: one look at its workload by name', async () => {
  const { api, follow, view } = mirrored();
  deploy(api, 'web');
  deploy(api, 'late');
  follow(deployment('web'));
  await view('web');
  const before = api.asked.length;
  // The stream lags behind what the look sees.
  api.hold(deployments);
  api.put(deployments, object('late', undefined, { note: '-new' }));
  follow(deployment('web'), deployment('late'));
  expect(shown(await view('late'))).toEqual(['late-1', 'late-1-0', 'late-new']);
  expect(shown(await view('late'))).toEqual(['late-1', 'late-1-0', 'late-new']);
  expect(api.asked.slice(before)).toEqual([`${deployments}?fieldSelector=metadata.name%3Dlate&limit=200`]);
});

test('what a look has seen is not undone by a stream that lags behind', async () => {
  const { api, follow, view, settle } = mirrored();
  deploy(api, 'late');
  follow(deployment('web'));
  await view('web');
  api.hold(deployments);
  api.put(deployments, object('late', undefined, { note: '-2' }));
  api.put(deployments, object('late', undefined, { note: '-3' }));
  follow(deployment('late'));
  expect(shown(await view('late'))).toContain('late-3');
  api.release(deployments, false);
  await settle();
  expect(shown(await view('late'))).toContain('late-3');
  api.remove(deployments, 'late');
  follow(deployment('late', 'shared'), deployment('gone'));
  expect(shown(await view('gone'))).toEqual([]);
});

test.each([1, 10, 100, 1_000])(
  'with %i in flight there are as many requests as with any other number',
  async (count) => {
    const { api, follow, view, pass } = mirrored();
    const all = Array.from({ length: count }, (_, nth) => deployment(`app-${nth}`, nth % 2 === 0 ? 'one' : 'two'));
    for (const { name, namespace } of all) deploy(api, name, { namespace });
    // Two namespaces whatever the number.
    const one = [...all, deployment('any', 'one'), deployment('any', 'two')];
    const look = async () => {
      follow(...one);
      await Promise.all(one.map(({ name, namespace }) => view(name, namespace)));
    };
    await look();
    const pages = api.lists().length;
    const begun = api.asked.length;
    expect(begun - pages).toBe(8);
    for (let minute = 0; minute < 12; minute += 1) {
      for (let second = 0; second < 60; second += 10) {
        await pass(10_000);
        await look();
      }
      // What a real API server does at the end of a watch's time.
      if (minute % 3 === 2) for (const path of new Set(api.streams)) api.end(path, 'over');
    }
    expect([api.lists().length, api.asked.length - begun]).toEqual([pages, 3 * 8]);
  },
);

test('in a namespace that cannot be read nothing is seen, and in the others all is', async () => {
  const { api, follow, view, pass, changed } = mirrored();
  deploy(api, 'web');
  api.refuses = (path) => (path.includes('/closed/') ? 500 : undefined);
  follow(deployment('web'), deployment('web', 'closed'));
  expect(shown(await view('web'))).toEqual(web);
  await expect(view('web', 'closed')).rejects.toThrow('HTTP 500');
  api.refuses = () => undefined;
  changed.splice(0);
  await pass(2_000);
  expect(shown(await view('web', 'closed'))).toEqual([]);
  expect(changed).toContain('closed/web');
});

test('what may not be watched is to be read, is told once, and tried again after some minutes', async () => {
  const { api, follow, view, pass, told } = mirrored();
  deploy(api, 'web');
  api.refuses = (path, verb) => (path === pods && verb === 'watch' ? 403 : undefined);
  follow(deployment('web'));
  expect(await view('web')).toBeUndefined();
  const before = api.asked.filter((one) => one.startsWith(pods)).length;
  for (let minute = 0; minute < 12; minute += 1) {
    await pass(60_000);
    follow(deployment('web'));
  }
  expect(await view('web')).toBeUndefined();
  expect([api.asked.filter((one) => one.startsWith(pods)).length - before, told]).toEqual([
    2,
    ['the observer cannot watch, and reads lists instead, without events: shared/pods'],
  ]);
  api.refuses = () => undefined;
  await pass(300_000);
  follow(deployment('web'));
  expect(shown(await view('web'))).toEqual(web);
});

test('what may not even be listed is not told as read by lists, until it may be', async () => {
  const { api, follow, view, pass, told } = mirrored();
  deploy(api, 'web');
  api.refuses = (path) => (path === pods ? 403 : undefined);
  follow(deployment('web'));
  expect([await view('web'), told]).toEqual([undefined, []]);
  api.refuses = (path, verb) => (path === pods && verb === 'watch' ? 403 : undefined);
  for (let minute = 0; minute < 6; minute += 1) {
    await pass(60_000);
    follow(deployment('web'));
  }
  expect(told).toEqual(['the observer cannot watch, and reads lists instead, without events: shared/pods']);
});

test.each(['list', 'watch'] as const)('events that we may not %s are left out', async (forbidden) => {
  const { api, follow, view, told } = mirrored();
  deploy(api, 'web');
  api.put(events, warning('bad', 'web'));
  api.refuses = (path, verb) => (path === events && verb === forbidden ? 403 : undefined);
  follow(deployment('web'));
  const seen = await view('web');
  const says = 'the observer cannot watch events, and does without them: events of shared';
  expect([shown(seen), seen?.events, told]).toEqual([web, undefined, [says]]);
});

test('while it rests nothing is open; soon after it goes on where it was, later it begins anew', async () => {
  const { api, follow, view, pass, mirror, settle } = mirrored();
  deploy(api, 'web');
  follow(deployment('web'));
  await view('web');
  mirror.rest();
  await settle();
  expect(api.streams).toEqual([]);
  api.put(pods, object('web-1-1', 'web-1'));
  await pass(9_000);
  const lists = api.lists().length;
  follow(deployment('web'));
  await settle();
  expect([shown(await view('web')), api.lists().length]).toEqual([[...web, 'web-1-1'], lists]);
  mirror.rest();
  await pass(11_000);
  api.remove(pods, 'web-1-1');
  api.compact();
  follow(deployment('web'));
  expect([shown(await view('web')), api.lists().length]).toEqual([web, lists + 4]);
});

test('what nobody needs any more is watched for a minute, and no longer', async () => {
  const { api, follow, view, pass, mirror } = mirrored();
  deploy(api, 'web');
  follow(deployment('web'));
  await view('web');
  await pass(59_000);
  follow();
  expect(api.streams).toHaveLength(4);
  await pass(2_000);
  follow();
  await pass(1);
  expect([api.streams, mirror.size]).toEqual([[], 0]);
});

test('of events the newest are kept, those of objects in flight before others', async () => {
  const { api, follow, view, settle } = mirrored();
  deploy(api, 'web');
  follow(deployment('web'));
  await view('web');
  api.put(events, warning('ours', 'web-1-0'));
  for (let nth = 0; nth < 5_000; nth += 1) api.put(events, warning(`else-${nth}`, `other-${nth}`));
  await settle();
  expect(shown(await view('web'))).toEqual(['ours', ...web]);
});

test('an event that comes before its pod is seen with it', async () => {
  const { api, follow, view, settle, changed } = mirrored();
  deploy(api, 'web');
  follow(deployment('web'));
  await view('web');
  api.put(events, warning('early', 'web-2-0'));
  api.put(pods, object('web-2-0', 'web-2'));
  await settle();
  changed.splice(0);
  api.put(replicaSets, object('web-2', 'web'));
  await settle();
  expect([shown(await view('web')), changed]).toEqual([['early', ...web, 'web-2', 'web-2-0'], ['shared/web']]);
});

test('what is too much to be kept is to be read, and nothing of it stays', async () => {
  const { api, follow, view, mirror } = mirrored();
  deploy(api, 'web');
  for (let nth = 0; nth < 9; nth += 1) api.put(pods, object(`big-${nth}`, 'x', { note: 'x'.repeat(8_000_000) }));
  follow(deployment('web'));
  expect(await view('web')).toBeUndefined();
  expect(mirror.size).toBeLessThan(1_000);
});
