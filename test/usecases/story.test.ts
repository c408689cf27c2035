import { expect, test } from 'vitest';
import type { Table, Write } from '../../lib/domain/ports.ts';
import { acts, eventsOf, sceneAt, tellStory } from './story.ts';

const moments = await tellStory();

const all = acts.map(({ name }, at) => [name, at] as const);

/** An act at its place in the story, and the scene at that point. */
const actAt = async (at: number) => ({ scene: await sceneAt(moments[at]!), ...acts[at]! });

test('the events of a batch tell its story from submission to end', async () => {
  const scene = await sceneAt(moments.at(-1)!);
  const events = await eventsOf(scene.deps);
  const tale = events.map(
    ({ key, from, to, reason, message, actor, at }) =>
      `${(at - moments[0]!.time) / 1_000} s, ${actor}: ${key ?? 'batch'} ${from ?? ''}>${to}, ${reason}: ${message}`,
  );
  expect(tale).toEqual([
    '0 s, dispatcher: shared/bad PENDING>PROCESSING, TurnGranted: Its turn has come.',
    '0 s, executor: shared/bad PROCESSING>PROCESSING, Deploying: Attempt 1: deploys version 2-bad.',
    '0 s, executor: shared/bad PROCESSING>PROCESSING, RunStarted: Run run-01TEST000001-0-1 started.',
    '0 s, executor: shared/bad PROCESSING>PROCESSING, RunSucceeded: The run succeeded (Success). The cluster is checked next.',
    '2 s, observer: shared/bad PROCESSING>PROCESSING, InvalidImageName: pod app-hash2-0, container app: InvalidImageName: no such name',
    '6 s, executor: shared/bad PROCESSING>PROCESSING, Restoring: Restores version 1.',
    '6 s, executor: shared/bad PROCESSING>PROCESSING, RestoreRunning: Run run-01TEST000001-0-restore started.',
    '8 s, executor: shared/bad PROCESSING>PROCESSING, RestoreRunSucceeded: The run succeeded (Success). The cluster is checked next.',
    '10 s, observer: shared/bad PROCESSING>PROCESSING, RolledOut: 2 of 2 replicas are ready with reg/bad:1.',
    '14 s, record: shared/bad PROCESSING>FAILED, RestoredPreviousRelease: pod app-hash2-0, container app: InvalidImageName: no such name. Version 1 was restored and verified: 2 of 2 replicas are ready with reg/bad:1.',
    '0 s, dispatcher: shared/good PENDING>PROCESSING, TurnGranted: Its turn has come.',
    '0 s, executor: shared/good PROCESSING>PROCESSING, Deploying: Attempt 1: deploys version 2.',
    '0 s, executor: shared/good PROCESSING>PROCESSING, RunStarted: Run run-01TEST000001-1-1 started.',
    '0 s, executor: shared/good PROCESSING>PROCESSING, RunSucceeded: The run succeeded (Success). The cluster is checked next.',
    '2 s, record: shared/good PROCESSING>SUCCESS, Verified: 2 of 2 replicas are ready with reg/good:2.',
    '134 s, record: shared/last PENDING>SKIPPED, DependencyFailed: Not started: shared/bad, which it depends on, is FAILED.',
    '0 s, ada: batch >PENDING, Submitted: Accepted with 3 deployments.',
    '0 s, plan: batch PENDING>PROCESSING, Planned: Planned 3 deployments.',
    '14 s, bob: batch PROCESSING>PROCESSING, CancelRequested: bob asked to cancel. Nothing new starts; runs are stopped where possible.',
    '134 s, finish: batch PROCESSING>FAILED, DeploymentsFailed: 3 deployments: 1 succeeded, 1 failed, 1 skipped.',
  ]);
  expect(scene.outside.answered).toEqual([
    ...['turn-0 goes on', 'turn-1 goes on', 'deploy-0 goes on', 'deploy-1 goes on'],
    // The success reads which release it replaces, so the failure of the same look comes first.
    ...['verify-0 fails: AttemptFailed', 'verify-1 goes on', 'restore goes on', 'verify-restore goes on'],
    ...Array(3).fill('turn-2 fails: TurnRefused'),
  ]);
  expect(scene.outside.bus).toHaveLength(events.length);
  scene.close();
});

/** What may be written again: who waits, who looks, and when. */
const renewed = /^(?:BATCH#\S+ (?:TOKEN|CAPTURE)#|DISPATCHER LEASE|WATCHERS |HINTS )/;

const keyOf = (write: Write): string => {
  const { pk, sk } =
    'put' in write ? write.put : 'update' in write ? write.update : 'delete' in write ? write.delete : write.check;
  return `${pk} ${sk}`;
};

test.each(all)('to %s a second time changes nothing', async (_, at) => {
  const after = moments[at + 1]!;
  const scene = await sceneAt(after);
  await acts[at]!.does(scene.deps);
  const written = scene.moment().transactions.slice(after.transactions.length).flat().map(keyOf);
  expect(written.filter((key) => !renewed.test(key))).toEqual([]);
  const answers = scene.outside.answered.slice(after.outside.answered.length);
  expect(answers.filter((answer) => !after.outside.answered.includes(answer))).toEqual([]);
  scene.close();
});

class Broken extends Error {
  override readonly name = 'Broken';
}

/** The same ports. One call of any of them, counted through, fails, and not at once. */
const breaking = <Ports extends object>(ports: Ports, isDue: () => boolean): Ports =>
  new Proxy(ports, {
    get: (target, name) => {
      const found = Reflect.get(target, name);
      // Decided here, and asked of nobody.
      if (name === 'rights') return found;
      if (typeof found !== 'function') return typeof found === 'object' ? breaking(found as object, isDue) : found;
      return (...args: unknown[]) => {
        if (name === 'now' || name === 'next') return Reflect.apply(found, target, args);
        if (isDue()) return new Promise((_, reject) => setImmediate(() => reject(new Broken())));
        const result = Reflect.apply(found, target, args);
        return name === 'executor' || name === 'cluster'
          ? result.then((port: object) => breaking(port, isDue))
          : result;
      };
    },
  });

/** An end that could not be anchored is tried again by its row. */
const isNoted = async ({ table }: { readonly table: Table }): Promise<boolean> =>
  (await table.query({ pk: 'UNANCHORED', limit: 1 })).items.length > 0;

test.each(all)('no fault while it is to %s goes unnoticed', async (_, at) => {
  const passed: string[] = [];
  let calls = 0;
  let broken = 0;
  do {
    const { scene, does } = await actAt(at);
    calls = 0;
    broken += 1;
    const isDue = (): boolean => {
      calls += 1;
      return calls === broken;
    };
    const end = await does(breaking(scene.deps, isDue)).then(
      async () => ((await isNoted(scene.deps)) ? 'Broken' : 'passed over'),
      (error: Error) => error.name,
    );
    if (calls >= broken && end !== 'Broken') passed.push(`call ${broken}: ${end}`);
    scene.close();
  } while (calls >= broken);
  expect(passed).toEqual([]);
});
