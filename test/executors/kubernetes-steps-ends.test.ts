import { describe, expect, it } from 'vitest';
import type { RunState } from '../../lib/domain/ports.ts';
import { all, configMap, deployment } from './kubernetes-texts.ts';
import { blueGreen, byRoute, canary, route, StepsWorld, service } from './steps-world.ts';

/**
 * An attempt can end in the middle of its steps. These tests check where the traffic is then, and what the message
 * says.
 */

const text = all(deployment('web', { spec: 'replicas: 4' }), service('web'), configMap('settings'));
const routed = all(text, route('web'));
const longSteps = { step_seconds: 600 };
const checks = [{ name: 'errors', source: { prometheus: 'q' }, max: 5, for_seconds: 60 }];

const begun = async (settings: ReturnType<typeof canary>, manifests = text) => {
  const world = new StepsWorld();
  await world.seed(manifests);
  world.now += 1;
  return { world, request: world.request({ version: '2.0', text: manifests, settings }) };
};

type World = StepsWorld;

const weights = (world: World): string =>
  world
    .object('HTTPRoute', 'web')
    .spec.rules[0].backendRefs.map(({ name, weight }: { name: string; weight?: number }) => `${name} ${weight ?? 1}`)
    .join(', ');

const selected = (world: World): string => world.object('Service', 'web').spec.selector.app;

/** A canary with 10 % of the traffic, for ten minutes. */
const standing = async (change = {}) => {
  const made = await begun(canary({ ...byRoute, ...longSteps, ...change }), routed);
  await made.world.follow(made.request, { looks: 10 });
  expect(weights(made.world)).toBe('web 90, web-canary 10');
  return made;
};

/** Green with all of the traffic, for ten minutes. */
const green = async (change = {}) => {
  const made = await begun(canary({ ...blueGreen, ...longSteps, ...change }));
  await made.world.follow(made.request, { looks: 20 });
  expect(selected(made.world)).toBe('web-green');
  return made;
};

const numbers = (world: World, value: () => number): void => {
  world.series = async ({ from, to, step }) => ({
    kind: 'points',
    points: Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, at) => ({
      at: from + at * step,
      value: value(),
    })),
  });
};

const messageOf = (state: RunState | undefined): string =>
  state?.phase === 'terminal' ? (state.failure?.message ?? '') : '';

const webhookIsAway = JSON.stringify({
  ...{ kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 500, reason: 'InternalError' },
  message: 'Internal error occurred: failed calling webhook "validate.gateway": connection refused',
});

describe('the end of an attempt in the middle of its steps takes the traffic back', () => {
  it('where an object of the release is being deleted, and its end is requested', async () => {
    const { world, request } = await standing();
    world.change('ConfigMap', 'settings', (draft) => {
      Object.assign(draft.metadata as object, {
        finalizers: ['example.com/slow'],
        deletionTimestamp: '2026-01-01T00:00:00Z',
      });
    });
    expect(await world.state(request)).toMatchObject({ raw: 'waits until ConfigMap shop/settings is gone' });
    await world.executor().cancel(request);
    expect((await world.follow(request, { looks: 5 })).state).toMatchObject({ outcome: 'aborted' });
    expect(weights(world)).toBe('web 1');
  });

  it("where an object of the release is somebody else's by now", async () => {
    const { world, request } = await standing();
    world.change('ConfigMap', 'settings', (draft) => {
      (draft.metadata as { annotations: Record<string, string> }).annotations['flotilla.dev/target'] = 'prod/other';
    });
    const { state } = await world.follow(request, { looks: 5 });
    expect(state).toMatchObject({ outcome: 'failed', failure: { reason: 'ObjectOfAnother', touched: true } });
    expect(messageOf(state)).toMatch(/is deployed as prod\/other.*All traffic goes to what ran before\./);
    expect(weights(world)).toBe('web 1');
  });

  it('where the workload of an image alone is gone', async () => {
    const world = new StepsWorld();
    await world.seed(text);
    world.now += 1;
    const request = world.request({ version: '2.0', settings: canary(longSteps) });
    await world.follow(request, { looks: 8 });
    world.store.remove(world.object('Deployment', 'web'));
    const { state } = await world.follow(request, { looks: 5 });
    expect(state).toMatchObject({ outcome: 'failed', failure: { reason: 'WorkloadMissing' } });
    expect(messageOf(state)).toContain('The traffic stays with Deployment shop/web-canary');
    expect(world.running()).toBe('web-canary 1 x 2.0');
  });

  it('where the right to move it is gone, and then the message says what stays', async () => {
    const { world, request } = await standing();
    world.rights.take('get httproutes.gateway.networking.k8s.io');
    const state = await world.state(request);
    expect(state).toMatchObject({ outcome: 'failed', failure: { reason: 'RightsMissing' } });
    expect(messageOf(state)).toContain('up to 10 % of it still goes to Deployment shop/web-canary');
    expect(messageOf(state)).not.toContain('All traffic goes to');
  });

  it('where Deployments may no longer be listed', async () => {
    const { world, request } = await standing();
    world.rights.take('list deployments.apps');
    await world.executor().cancel(request);
    expect((await world.follow(request, { looks: 5 })).state).toMatchObject({ outcome: 'aborted' });
    expect(weights(world)).toBe('web 1');
  });

  it('and again at the next look, where a webhook was down for a moment', async () => {
    const { world, request } = await standing();
    world.fate = ({ path, isWrite }) =>
      isWrite && path.includes('/httproutes/') ? { status: 500, body: webhookIsAway } : undefined;
    await world.executor().cancel(request);
    expect(await world.state(request)).toMatchObject({ phase: 'running', raw: expect.stringMatching(/^goes back: /) });
    world.fate = () => undefined;
    const { state } = await world.follow(request, { looks: 5 });
    expect([state.phase, weights(world)]).toEqual(['terminal', 'web 1']);
  });
});

describe('two looks at once', () => {
  it.each([
    {
      way: 'an HTTPRoute',
      stand: standing,
      path: '/httproutes/web',
      isBack: (world: World) => weights(world) === 'web 1',
    },
    { way: 'blue/green', stand: green, path: '/services/web', isBack: (world: World) => selected(world) === 'web' },
  ])('do not move forward by $way what one of them takes back', async ({ stand, path, isBack }) => {
    for (const nth of [1, 2]) {
      const { world, request } = await stand({ checks });
      let value = 1;
      numbers(world, () => value);
      await world.follow(request, { looks: 30 });
      let reads = 0;
      world.fate = async ({ method, path: asked }) => {
        if (method !== 'GET' || !asked.endsWith(path) || ++reads !== nth) return undefined;
        world.fate = () => undefined;
        value = 9;
        await world.follow(request, { looks: 5, seconds: 2 });
        value = 1;
        return undefined;
      };
      await world.state(request);
      expect({ nth, met: reads >= nth, isBack: isBack(world) }).toEqual({ nth, met: true, isBack: true });
      expect((await world.follow(request, { looks: 5 })).state).toMatchObject({ outcome: 'failed' });
      expect(isBack(world)).toBe(true);
    }
  });
});

describe('green pods that somebody has deleted', () => {
  it('have no traffic after a cancel', async () => {
    const { world, request } = await green();
    world.store.remove(world.object('Deployment', 'web-green'));
    world.pass(10);
    await world.executor().cancel(request);
    expect((await world.follow(request, { looks: 5 })).state).toMatchObject({ outcome: 'aborted' });
    expect(selected(world)).toBe('web');
  });

  it('have no traffic after a success', async () => {
    const { world, request } = await begun(canary(blueGreen));
    for (let look = 0; look < 200 && !world.running().startsWith('web 4 x 2.0'); look += 1) {
      await world.state(request);
      world.pass(5);
    }
    world.store.remove(world.object('Deployment', 'web-green'));
    world.pass(10);
    expect((await world.follow(request)).state).toMatchObject({ outcome: 'succeeded' });
    expect(selected(world)).toBe('web');
  });
});

describe('a gateway', () => {
  /** Of the weights. The gateway has seen only the previous ones. */
  const isUnseen = (world: World): boolean => {
    const { metadata, status } = world.object('HTTPRoute', 'web');
    return status.parents[0].conditions[0].observedGeneration < metadata.generation;
  };

  it('has sent its requests elsewhere before what went back is scaled down', async () => {
    const { world, request } = await begun(canary({ ...byRoute, step_seconds: 60 }), routed);
    for (let look = 0; look < 200 && weights(world) !== 'web 0, web-canary 100'; look += 1) {
      await world.state(request);
      world.pass(5);
    }
    await world.executor().cancel(request);
    const first = await world.state(request);
    expect([first?.phase, isUnseen(world), world.running()]).toEqual([
      'running',
      true,
      'web 4 x 1.0, web-canary 4 x 2.0',
    ]);
    const { state } = await world.follow(request, { looks: 5 });
    expect([state.phase, world.running()]).toEqual(['terminal', 'web 4 x 1.0, web-canary 1 x 2.0']);
  });

  it('has sent its requests elsewhere before the next attempt removes what is left', async () => {
    const { world } = await standing();
    world.now += 1;
    const next = world.request({ batch: 'B2', version: '3.0', text: routed, settings: canary(byRoute) });
    let wasUnseen: boolean | undefined;
    world.fate = ({ method, path }) => {
      if (method === 'DELETE' && path.includes('web-canary')) wasUnseen ||= isUnseen(world);
      return undefined;
    };
    expect((await world.follow(next)).state).toMatchObject({ outcome: 'succeeded' });
    expect(wasUnseen).toBe(false);
  });
});

describe('after the workload has the new version', () => {
  const recreated = all(
    deployment('web', { spec: 'replicas: 4\n  strategy: {type: Recreate}' }),
    service('web'),
    route('web'),
  );

  const promoted = async (manifests = routed, change = {}, value = () => 1) => {
    const made = await begun(canary({ ...byRoute, ...change }), manifests);
    numbers(made.world, value);
    for (let look = 0; look < 300 && !made.world.running().startsWith('web 4 x 2.0'); look += 1) {
      await made.world.state(made.request);
      made.world.pass(5);
    }
    expect(weights(made.world)).toBe('web 0, web-canary 100');
    return made;
  };

  const withImage = (world: World, tag: string): void =>
    world.change('Deployment', 'web', (draft) => {
      (draft as never as { spec: { template: { spec: { containers: { image: string }[] } } } }).spec.template.spec
        .containers[0]!.image = `registry.example/web:${tag}`;
    });

  it('the message about the traffic is true', async () => {
    const { world, request } = await promoted();
    await world.executor().cancel(request);
    const { state } = await world.follow(request, { looks: 20 });
    expect(weights(world)).toBe('web 1');
    expect(messageOf(state)).toContain('All traffic goes to Deployment shop/web, which already has the new version.');
  });

  it('a cancel leaves the traffic with the canary as long as the workload has no pods', async () => {
    const { world, request } = await promoted(recreated);
    withImage(world, '2.0-unschedulable');
    world.pass(30);
    await world.executor().cancel(request);
    expect(await world.state(request)).toMatchObject({
      phase: 'running',
      raw: 'goes back: waits for Deployment shop/web: 0 of its 4 pods are ready',
    });
    const { state } = await world.follow(request, { looks: 50 });
    expect([state.phase, weights(world), world.running()]).toEqual([
      'terminal',
      'web 0, web-canary 100',
      'web 4 x 2.0-unschedulable, web-canary 4 x 2.0',
    ]);
    expect(messageOf(state)).toMatch(
      /The traffic stays with Deployment shop\/web-canary: .* 0 of its 4 pods are ready/,
    );
  });

  it('a cancel gives the traffic to the workload when its pods are ready', async () => {
    const { world, request } = await promoted(recreated);
    await world.executor().cancel(request);
    const { state } = await world.follow(request, { looks: 30 });
    expect([state.phase, weights(world), world.running()]).toEqual([
      'terminal',
      'web 1',
      'web 4 x 2.0, web-canary 1 x 2.0',
    ]);
  });

  it('checks run as long as the canary has traffic', async () => {
    let value = 1;
    const { world, request } = await promoted(routed, { checks }, () => value);
    value = 50;
    world.now += 300_000;
    await world.state(request);
    const { state } = await world.follow(request, { looks: 5 });
    expect(state).toMatchObject({ outcome: 'failed', failure: { reason: 'CanaryFailed', retryable: false } });
    expect(messageOf(state)).toMatch(/while the workload got it: errors 50 is over 5/);
  });
});

describe('a restore', () => {
  it('takes a canary by pods away first, even if another workload of the release does not come up', async () => {
    const { world, request } = await begun(canary(longSteps), all(text, deployment('worker')));
    await world.follow(request, { looks: 8 });
    expect(world.running()).toBe('web 4 x 1.0, web-canary 1 x 2.0');
    world.now += 1;
    const broken = all(text, deployment('worker', { image: 'registry.example/worker:1-notready' }));
    const restore = world.request({ attempt: 'restore', version: '1.0', text: broken, settings: canary() });
    const { state } = await world.follow(restore, { looks: 10 });
    expect(state).toMatchObject({ raw: expect.stringContaining('waits for Deployment shop/worker') });
    expect(world.running()).toBe('web 4 x 1.0');
  });

  it('says what stays for study', async () => {
    const { world } = await standing();
    world.now += 1;
    const restore = world.request({ attempt: 'restore', version: '1.0', text: routed, settings: canary(byRoute) });
    const { state } = await world.follow(restore);
    expect(state).toMatchObject({
      outcome: 'succeeded',
      warnings: ['Left for study, without traffic: Deployment shop/web-canary.'],
    });
  });
});
