import { describe, expect, it } from 'vitest';
import { documentPaths } from '../../lib/domain/record/keys.ts';
import { resourceOf } from '../../lib/simulators/cluster/resources.ts';
import { all, autoscaler, configMap, deployment } from './kubernetes-texts.ts';
import { blueGreen, byRoute, canary, route, StepsWorld, service } from './steps-world.ts';

/** The objects that exist for the steps, beside objects of the release that select pods or have their names. */

const web = () => deployment('web', { spec: 'replicas: 4' });
const text = all(web(), service('web'), configMap('settings'));
const routed = all(text, route('web'));

/** Versions of the ready pods that a Service selects. */
const served = (world: StepsWorld, name = 'web'): readonly string[] => {
  const wanted = Object.entries(world.object('Service', name).spec.selector);
  // biome-ignore lint/suspicious/noExplicitAny: objects as they stand there
  const pods = world.store.list(resourceOf('Pod', 'v1') as never, 'shop') as readonly any[];
  return pods
    .filter(({ metadata }) => wanted.every(([key, value]) => metadata.labels?.[key] === value))
    .filter(({ status }) =>
      status?.conditions?.some(
        (one: { type: string; status: string }) => one.type === 'Ready' && one.status === 'True',
      ),
    )
    .map(({ spec }) => spec.containers[0].image.split(':')[1])
    .sort();
};

const seeded = async (manifests: string) => {
  const world = new StepsWorld();
  await world.seed(manifests);
  world.now += 1;
  return world;
};

describe('a Service that selects by a new label of the pods', () => {
  const labelled = web().replace('labels: {app: web}', 'labels: {app: web, tier: api}');
  const next = all(labelled, service('web').replace('{app: web}', '{app: web, tier: api}'), configMap('settings'));

  it.each([
    ['pods', canary(), text, next],
    ['an HTTPRoute', canary(byRoute), routed, all(next, route('web'))],
    ['blue/green', canary(blueGreen), text, next],
  ])('has pods at each look, and in the end the new selector, by %s', async (_, settings, before, manifests) => {
    const world = await seeded(before);
    const request = world.request({ version: '2.0', text: manifests, settings });
    for (let look = 0; (await world.state(request))?.phase === 'running' && look < 200; look += 1) {
      expect(served(world)).not.toEqual([]);
      if (world.running().startsWith('web 4 x 1.0') && settings.strategy?.kind === 'canary')
        expect(served(world)).toContain('1.0');
      world.pass(5);
    }
    expect(await world.state(request)).toMatchObject({ outcome: 'succeeded' });
    world.pass(20);
    expect(world.object('Service', 'web').spec.selector).toEqual({ app: 'web', tier: 'api' });
    expect(served(world)).toEqual(['2.0', '2.0', '2.0', '2.0']);
  });

  it('gets a message where no selector has old and new pods', async () => {
    const other = (value: string) =>
      all(
        web().replace('labels: {app: web}', `labels: {app: web, tier: ${value}}`),
        service('web').replace('{app: web}', `{app: web, tier: ${value}}`),
      );
    const world = await seeded(other('a'));
    const request = world.request({ version: '2.0', text: other('b'), settings: canary() });
    expect(await world.executor().start(request, 0)).toMatchObject({
      ...{ kind: 'rejected', reason: 'StrategyNotPossible' },
      message: expect.stringContaining('Service shop/web selects either the old pods or the new ones'),
    });
  });
});

const weights = (world: StepsWorld): string =>
  world
    .object('HTTPRoute', 'web')
    .spec.rules[0].backendRefs.map(({ name, weight }: { name: string; weight?: number }) => `${name} ${weight ?? 1}`)
    .join(', ');

describe('the weights of an HTTPRoute', () => {
  it('of a rule that has the Service twice are the old ones again, once it has gone back', async () => {
    const twice = route('web').replace('[{name: web, port: 80}]', '[{name: web, port: 80}, {name: web, port: 81}]');
    const world = await seeded(all(text, twice));
    const request = world.request({ version: '2.0', text: all(text, twice), settings: canary(byRoute) });
    for (let look = 0; look < 100 && !weights(world).includes(' 50'); look += 1) {
      await world.state(request);
      world.pass(5);
    }
    expect(weights(world)).toBe('web 50, web-canary 50, web 50, web-canary 50');
    await world.executor().cancel(request);
    expect((await world.follow(request, { looks: 5 })).state).toMatchObject({ outcome: 'aborted' });
    expect(weights(world)).toBe('web 1, web 1');
  });

  it('set by hand leave nobody without traffic when it goes back', async () => {
    const world = await seeded(routed);
    const request = world.request({
      ...{ version: '2.0', text: routed, settings: canary({ ...byRoute, step_seconds: 600 }) },
    });
    await world.follow(request, { looks: 10 });
    expect(weights(world)).toBe('web 90, web-canary 10');
    const backendRefs = ['web', 'web-canary'].map((name) => ({ name, port: 80, weight: 1 }));
    world.others('kubectl', {
      ...{ apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', metadata: { name: 'web' } },
      spec: { rules: [{ backendRefs }] },
    } as never);
    world.pass(2);
    await world.executor().cancel(request);
    await world.follow(request, { looks: 4 });
    expect(weights(world)).toBe('web 2');
  });

  it('go on in the other rules where one gives the Service nothing', async () => {
    const rules =
      '[{backendRefs: [{name: web, port: 80}]}, {backendRefs: [{name: old, port: 80}, {name: web, port: 80, weight: 0}]}]';
    const two = route('web').replace('[{backendRefs: [{name: web, port: 80}]}]', rules);
    const manifests = all(text, two, service('old'));
    const world = await seeded(manifests);
    const request = world.request({ version: '2.0', text: manifests, settings: canary(byRoute) });
    world.writes.length = 0;
    expect((await world.follow(request)).state).toMatchObject({ outcome: 'succeeded' });
    expect(world.writes.length).toBeLessThan(30);
  });
});

describe('the names that the steps need', () => {
  const mine = service('web-canary').replace('{app: web-canary}', '{app: web, flavour: mine}');
  const spare = deployment('web-canary', { image: 'registry.example/spare:1' });

  it.each([
    ['a Service', canary(byRoute), all(routed, mine), 'web-canary'],
    ['a Deployment', canary(), all(text, spare), 'web-canary'],
    ['a Service by blue/green', canary(blueGreen), all(text, mine.replace('web-canary', 'web-green')), 'web-green'],
  ])('are refused where the manifests have %s of that name', async (_, settings, manifests, name) => {
    const world = await seeded(manifests);
    const written = world.writes.length;
    const request = world.request({ version: '2.0', text: manifests, settings });
    expect(await world.executor().start(request, 0)).toMatchObject({
      ...{ kind: 'rejected', reason: 'StrategyNotPossible' },
      message: expect.stringContaining(`the steps need the name ${name}`),
    });
    expect(world.writes.length).toBe(written);
  });

  it('are refused where an earlier release has left an object of that name', async () => {
    const world = await seeded(all(routed, mine));
    const request = world.request({ version: '2.0', text: routed, settings: canary(byRoute) });
    expect(await world.executor().start(request, 0)).toMatchObject({
      ...{ kind: 'rejected', reason: 'StrategyNotPossible' },
      message: expect.stringContaining('Service shop/web-canary exists from an earlier release'),
    });
    expect(world.object('Service', 'web-canary').spec.selector.flavour).toBe('mine');
  });

  it('are free in the end, even if the process that removed the objects died half-way', async () => {
    const world = await seeded(routed);
    const request = world.request({ version: '2.0', text: routed, settings: canary(byRoute) });
    let deaths = 0;
    world.fate = ({ method, path }) => {
      if (method !== 'DELETE' || !path.includes('/web-canary')) return undefined;
      deaths += 1;
      return deaths === 2 ? 'away' : undefined;
    };
    for (let look = 0; look < 300 && deaths < 2; look += 1) {
      await world.look(request);
      world.pass(5);
    }
    expect((await world.follow(request)).state).toMatchObject({ outcome: 'succeeded' });
    expect([world.object('Service', 'web-canary'), world.object('Deployment', 'web-canary'), deaths]).toEqual([
      undefined,
      undefined,
      3,
    ]);
  });
});

describe('a workload scaled to no pods', () => {
  const none = all(deployment('web', { spec: 'replicas: 0' }), service('web'));

  it('takes no steps', async () => {
    const world = await seeded(none);
    const request = world.request({ version: '2.0', text: none, settings: canary({ proceed: 'person' }) });
    expect((await world.follow(request)).state).toMatchObject({ outcome: 'succeeded' });
    expect([world.running(), served(world)]).toEqual(['web 0 x 2.0', []]);
  });

  it('in the middle goes back', async () => {
    const world = await seeded(text);
    const request = world.request({ version: '2.0', text, settings: canary({ step_seconds: 600 }) });
    await world.follow(request, { looks: 8 });
    world.change('Deployment', 'web', (draft) => {
      Object.assign(draft, { spec: { ...(draft as { spec?: object }).spec, replicas: 0 } });
    });
    world.pass(5);
    const { state } = await world.follow(request);
    expect(state.failure?.message).toContain('the workload was scaled to no pods');
    expect([state.outcome, world.running(), served(world)]).toEqual(['failed', 'web 0 x 1.0', []]);
  });
});

describe('a canary by pods', () => {
  it('has half of the traffic at most, even where an autoscaler makes the workload smaller at its last step', async () => {
    const manifests = all(deployment('web'), service('web'), autoscaler('web'));
    const world = await seeded(manifests);
    const scale = (replicas: number) => {
      const object = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: { replicas } };
      world.others('hpa', object as never);
      world.pass(10);
    };
    scale(8);
    const request = world.request({ version: '2.0', text: manifests, settings: canary({ proceed: 'person' }) });
    await world.follow(request, { looks: 100 });
    expect(world.running()).toBe('web 8 x 1.0, web-canary 8 x 2.0');
    scale(2);
    const { state } = await world.follow(request, { looks: 10 });
    expect(world.running()).toBe('web 2 x 1.0, web-canary 2 x 2.0');
    expect(state.message).toContain('canary at 2 of 4 pods: step 2 of 2, 60 of 60 seconds');
  });

  it('says its share of the pods', async () => {
    const one = all(deployment('web', { spec: 'replicas: 1' }), service('web'));
    const world = await seeded(one);
    const settings = canary({ steps: [10, 30, 50, 75, 100], step_seconds: 600 });
    const { state } = await world.follow(world.request({ version: '2.0', text: one, settings }), { looks: 10 });
    expect(state.raw).toContain('canary at 1 of 2 pods: step 1 of 1');
  });
});

describe('what was there before', () => {
  it.each([
    ['a Service', canary({ ...blueGreen, step_seconds: 600 }), text, 'web-green'],
    ['an HTTPRoute', canary({ ...byRoute, step_seconds: 600 }), routed, 'web-canary'],
  ])('is kept without the remains of an earlier attempt, of %s', async (_, settings, manifests, left) => {
    const world = await seeded(manifests);
    await world.follow(world.request({ version: '2.0', text: manifests, settings }), { looks: 20 });
    const traffic = () => JSON.stringify(['Service', 'HTTPRoute'].map((kind) => world.object(kind, 'web')?.spec));
    expect(traffic()).toContain(left);
    world.now += 1;
    const next = world.request({ batch: 'B2', version: '3.0', text: manifests, settings });
    await world.follow(next, { looks: 5 });
    const kept = world.documents.texts.get(documentPaths.before('B2', 0));
    expect([kept?.includes('"name":"web"'), kept?.includes(left)]).toEqual([true, false]);
  });
});
