import { describe, expect, it } from 'vitest';
import { documentPaths } from '../../lib/domain/record/keys.ts';
import { resourceOf } from '../../lib/simulators/cluster/resources.ts';
import { someOf } from '../thorough.ts';
import { all, autoscaler, configMap, deployment, hook } from './kubernetes-texts.ts';
import { blueGreen, byRoute, canary, route, StepsWorld, service } from './steps-world.ts';

/** The executor `kubernetes` with a takeover by steps, against a simulated cluster whose controllers run. */

const web = (rest = '') => deployment('web', { spec: 'replicas: 4', ...(rest && { env: rest }) });
const text = all(web(), service('web'), configMap('settings'));
const routed = all(text, route('web'));

const begun = async (settings: ReturnType<typeof canary>, manifests = text, version = '2.0') => {
  const world = new StepsWorld();
  await world.seed(manifests);
  const request = world.request({ version, text: manifests, settings });
  return { world, request };
};

type World = StepsWorld;

const numbersTo = (last: number): readonly number[] => Array.from({ length: last }, (_, at) => at + 1);

const ways = [
  { way: 'replicas', settings: canary(), manifests: text },
  { way: 'an HTTPRoute', settings: canary(byRoute), manifests: routed },
  { way: 'blue/green', settings: canary(blueGreen), manifests: text },
] as const;

/** `stable 90, canary 10`. */
const weights = (world: World): string =>
  world
    .object('HTTPRoute', 'web')
    .spec.rules[0].backendRefs.map(({ name, weight }: { name: string; weight?: number }) => `${name} ${weight ?? 1}`)
    .join(', ');

const selected = (world: World): string => world.object('Service', 'web').spec.selector.app;

const succeeded = { phase: 'terminal', outcome: 'succeeded', raw: 'Applied' };

describe.each(ways)('a new version by $way', ({ settings, manifests }) => {
  it('takes its steps, then the workload has it, and nothing else is left', async () => {
    const { world, request } = await begun(settings, manifests);
    const { state } = await world.follow(request);
    expect(state).toEqual(succeeded);
    world.pass(20);
    expect([world.running(), selected(world)]).toEqual(['web 4 x 2.0', 'web']);
    expect(world.store.list(resource('Service')).map(({ metadata }) => metadata.name)).toEqual(['web']);
    expect(await world.state(request)).toEqual(succeeded);
  });

  it('changes nothing of what runs before the last step is over', async () => {
    const { world, request } = await begun(settings, manifests);
    let looks = 0;
    while ((await world.state(request))?.phase === 'running' && looks++ < 200) {
      if (world.object('Deployment', 'web').spec.template.spec.containers[0].image.endsWith(':2.0')) break;
      expect(world.running()).toMatch(/^web 4 x 1\.0/);
      world.pass(5);
    }
    const canaryAt = world.object('Deployment', world.find('Deployment', 'web-green') ? 'web-green' : 'web-canary');
    expect(Number(canaryAt.metadata.annotations['flotilla.dev/step'])).toBe(settings.strategy!.steps.length - 1);
  });

  it('goes back by itself where its pods do not run', async () => {
    const { world, request } = await begun(settings, manifests, '2.0-crash');
    const { state } = await world.follow(request);
    expect(state).toMatchObject({
      outcome: 'failed',
      failure: { reason: 'CanaryFailed', retryable: false, touched: true },
    });
    expect(state.failure?.message).toMatch(
      /^The new version failed as a canary: .*CrashLoop.*All traffic goes to what ran before\./,
    );
    expect([world.running().split(',')[0], selected(world)]).toEqual(['web 4 x 1.0', 'web']);
    expect(await world.state(request)).toMatchObject({ outcome: 'failed', failure: { reason: 'CanaryFailed' } });
  });

  it('goes back by itself where its numbers are bad, and its pods stay for study where that costs no traffic', async () => {
    const checks = [{ name: 'errors', source: { prometheus: 'q' }, max: 5, for_seconds: 60 }];
    const { world, request } = await begun(
      { strategy: { ...settings.strategy!, checks, step_seconds: 600 } },
      manifests,
    );
    world.series = async ({ from, to, step }) => ({
      kind: 'points',
      points: Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, at) => ({
        at: from + at * step,
        value: 9,
      })),
    });
    const { state } = await world.follow(request);
    expect(state).toMatchObject({ outcome: 'failed', failure: { reason: 'CanaryFailed', retryable: false } });
    expect(state.failure?.message).toContain('errors 9 is over 5 for 1 minute');
    const kept = settings.strategy!.traffic.by === 'replicas' ? [] : ['1 x 2.0'];
    expect(
      world
        .running()
        .split(', ')
        .slice(1)
        .map((one) => one.replace(/^\S+ /, '')),
    ).toEqual(kept);
    expect(selected(world)).toBe('web');
    if (manifests === routed) expect(weights(world)).toBe('web 1');
    // Good numbers later do not move it forward again.
    world.series = async () => ({ kind: 'points', points: [] });
    world.pass(60);
    expect(await world.state(request)).toMatchObject({ outcome: 'failed' });
  });

  it('goes back when its end is requested, at any look', async () => {
    for (let after = 1; after < 70; after += 4) {
      const { world, request } = await begun(settings, manifests);
      await world.follow(request, { looks: after });
      const before = await world.state(request);
      if (before?.phase !== 'running') break;
      await world.executor().cancel(request);
      const { state } = await world.follow(request, { looks: 20 });
      expect({ after, outcome: state.outcome }).toEqual({ after, outcome: 'aborted' });
      // What was never replaced is reported as such, and nothing else is.
      const isAsBefore = world.running().startsWith('web 4 x 1.0');
      expect({ after, isAsBefore: state.failure?.taken_back === true }).toEqual({ after, isAsBefore });
      expect(selected(world)).toBe('web');
      if (manifests === routed) expect(weights(world)).toBe('web 1');
    }
  });

  it('is finished by the next look, no matter at which request the previous one died', async () => {
    const counting = await begun(settings, manifests);
    await counting.world.follow(counting.request);
    const writes = counting.world.writes.length;
    for (const nth of someOf(numbersTo(writes), 12)) {
      for (const fate of ['away', 'lost'] as const) {
        const { world, request } = await begun(settings, manifests);
        let count = 0;
        world.fate = ({ isWrite }) => (isWrite && ++count === nth ? fate : undefined);
        for (let look = 0; look < 200; look += 1) {
          const news = await world.look(request);
          if (news?.kind === 'found' && news.state?.phase === 'terminal') break;
          world.pass(10);
        }
        const state = await world.state(request);
        expect({ nth, fate, outcome: state?.outcome }).toEqual({ nth, fate, outcome: 'succeeded' });
        expect([world.running(), selected(world)]).toEqual(['web 4 x 2.0', 'web']);
      }
    }
  });

  it('has gone back in the end, no matter at which request the process that takes it back dies', async () => {
    // By pods it is one write, otherwise two.
    for (const nth of settings.strategy?.traffic.by === 'replicas' ? [1] : [1, 2]) {
      for (const fate of ['away', 'lost'] as const) {
        const { world, request } = await begun(settings, manifests);
        await world.follow(request, { looks: 8 });
        await world.executor().cancel(request);
        let count = 0;
        world.fate = ({ isWrite }) => (isWrite && ++count === nth ? fate : undefined);
        for (let look = 0; look < 3; look += 1) {
          await world.look(request);
          world.pass(2);
        }
        expect({ nth, fate, killed: count >= nth }).toEqual({ nth, fate, killed: true });
        world.fate = () => undefined;
        expect((await world.follow(request, { looks: 3 })).state).toMatchObject({ outcome: 'aborted' });
        expect([world.running().split(',')[0], selected(world)]).toEqual(['web 4 x 1.0', 'web']);
        if (manifests === routed) expect(weights(world)).toBe('web 1');
      }
    }
  });

  it('is fixed by a restore, no matter where it died', async () => {
    for (let after = 1; after < 80; after += 3) {
      const { world, request } = await begun(settings, manifests);
      const { state: before } = await world.follow(request, { looks: after });
      if (before.phase === 'terminal') break;
      world.now += 1;
      const restore = world.request({ attempt: 'restore', version: '1.0', text: manifests, settings });
      const { state } = await world.follow(restore);
      world.pass(20);
      expect({ after, outcome: state.outcome }).toEqual({ after, outcome: 'succeeded' });
      expect([world.running().split(',')[0], selected(world)]).toEqual(['web 4 x 1.0', 'web']);
      if (manifests === routed) expect(weights(world)).toBe('web 1');
    }
  });

  it('starts again after the remains of another attempt', async () => {
    const { world, request } = await begun(settings, manifests);
    await world.follow(request, { looks: 20 });
    world.now += 1;
    const next = world.request({ batch: 'B2', version: '3.0', text: manifests, settings });
    const { state } = await world.follow(next);
    expect([state, world.running(), selected(world)]).toEqual([succeeded, 'web 4 x 3.0', 'web']);
    expect(await world.state(request)).toMatchObject({ outcome: 'failed', failure: { reason: 'OvertakenByLater' } });
  });

  it('is removed by a delete', async () => {
    const { world, request } = await begun(settings, manifests);
    await world.follow(request, { looks: 20 });
    world.now += 1;
    const gone = world.request({ batch: 'B2', deployment: { action: 'delete' } });
    expect((await world.follow(gone)).state).toMatchObject({ outcome: 'succeeded' });
    expect(['Deployment', 'Service'].flatMap((kind) => world.store.list(resource(kind)))).toEqual([]);
  });
});

const resource = (kind: string) => resourceOf(kind, kind === 'Service' ? 'v1' : undefined);

describe('a canary', () => {
  it('by replicas never has more pods than the old version, which keeps all of its own', async () => {
    const { world, request } = await begun(canary({ steps: [10, 30, 50, 75, 100] }));
    const seen = new Set<string>();
    for (let look = 0; (await world.state(request))?.phase === 'running' && look < 200; look += 1) {
      seen.add(world.running());
      world.pass(5);
    }
    expect([...seen]).toEqual([
      'web 4 x 1.0, web-canary 1 x 2.0',
      'web 4 x 1.0, web-canary 2 x 2.0',
      'web 4 x 1.0, web-canary 4 x 2.0',
      'web 4 x 2.0, web-canary 4 x 2.0',
    ]);
  });

  it('by an HTTPRoute has the shares that its steps say, and pods for them', async () => {
    const { world, request } = await begun(canary(byRoute), routed);
    const seen = new Set<string>();
    for (let look = 0; (await world.state(request))?.phase === 'running' && look < 200; look += 1) {
      seen.add(`${weights(world)}: ${world.running()}`);
      world.pass(5);
    }
    expect([...seen]).toEqual([
      'web 1: web 4 x 1.0, web-canary 1 x 2.0',
      'web 90, web-canary 10: web 4 x 1.0, web-canary 1 x 2.0',
      'web 90, web-canary 10: web 4 x 1.0, web-canary 2 x 2.0',
      'web 50, web-canary 50: web 4 x 1.0, web-canary 2 x 2.0',
      'web 50, web-canary 50: web 4 x 1.0, web-canary 4 x 2.0',
      'web 0, web-canary 100: web 4 x 1.0, web-canary 4 x 2.0',
      'web 0, web-canary 100: web 4 x 2.0, web-canary 4 x 2.0',
      'web 1: web 4 x 2.0, web-canary 4 x 2.0',
    ]);
  });

  it('goes back where the gateway does not accept its weights', async () => {
    const { world, request } = await begun(canary(byRoute), routed);
    await world.follow(request, { looks: 3 });
    world.store.remove(world.object('Service', 'web-canary'));
    world.change('HTTPRoute', 'web', (draft) => {
      (draft.metadata as { labels?: object }).labels = { touched: 'true' };
    });
    const { state } = await world.follow(request);
    expect(state.failure?.message).toMatch(
      /gateway does not accept the weights: ResolvedRefs is False, BackendNotFound/,
    );
    expect(weights(world)).toBe('web 1');
  });

  it('waits for a person at its end, and goes on when one says so', async () => {
    const { world, request } = await begun(canary({ proceed: 'person' }));
    const { state } = await world.follow(request);
    expect(state).toMatchObject({
      phase: 'waiting-for-human',
      message: expect.stringContaining('canary at 4 of 8 pods: step 2 of 2'),
    });
    expect(world.running()).toBe('web 4 x 1.0, web-canary 4 x 2.0');
    await world.documents.put(documentPaths.proceeded('B1', request.key), JSON.stringify({ by: 'ann', at: world.now }));
    expect((await world.follow(request)).state).toEqual(succeeded);
    expect(world.running()).toBe('web 4 x 2.0');
  });

  it('of an image alone is made from the existing objects', async () => {
    const world = new StepsWorld();
    await world.seed(all(web('{name: A, value: "1"}'), service('web')));
    world.now += 1;
    const request = world.request({ version: '2.0', settings: canary() });
    await world.follow(request, { looks: 5 });
    const { env } = world.object('Deployment', 'web-canary').spec.template.spec.containers[0];
    expect([env, world.running()]).toEqual([[{ name: 'A', value: '1' }], 'web 4 x 1.0, web-canary 1 x 2.0']);
    expect((await world.follow(request)).state).toMatchObject({ outcome: 'succeeded' });
    expect(world.running()).toBe('web 4 x 2.0');
  });

  it('counts the replicas that an autoscaler has set', async () => {
    const manifests = all(deployment('web'), service('web'), autoscaler('web'));
    const world = new StepsWorld();
    await world.seed(manifests);
    world.others('hpa', {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: { replicas: 8 },
    } as never);
    world.pass(10);
    const request = world.request({ version: '2.0', text: manifests, settings: canary() });
    await world.follow(request, { looks: 5 });
    expect(world.running()).toBe('web 8 x 1.0, web-canary 2 x 2.0');
    expect((await world.follow(request)).state).toMatchObject({ outcome: 'succeeded' });
    expect(world.running()).toBe('web 8 x 2.0');
  });

  it('comes after its hooks and dependencies, and before all else', async () => {
    const manifests = all(text, hook('migrate', 'before'));
    const { world, request } = await begun(canary(), text);
    const own = world.request({ version: '2.0', text: manifests, settings: canary(), batch: 'B3' });
    world.writes.length = 0;
    await world.follow(own, { looks: 8 });
    expect(request.key).not.toBe(own.key);
    const firsts = [...new Set(world.writes.map((path) => path.split('?')[0]!.split('/').at(-1)))];
    expect(firsts[0]).toMatch(/^migrate-/);
    expect(firsts.slice(1)).toEqual(['settings', 'web', 'web-canary']);
    expect(world.object('Deployment', 'web').metadata.annotations['flotilla.dev/attempt']).toBe('B0-0-1');
  });
});

describe('a preview', () => {
  it.each(ways)('shows the objects for the steps by $way, and writes nothing', async ({ settings, manifests }) => {
    const { world, request } = await begun(settings, manifests);
    const written = world.writes.length;
    const { objects } = await world.executor().preview(request);
    const own = objects.filter(({ message }) => message === 'while it takes over step by step, then removed');
    const suffix = settings.strategy?.kind === 'blue_green' ? 'green' : 'canary';
    const services = manifests === routed || suffix === 'green' ? [`Service shop/web-${suffix}`] : [];
    expect(own.map(({ object, fate }) => [object, fate])).toEqual(
      [...services, `Deployment shop/web-${suffix}`].map((object) => [object, 'created']),
    );
    expect(world.writes.length).toBe(written);
  });
});

describe('no steps are taken', () => {
  const atOnce = async (world: World, request: Parameters<World['follow']>[0]) => {
    const { state } = await world.follow(request, { looks: 3 });
    expect(state).toEqual(succeeded);
    expect(world.writes.filter((path) => path.includes('canary'))).toEqual([]);
  };

  it('for a first deployment', async () => {
    const world = new StepsWorld();
    await atOnce(world, world.request({ text, settings: canary() }));
  });

  it('for a restore', async () => {
    const { world } = await begun(canary());
    await atOnce(world, world.request({ attempt: 'restore', version: '2.0', text, settings: canary() }));
  });

  it('where nothing of the pods changes', async () => {
    const { world } = await begun(canary());
    const changed = all(web(), service('web'), configMap('settings', '2'));
    world.now += 1;
    await atOnce(world, world.request({ batch: 'B2', version: '1.0', text: changed, settings: canary() }));
    expect(world.object('ConfigMap', 'settings').data.value).toBe('2');
  });

  it.each([
    [
      'there is no such Service in its manifests',
      canary(blueGreen),
      all(web(), configMap('settings')),
      /there is no Service web in its manifests/,
    ],
    [
      'there is no such HTTPRoute in its manifests',
      canary(byRoute),
      text,
      /there is no HTTPRoute web in its manifests/,
    ],
    [
      'the Service selects other pods',
      canary(blueGreen),
      all(web(), service('web').replace('{app: web}', '{app: other}')),
      /the Service web does not select the pods of the workload: their label app differs/,
    ],
    [
      'the HTTPRoute leads elsewhere',
      canary(byRoute),
      all(text, route('web').replace('[{name: web,', '[{name: other,')),
      /the HTTPRoute web has no backend that is the Service web/,
    ],
  ])('and the message says so, where %s', async (_, settings, manifests, says) => {
    const { world, request } = await begun(settings, manifests);
    const written = world.writes.length;
    const started = await world.executor().start(request, 0);
    expect(started).toMatchObject({
      kind: 'rejected',
      reason: 'StrategyNotPossible',
      message: expect.stringMatching(says),
    });
    expect(world.writes.length).toBe(written);
  });

  it("and the message says so, where the name of the canary is somebody else's", async () => {
    const { world, request } = await begun(canary());
    world.others('kubectl', {
      ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web-canary' } },
      spec: {
        selector: { matchLabels: { a: 'b' } },
        template: { metadata: { labels: { a: 'b' } }, spec: { containers: [] } },
      },
    } as never);
    expect(await world.executor().start(request, 0)).toMatchObject({ kind: 'rejected', reason: 'ObjectOfAnother' });
  });
});
