import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunRequest } from '../../lib/domain/ports.ts';
import { all, configMap, deployment } from './kubernetes-texts.ts';
import { KubernetesWorld } from './kubernetes-world.ts';

/**
 * In the end, the objects of the last attempt are deployed, no matter which requests fail or who else works at the same
 * moment.
 */

const textOf = (value: string): string =>
  all(
    deployment('web', { env: `{name: A, value: "${value}"}` }),
    configMap('settings', value),
    configMap(`only-${value}`, value),
  );

interface Outcome {
  readonly marks: readonly unknown[];
  readonly values: readonly unknown[];
}

const seen = (world: KubernetesWorld, last: string): Outcome => {
  const objects = [
    world.find('Deployment', 'web'),
    world.find('ConfigMap', 'settings'),
    world.find('ConfigMap', `only-${last}`),
  ];
  return {
    marks: objects.map((one) => one?.metadata.annotations?.['flotilla.dev/attempt']),
    values: objects.map((one) => {
      // biome-ignore lint/suspicious/noExplicitAny: an object as it stands there
      const { data, spec } = (one ?? {}) as any;
      return data?.value ?? spec?.template.spec.containers[0].env[0].value;
    }),
  };
};

const attempt = async (world: KubernetesWorld, request: RunRequest, looks: number): Promise<void> => {
  const executor = world.executor();
  await executor.start(request, 0).catch(() => {});
  for (let look = 0; look < looks; look += 1) await executor.look([{ request, sent_at: request.at }]);
};

describe('attempts', () => {
  it('that work at the same moment leave the objects of the later one, and nothing of the older one in them', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.constantFrom(undefined, undefined, undefined, 'away', 'lost'), { maxLength: 40 }),
        fc.boolean(),
        async (scheduler, fates, isThere) => {
          const world = new KubernetesWorld();
          if (isThere) await attempt(world, world.request({ batch: 'B0', text: textOf('0') }), 1);
          const open = [...fates] as ('away' | 'lost' | undefined)[];
          world.fate = ({ method, path }) => scheduler.schedule(Promise.resolve(open.shift()), `${method} ${path}`);
          const older = world.request({ batch: 'B1', text: textOf('1'), at: world.now + 1 });
          const later = world.request({ batch: 'B2', text: textOf('2'), at: world.now + 2 });
          const work = Promise.all([attempt(world, older, 2), attempt(world, older, 1), attempt(world, later, 2)]);
          await scheduler.waitFor(work);
          world.fate = () => undefined;
          // A watcher of the later one sees it to its end, and the older one comes back from the dead.
          expect(await world.state(later)).toMatchObject({ outcome: 'succeeded' });
          await attempt(world, older, 1);
          expect(seen(world, '2')).toEqual({ marks: Array(3).fill('B2-0-1'), values: ['2', '2', '2'] });
        },
      ),
      { numRuns: 150 },
    );
  });

  it('that die at any request are finished by the next look, with each object written as if nothing had happened', async () => {
    const whole = new KubernetesWorld();
    await attempt(whole, whole.request({ text: textOf('1') }), 1);
    const requests = 40;
    for (let at = 0; at < requests; at += 1) {
      for (const fate of ['away', 'lost'] as const) {
        const world = new KubernetesWorld();
        let count = 0;
        world.fate = () => (count++ === at ? fate : undefined);
        const request = world.request({ text: textOf('1') });
        await attempt(world, request, 2);
        world.fate = () => undefined;
        expect(await world.state(request)).toMatchObject({ outcome: 'succeeded' });
        expect(seen(world, '1')).toEqual(seen(whole, '1'));
        for (const [kind, name] of [
          ['Deployment', 'web'],
          ['ConfigMap', 'settings'],
        ] as const) {
          const managers = (world.find(kind, name)?.metadata.managedFields ?? []) as { readonly manager: string }[];
          expect(managers.map(({ manager }) => manager)).toEqual(['flotilla']);
        }
      }
    }
  });
});
