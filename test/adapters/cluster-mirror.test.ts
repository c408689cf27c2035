import { expect, test } from 'vitest';
import { deploy, deployment, mirrored, object, placeIn, shown, warning } from './mirror-stage.ts';

const { deployments, replicaSets, pods, events } = placeIn('shared');
const web = ['web', 'web-1', 'web-1-0'];

test('a view has all objects of its workload, and says that they are watched', async () => {
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

test('shows a missing workload as missing', async () => {
  const { follow, view } = mirrored();
  follow(deployment('web'));
  expect(await view('web')).toEqual({ revisions: [], pods: [], events: [], watched: true });
});

test('reports a change to the rollouts it concerns, and to no others', async () => {
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

test('sees a workload that was deleted and created again as another one', async () => {
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

test('a rollout in a watched namespace needs no list: it reads its workload once by name', async () => {
  const { api, follow, view } = mirrored();
  deploy(api, 'web');
  deploy(api, 'late');
  follow(deployment('web'));
  await view('web');
  const before = api.asked.length;
  // The stream is older than what the request by name returned.
  api.hold(deployments);
  api.put(deployments, object('late', undefined, { note: '-new' }));
  follow(deployment('web'), deployment('late'));
  expect(shown(await view('late'))).toEqual(['late-1', 'late-1-0', 'late-new']);
  expect(shown(await view('late'))).toEqual(['late-1', 'late-1-0', 'late-new']);
  expect(api.asked.slice(before)).toEqual([`${deployments}?fieldSelector=metadata.name%3Dlate&limit=200`]);
});

test('a late stream event does not overwrite a newer object', async () => {
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

test.each([1, 10, 100, 1_000])('makes as many requests with %i in flight as with any other number', async (count) => {
  const { api, follow, view, pass } = mirrored();
  const all = Array.from({ length: count }, (_, nth) => deployment(`app-${nth}`, nth % 2 === 0 ? 'one' : 'two'));
  for (const { name, namespace } of all) deploy(api, name, { namespace });
  // Two namespaces, for any number of deployments.
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
    // A real API server closes a watch like this when its time is over.
    if (minute % 3 === 2) for (const path of new Set(api.streams)) api.end(path, 'over');
  }
  expect([api.lists().length, api.asked.length - begun]).toEqual([pages, 3 * 8]);
});

test('sees nothing in a namespace that it may not read, and everything in the others', async () => {
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

test('falls back to lists when it may not watch, reports that once, and tries to watch again after some minutes', async () => {
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

test('does not claim to read lists while it may not list either', async () => {
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

test.each(['list', 'watch'] as const)('leaves out events that it may not %s', async (forbidden) => {
  const { api, follow, view, told } = mirrored();
  deploy(api, 'web');
  api.put(events, warning('bad', 'web'));
  api.refuses = (path, verb) => (path === events && verb === forbidden ? 403 : undefined);
  follow(deployment('web'));
  const seen = await view('web');
  const says = 'the observer cannot watch events, and does without them: events of shared';
  expect([shown(seen), seen?.events, told]).toEqual([web, undefined, [says]]);
});

test('closes all watches while idle; soon afterwards it resumes them, later it lists again', async () => {
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

test('keeps watching what nobody needs for one minute', async () => {
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

test('keeps the newest events, first of objects in flight', async () => {
  const { api, follow, view, settle } = mirrored();
  deploy(api, 'web');
  follow(deployment('web'));
  await view('web');
  api.put(events, warning('ours', 'web-1-0'));
  for (let nth = 0; nth < 5_000; nth += 1) api.put(events, warning(`else-${nth}`, `other-${nth}`));
  await settle();
  expect(shown(await view('web'))).toEqual(['ours', ...web]);
});

test('shows an event that arrives before its pod', async () => {
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

test('reads a collection that is too large to keep, and drops what it had of it', async () => {
  const { api, follow, view, mirror } = mirrored();
  deploy(api, 'web');
  for (let nth = 0; nth < 9; nth += 1) api.put(pods, object(`big-${nth}`, 'x', { note: 'x'.repeat(8_000_000) }));
  follow(deployment('web'));
  expect(await view('web')).toBeUndefined();
  expect(mirror.size).toBeLessThan(1_000);
});
