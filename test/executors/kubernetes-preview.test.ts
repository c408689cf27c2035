import { describe, expect, it } from 'vitest';
import type { RunPreview } from '../../lib/domain/preview/run-preview.ts';
import { documentPaths } from '../../lib/domain/record/keys.ts';
import { KubernetesWorld, type RequestChange } from './kubernetes-world.ts';

const deployment = (more = '') => `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: web
          image: reg/web:0
${more}`;
const config = (name: string, value: string, more = '') => `---
apiVersion: v1
kind: ConfigMap
metadata: { name: ${name}${more} }
data: { colour: ${value} }
`;

const fates = ({ objects }: RunPreview) => Object.fromEntries(objects.map(({ object, fate }) => [object, fate]));

/** What the executor deploys, until it says that it is done. */
const deployed = async (world: KubernetesWorld, change: RequestChange) => {
  const request = world.request(change);
  await world.executor().start(request, Number.POSITIVE_INFINITY);
  for (let looks = 0; looks < 10; looks += 1) if ((await world.state(request))?.phase === 'terminal') return;
  throw new Error('it does not end');
};

const previewed = (world: KubernetesWorld, change: RequestChange): Promise<RunPreview> =>
  world.executor().preview(world.request({ batch: 'P1', ...change, at: world.now + 1_000 }));

describe('what the cluster would do', () => {
  it('with missing objects: all are created, and nothing is written', async () => {
    const world = new KubernetesWorld();
    const documents = world.documents.texts.size;
    const preview = await previewed(world, { text: `${deployment()}${config('settings', 'red')}` });
    expect(fates(preview)).toEqual({ 'Deployment shop/web': 'created', 'ConfigMap shop/settings': 'created' });
    expect([world.writes, world.documents.texts.size - documents]).toEqual([[], 1]); // the manifests, by the test
  });

  it('with the copy that only the preview has', async () => {
    const world = new KubernetesWorld();
    const request = world.request({ batch: 'P1', text: deployment() });
    const { manifests } = request.deployment.executor.settings as { manifests: { sha256: string } };
    const text = world.documents.texts.get(documentPaths.manifests(manifests.sha256))!;
    world.documents.texts.clear();
    world.documents.texts.set(documentPaths.previewed('P1', manifests.sha256), text);
    expect(fates(await world.executor().preview(request))).toEqual({ 'Deployment shop/web': 'created' });
    world.documents.texts.clear();
    expect((await world.executor().preview(request)).problem).toMatchObject({ reason: 'ManifestsMissing' });
  });

  it('with existing objects: field by field, and nothing of our own marks', async () => {
    const world = new KubernetesWorld();
    await deployed(world, { text: `${deployment()}${config('settings', 'red')}` });
    const writes = world.writes.length;
    const preview = await previewed(world, { version: '2.0', text: `${deployment()}${config('settings', 'red')}` });
    expect(fates(preview)).toEqual({ 'Deployment shop/web': 'changed', 'ConfigMap shop/settings': 'unchanged' });
    expect(preview.objects.flatMap(({ fields = [] }) => fields)).toEqual([
      { path: 'spec.template.spec.containers[web].image', before: 'reg/web:1.0', after: 'reg/web:2.0' },
    ]);
    expect(world.writes).toHaveLength(writes);
  });

  it('with an image alone', async () => {
    const world = new KubernetesWorld();
    const spec = { containers: [{ name: 'web', image: 'reg/web:1.0' }] };
    const template = { metadata: { labels: { app: 'web' } }, spec };
    world.others('kubectl', {
      ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' } },
      ...{ spec: { selector: { matchLabels: { app: 'web' } }, template } },
    });
    expect(fates(await previewed(world, { version: '3.0' }))).toEqual({ 'Deployment shop/web': 'conflict' });
    const { objects } = await previewed(world, { version: '3.0', settings: { take_over: ['kubectl'] } });
    expect(objects[0]?.fields).toContainEqual({
      ...{ path: 'spec.template.spec.containers[web].image', before: 'reg/web:1.0', after: 'reg/web:3.0' },
    });
  });

  it.each([
    [undefined, 'left'],
    [true as const, 'pruned'],
  ])('with what the release no longer has, with prune %s: %s', async (prune, fate) => {
    const world = new KubernetesWorld();
    await deployed(world, { text: `${deployment()}${config('settings', 'red')}` });
    const preview = await previewed(world, { text: deployment(), settings: { ...(prune && { prune }) } });
    expect(fates(preview)['ConfigMap shop/settings']).toBe(fate);
  });

  it('with a field of somebody else: a conflict that names them, and a change where it may be taken over', async () => {
    const world = new KubernetesWorld();
    const text = `${deployment()}${config('settings', 'red')}`;
    const theirs = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { colour: 'blue' } };
    world.others('kubectl', theirs);
    const preview = await previewed(world, { text });
    expect(preview.objects.find(({ fate }) => fate === 'conflict')).toMatchObject({
      object: 'ConfigMap shop/settings',
      conflicts: [{ manager: 'kubectl', field: '.data.colour' }],
    });
    const taken = await previewed(world, { text, settings: { take_over: ['kubectl'] } });
    const changed = taken.objects.find(({ object }) => object.startsWith('ConfigMap'));
    expect([changed?.fate, changed?.fields?.[0]]).toEqual([
      'changed',
      { path: 'data.colour', before: 'blue', after: 'red' },
    ]);
  });

  it("with what the server refuses: refused, with the server's message, beside all that it accepts", async () => {
    const world = new KubernetesWorld();
    const wrong = deployment('          imagee: x\n');
    const preview = await previewed(world, { text: `${wrong}${config('settings', 'red')}` });
    expect(preview.objects.map(({ fate }) => fate).sort()).toEqual(['created', 'refused']);
    expect(preview.objects.find(({ fate }) => fate === 'refused')?.message).toMatch(/imagee/);
  });

  it('with an object of another target: refused', async () => {
    const world = new KubernetesWorld();
    const text = `${deployment()}${config('settings', 'red')}`;
    await deployed(world, { text });
    const preview = await previewed(world, { text, deployment: { target: 'prod/kube/shop/other' } });
    expect(preview.objects.map(({ fate }) => fate)).toEqual(['refused', 'refused']);
    expect(preview.objects[0]?.message).toMatch(/is deployed as prod\/kube\/shop\/web/);
  });

  it('hides secrets, and says that they change', async () => {
    const world = new KubernetesWorld();
    const env = (value: string) => deployment(`          env: [{ name: DB_PASSWORD, value: ${value} }]\n`);
    await deployed(world, { text: env('hunter2hunter2') });
    const preview = await previewed(world, { text: env('correcthorse9') });
    expect(JSON.stringify(preview)).not.toMatch(/hunter2|correcthorse/);
    const paths = preview.objects.flatMap(({ fields = [] }) => fields.map(({ path }) => path));
    expect(paths).toEqual(['spec.template.spec.containers[web].env[DB_PASSWORD].value']);
  });

  it.each([
    ['what may not be applied', 'patch configmaps', 'refused'],
    ['what may not be created', 'create configmaps', 'refused'],
  ])('with %s: refused, with the missing right', async (_, right, fate) => {
    const world = new KubernetesWorld();
    world.rights.take(right);
    const preview = await previewed(world, { text: `${deployment()}${config('settings', 'red')}` });
    if (fates(preview)['ConfigMap shop/settings'] === 'created') return; // the simulated server asks for one of the two
    expect(fates(preview)['ConfigMap shop/settings']).toBe(fate);
    expect(preview.objects.find((one) => one.fate === 'refused')?.message).toContain(`we have no right to`);
  });

  it('says why nothing could be applied: unreadable objects, and invalid manifests', async () => {
    const world = new KubernetesWorld();
    const unread = await previewed(world, { text: '{' });
    expect(unread).toMatchObject({ objects: [], problem: { reason: 'ManifestsInvalid' } });
    const nothing = await previewed(world, {});
    expect(nothing).toMatchObject({ objects: [], problem: { reason: 'WorkloadMissing' } });
    world.rights.take('get deployments.apps');
    expect(await previewed(world, { text: deployment() })).toMatchObject({ problem: { reason: 'RightsMissing' } });
  });

  it('throws where the cluster is down', async () => {
    const world = new KubernetesWorld();
    world.fate = () => 'away';
    await expect(previewed(world, { text: deployment() })).rejects.toMatchObject({ name: 'ClusterUnavailable' });
  });
});
