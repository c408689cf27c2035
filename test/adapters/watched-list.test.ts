import { expect, test } from 'vitest';
import { deploy, deployment, mirrored, object, placeIn, shown } from './mirror-stage.ts';

/** All that can happen to a watch. None of it may lose an event. */

const { pods } = placeIn('shared');
const web = ['web', 'web-1', 'web-1-0'];

type Stage = ReturnType<typeof mirrored>;

const following = async (): Promise<Stage> => {
  const stage = mirrored();
  deploy(stage.api, 'web');
  stage.follow(deployment('web'));
  await stage.view('web');
  // Older than a stream that ends at once.
  await stage.pass(2_000);
  stage.api.asked.splice(0);
  return stage;
};

const gone = (code: number, message = 'too old') =>
  JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code, message, reason: 'Expired' } });

interface Trouble {
  readonly what: string;
  readonly happens: (stage: Stage) => void;
  /** LISTs of pods that the watch needs to recover. */
  readonly lists: number;
  readonly within: number;
}

const missed = ({ api }: Stage): void => {
  api.put(pods, object('web-1-1', 'web-1'));
  api.remove(pods, 'web-1-0');
};

const troubles: readonly Trouble[] = [
  {
    what: 'ends in time: resumes at once from the last version',
    happens: (stage) => {
      stage.api.end(pods, 'over');
      missed(stage);
    },
    lists: 0,
    within: 1,
  },
  {
    what: 'breaks: resumes soon',
    happens: (stage) => {
      stage.api.end(pods, 'broken');
      missed(stage);
    },
    lists: 0,
    within: 500,
  },
  {
    what: 'has ended, and its version is too old (410): lists everything again',
    happens: (stage) => {
      stage.api.end(pods, 'over');
      missed(stage);
      stage.api.compact();
    },
    lists: 1,
    within: 500,
  },
  {
    what: 'reports within the stream that its version is too old: lists everything again',
    happens: (stage) => {
      stage.api.hold(pods);
      missed(stage);
      stage.api.release(pods, false);
      stage.api.compact();
      stage.api.release(pods);
      stage.api.say(pods, gone(410));
    },
    lists: 1,
    within: 500,
  },
  {
    what: 'ends with another error: resumes from where it was',
    happens: (stage) => {
      stage.api.say(pods, gone(500, 'etcd has no leader'));
      missed(stage);
    },
    lists: 0,
    within: 500,
  },
  {
    what: 'has an invalid line: starts again before that line',
    happens: (stage) => {
      stage.api.say(pods, '{"type":"MODIFIED","object":{"meta');
      missed(stage);
    },
    lists: 0,
    within: 500,
  },
  {
    what: 'has bookmarks: resumes from the last one',
    happens: (stage) => {
      missed(stage);
      stage.api.compact();
      stage.api.bookmark(pods);
      stage.api.end(pods, 'over');
    },
    lists: 0,
    within: 1,
  },
];

test.each(troubles.map((one) => [one.what, one] as const))('a watch that %s', async (_, { happens, lists, within }) => {
  const stage = await following();
  happens(stage);
  await stage.pass(within);
  expect(shown(await stage.view('web'))).toEqual(['web', 'web-1', 'web-1-1']);
  expect(stage.api.lists(pods)).toHaveLength(lists);
  expect(stage.api.streams).toHaveLength(4);
});

test('while trouble lasts, nothing counts as watched and requests are few; recovery is reported', async () => {
  const { api, pass, view, changed } = await following();
  api.refuses = (path) => (path === pods ? 503 : undefined);
  api.end(pods, 'broken');
  await pass(60_000);
  await expect(view('web')).rejects.toThrow('HTTP 503');
  expect(api.asked.length).toBeLessThan(15);
  api.refuses = () => undefined;
  changed.splice(0);
  await pass(10_000);
  expect([changed.includes('shared/web'), shown(await view('web'))]).toEqual([true, web]);
});

test('one broken stream is not reported', async () => {
  const { api, pass, view, changed } = await following();
  changed.splice(0);
  api.end(pods, 'broken');
  await pass(100);
  expect([changed, shown(await view('web'))]).toEqual([[], web]);
});

test('invalid lines do not stop it: it lists everything again each time', async () => {
  const { api, pass, view } = await following();
  for (let nth = 0; nth < 3; nth += 1) {
    api.say(pods, '<html>');
    await pass(10_000);
  }
  expect(shown(await view('web'))).toEqual(web);
});

test('a stream refused at once is trouble, until lists show that only the stream is refused', async () => {
  const { api, pass, view } = await following();
  api.refuses = (path, verb) => (path === pods && verb === 'watch' ? 502 : undefined);
  api.say(pods, '<html>');
  await pass(1_000);
  await expect(view('web')).rejects.toThrow('HTTP 502');
});

test('when lists work and streams never do, it reads lists, and tries the stream again after minutes', async () => {
  const { api, pass, view } = await following();
  api.refuses = (path, verb) => (path === pods && verb === 'watch' ? 504 : undefined);
  api.end(pods, 'broken');
  await pass(10_000);
  await expect(view('web')).resolves.toBeUndefined();
  api.refuses = () => undefined;
  await pass(360_000);
  expect(shown(await view('web'))).toEqual(web);
});

test('does not wait a second time for a stream that a proxy buffers', async () => {
  const stage = mirrored();
  deploy(stage.api, 'web');
  stage.api.holdsBack = true;
  stage.follow(deployment('web'));
  await stage.pass(1);
  await expect(stage.view('web')).resolves.toBeUndefined();
});

test('gives up a version that never works after some tries, and lists everything again', async () => {
  const { api, pass } = await following();
  api.refuses = (path, verb) => (path === pods && verb === 'watch' ? 504 : undefined);
  api.end(pods, 'broken');
  await pass(30_000);
  expect(api.lists(pods).length).toBeGreaterThan(0);
});

test.each<[what: string, bookmarks: boolean, quiet: number]>([
  ['gives up after three minutes on an API server that sends bookmarks', true, 180_000],
  ['without bookmarks, gives up when a watch is overdue', false, 360_000],
])('a quiet watch %s', async (_, bookmarks, quiet) => {
  const stage = mirrored();
  deploy(stage.api, 'web');
  stage.follow(deployment('web'));
  await stage.view('web');
  const watches = () => stage.api.asked.filter((one) => one.startsWith(`${pods}?watch`)).length;
  if (bookmarks) stage.api.bookmark(pods);
  await stage.settle();
  await stage.pass(quiet - 1);
  expect(watches()).toBe(1);
  await stage.pass(2);
  expect(watches()).toBe(2);
});

test('asks for some minutes, with a random spread', async () => {
  const seconds = new Set<string | null>();
  for (const random of [0, 0.5, 0.999]) {
    const { api, follow, view } = mirrored(random);
    follow(deployment('web'));
    await view('web');
    for (const one of api.asked) {
      const query = new URL(one, 'http://api').searchParams;
      if (query.has('watch')) seconds.add(query.get('timeoutSeconds'));
    }
  }
  expect([...seconds]).toEqual(['240', '330', '420']);
});

test('lets a caller who waits for a stopped list go on, and read it', async () => {
  const { mirror, follow, view } = mirrored();
  follow(deployment('web'));
  const viewed = view('web');
  mirror.rest();
  expect(shown(await viewed)).toEqual(['to be read']);
});

test('and waits again for one that starts again', async () => {
  const { api, mirror, follow, view } = mirrored();
  deploy(api, 'web');
  follow(deployment('web'));
  mirror.rest();
  follow(deployment('web'));
  expect(shown(await view('web'))).toEqual(web);
});
