import type { Context } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { byToken } from '../../functions/api/who.ts';
import { create } from '../../functions/api.ts';
import { create as createDeploy } from '../../functions/deploy-to-cluster.ts';
import { create as createPlan } from '../../functions/plan-batch.ts';
import { noPlace } from '../../lib/domain/catalogue/function-place.ts';
import { FlotillaError } from '../../lib/domain/errors.ts';
import type { Grant } from '../../lib/domain/grants/grant.ts';
import type { FetchedManifests, ManifestSources } from '../../lib/domain/manifests/manifest-sources.ts';
import type { Executor, RunRequest } from '../../lib/domain/ports.ts';
import { previewBounds } from '../../lib/domain/preview/preview-rows.ts';
import type { RunPreview } from '../../lib/domain/preview/run-preview.ts';
import { documentPaths } from '../../lib/domain/record/keys.ts';
import { makeWorld } from '../usecases/batch/api-world.ts';
import { callApi } from './api-call.ts';

const item = (service: string, executor: string) =>
  `  - { pillar: risk, service_name: ${service}, docker_image_version: "2.4.0", executor: ${executor} }\n`;
const batchOf = (...items: readonly string[]) => `version: v1.0
defaults: { environment_id: staging, infrastructure_id: cluster-eu-1, docker_artifact_type: docker }
deployments:
${items.join('')}`;
const text = batchOf(item('a', 'kubernetes'), item('b', 'harness'), item('c', 'kubernetes'));

type Preview = (request: RunRequest) => Promise<RunPreview>;
const changed: RunPreview = {
  objects: [{ object: 'Deployment risk/a', fate: 'changed', fields: [{ path: 'x', after: 1 }] }],
};

/** An executor that gives previews, and nothing else. */
const executorThat = (preview: Preview | undefined): Executor =>
  new Proxy({} as Executor, {
    get: (_, name) => {
      if (name === 'preview') return preview;
      if (name === 'then') return undefined;
      throw new Error(`${String(name)} was asked for`);
    },
  });

const scene = (preview: Preview | 'none' = async () => changed, grants?: readonly Grant[]) => {
  const world = makeWorld();
  const catalogue = async () => ({ ...world.catalogue, ...(grants === undefined ? {} : { grants }) });
  const api = create({ ...world.deps, catalogue }, { identify: byToken });
  const asked: RunRequest[] = [];
  const executor = async () =>
    executorThat(
      preview === 'none'
        ? undefined
        : (request) => {
            asked.push(request);
            return preview(request);
          },
    );
  const deps = { ...world.deps, executor } as unknown as Parameters<typeof createDeploy>[0];
  const deploy = createDeploy(deps);
  const call = (method: string, url: string, body?: string, who = 'ada', scope = 'flotilla/read') =>
    callApi(api, method, url, {
      claims: { sub: who, groups: ['people'], scope },
      ...(body === undefined ? {} : { body }),
    });
  const perform = (preview_id: string, more: object = {}) =>
    deploy({ task: 'preview', preview_id, ...more }, {} as Context);
  const performAt = (place: string, preview_id: string, more: object = {}) =>
    createDeploy({ ...deps, place })({ task: 'preview', preview_id, ...more }, {} as Context);
  return { world, call, perform, performAt, asked };
};

const begun = async (call: ReturnType<typeof scene>['call'], body = text): Promise<string> =>
  (await call('POST', '/previews', body)).body.preview_id;

const answersOf = (body: { deployments: readonly { key: string; answer?: { state: string } }[] }) =>
  Object.fromEntries(body.deployments.map(({ key, answer }) => [key, answer?.state]));

describe('a preview', () => {
  it('starts, makes progress, and is available by its id for an hour', async () => {
    const { world, call, perform, asked } = scene();
    const { status, headers, body } = await call('POST', '/previews', text);
    const { preview_id } = body;
    expect([status, headers.location]).toEqual([202, `/previews/${preview_id}`]);
    expect(body).toMatchObject({ state: 'running', total: 3, left_out: 0, created_at: '2026-09-30T06:00:00.000Z' });
    expect(body.expires_at).toBe('2026-09-30T07:00:00.000Z');
    expect(world.workflow.started).toEqual([
      { machine: 'preview', name: preview_id, input: { preview_id, fetch: false } },
    ]);
    const before = await call('GET', `/previews/${preview_id}`);
    expect([before.status, before.body]).toEqual([200, body]);
    await perform(preview_id);
    const after = await call('GET', `/previews/${preview_id}`);
    expect(after.body.state).toBe('done');
    expect(answersOf(after.body)).toEqual({ 'risk/a': 'told', 'risk/b': 'planned', 'risk/c': 'told' });
    expect(after.body.deployments[0].answer.objects).toEqual(changed.objects);
    expect(after.body.deployments[1].answer.steps[0]).toMatch(/^runs harness/);
    expect(asked.map(({ deployment, version }) => [deployment.key, version])).toEqual([
      ['risk/a', '2.4.0'],
      ['risk/c', '2.4.0'],
    ]);
    world.clock.time += 3_600_000;
    expect((await call('GET', `/previews/${preview_id}`)).status).toBe(404);
  });

  it('of manifests in the batch: callers can read them, and they go when it has ended', async () => {
    const seen: (string | undefined)[] = [];
    const { world, call, perform } = scene(async ({ batch_id, deployment }) => {
      const { manifests } = deployment.executor.settings as { manifests?: { sha256: string } };
      seen.push(world.documents.texts.get(documentPaths.previewed(batch_id, manifests!.sha256)));
      return changed;
    });
    const manifests = `{ pillar: risk, service_name: a, docker_image_version: "2.4.0", executor: kubernetes, manifests: ${JSON.stringify(
      'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {selector: {matchLabels: {a: a}}, template: {metadata: {labels: {a: a}}, spec: {containers: [{name: a, image: x}]}}}\n',
    )} }`;
    const id = await begun(call, batchOf(`  - ${manifests}\n`));
    await perform(id);
    expect(seen).toEqual([expect.stringContaining('kind: Deployment')]);
    expect([...world.documents.texts.keys()]).toEqual([]);
  });

  it('of deletes and scales asks the executor, too', async () => {
    const { call, perform, asked } = scene();
    const items = ['delete', 'scale, replicas: 3'].map(
      (action, at) => `  - { pillar: risk, service_name: s${at}, executor: kubernetes, action: ${action} }\n`,
    );
    const id = await begun(call, batchOf(...items));
    await perform(id);
    expect(answersOf((await call('GET', `/previews/${id}`)).body)).toEqual({ 'risk/s0': 'told', 'risk/s1': 'told' });
    expect(asked.map(({ deployment: { action, replicas }, version }) => [action, replicas, version])).toEqual([
      ['delete', undefined, ''],
      ['scale', 3, ''],
    ]);
  });

  it('may run five times for one caller, and then one more time for each that has ended', async () => {
    const { world, call, perform } = scene();
    const [first] = await Promise.all(Array.from({ length: previewBounds.atOnce }, () => begun(call)));
    const refused = await call('POST', '/previews', text);
    expect([refused.status, refused.headers['retry-after'], refused.body.code]).toEqual([429, '10', 'TooManyRequests']);
    expect(world.workflow.started).toHaveLength(previewBounds.atOnce);
    expect((await call('POST', '/previews', text, 'bo')).status).toBe(202);
    await perform(first!);
    expect((await call('POST', '/previews', text)).status).toBe(202);
    expect((await call('POST', '/previews', text)).status).toBe(429);
    world.clock.time += previewBounds.gone;
    expect((await call('POST', '/previews', text)).status).toBe(202);
  });

  it("that could not start takes nobody's place", async () => {
    const { world, call } = scene();
    const { start } = world.workflow;
    world.workflow.start = async () => {
      throw new FlotillaError('WorkflowUnavailable', 'Step Functions does not answer');
    };
    for (let tries = 1; tries <= previewBounds.atOnce; tries += 1)
      expect((await call('POST', '/previews', text)).status).toBe(503);
    world.workflow.start = start.bind(world.workflow);
    expect((await call('POST', '/previews', text)).status).toBe(202);
  });

  it('shows the plan whose hash a submit can require', async () => {
    const { call } = scene();
    const { body: plan } = await call('POST', '/batches/plan', text);
    expect((await call('POST', '/previews', text)).body.plan_hash).toBe(plan.plan_hash);
  });

  it.each([
    ['a cluster that is down', new FlotillaError('ClusterUnavailable', 'no route to eu-1'), 'no route to eu-1'],
    ['a fault', new TypeError('x is undefined'), 'TypeError: x is undefined'],
    ['a secret in the message', new Error('password=hunter2hunter2'), expect.not.stringContaining('hunter2')],
  ])('shows %s of its deployment, and goes on with the others', async (_, error, message) => {
    const { call, perform } = scene(async ({ deployment }) => {
      if (deployment.key === 'risk/a') throw error;
      return changed;
    });
    const id = await begun(call);
    await perform(id);
    const { body } = await call('GET', `/previews/${id}`);
    expect([body.state, answersOf(body)['risk/c']]).toEqual(['done', 'told']);
    expect(body.deployments[0].answer).toEqual({ state: 'unavailable', message });
  });

  it('shows the steps of the plan where an executor gives no more', async () => {
    const { call, perform } = scene('none');
    const id = await begun(call);
    await perform(id);
    expect(answersOf((await call('GET', `/previews/${id}`)).body)).toEqual({
      ...{ 'risk/a': 'planned', 'risk/b': 'planned', 'risk/c': 'planned' },
    });
  });

  it('continues where an earlier call has ended, and stops when it is done', async () => {
    let fails = true;
    const { world, call, perform, asked } = scene();
    const id = await begun(call);
    const transact = world.table.transact.bind(world.table);
    world.table.transact = async (writes) => {
      if (fails && JSON.stringify(writes).includes('risk/c')) throw new Error('killed');
      return transact(writes);
    };
    await expect(perform(id)).rejects.toThrow('killed');
    expect(answersOf((await call('GET', `/previews/${id}`)).body)['risk/a']).toBe('told');
    fails = false;
    await perform(id);
    await perform(id);
    expect((await call('GET', `/previews/${id}`)).body.state).toBe('done');
    expect(asked.map(({ deployment }) => deployment.key)).toEqual(['risk/a', 'risk/c', 'risk/c']);
  });

  it('leaves out deployments when there is no time, and says so', async () => {
    const { world, call, perform } = scene(async () => {
      world.clock.time += previewBounds.works;
      return changed;
    });
    const id = await begun(call, batchOf(...Array.from({ length: 6 }, (_, n) => item(`s${n}`, 'kubernetes'))));
    await perform(id);
    const { body } = await call('GET', `/previews/${id}`);
    const states = Object.values(answersOf(body));
    expect([body.state, states.filter((one) => one === 'left_out').length > 0]).toEqual(['done', true]);
    expect(states.filter((one) => one === undefined)).toEqual([]);
  });

  it('leaves out those that are too many, and counts them', async () => {
    const { call, perform, asked } = scene();
    const many = Array.from({ length: previewBounds.deployments + 5 }, (_, n) => item(`s${n}`, 'kubernetes'));
    const { body } = await call('POST', '/previews', batchOf(...many));
    expect([body.total, body.left_out, body.deployments.length]).toEqual([95, 5, 90]);
    await perform(body.preview_id);
    expect(asked).toHaveLength(90);
  });

  it('has failed where the call was ended, and where nobody came back', async () => {
    const { world, call, perform } = scene();
    const [told, lost] = [await begun(call), await begun(call)];
    await perform(told, { error: { Error: 'Lambda.Unknown', Cause: 'out of memory' } });
    world.clock.time += previewBounds.gone + 1;
    const views = [await call('GET', `/previews/${told}`), await call('GET', `/previews/${lost}`)];
    expect(views.map(({ body }) => [body.state, body.message])).toEqual([
      ['failed', 'The clusters could not be asked: out of memory'],
      ['failed', 'The preview did not finish in time. Start another one.'],
    ]);
  });

  it.each(['01NOBODY', 'x', '..%2fBATCH', 'a b'])('is missing when nobody has requested it: %s', async (id) => {
    const { call } = scene();
    const { status, body } = await call('GET', `/previews/${encodeURIComponent(id)}`);
    expect([status, body.title]).toEqual([404, 'No such preview']);
  });
});

describe('a preview of clusters in places', () => {
  const spread = batchOf(
    ...[item('a', 'kubernetes'), item('b', 'harness'), item('c', 'kubernetes')],
    item('d', 'kubernetes').replace(' }', ', infrastructure_id: cluster-us-1 }'),
  );

  /** As the machine calls them: the function in no place first, then the copies, as each answer says. */
  const goneThrough = async (fails: readonly string[] = []) => {
    const { world, call, performAt, asked } = scene();
    const places = { 'cluster-eu-1': 'payments', 'cluster-us-1': 'risk' };
    for (const [name, place] of Object.entries(places)) Object.assign(world.catalogue.clusters[name]!, { place });
    const id = await begun(call, spread);
    const called: string[] = [];
    for (let place: string | undefined = noPlace; place !== undefined; ) {
      called.push(place);
      const lost = { error: { Error: 'Lambda.Unknown', Cause: 'no such function' }, place };
      const goes = (await (fails.includes(place) ? performAt(noPlace, id, lost) : performAt(place, id))) as {
        readonly place?: string;
      };
      place = goes.place;
    }
    const { body } = await call('GET', `/previews/${id}`);
    return { called, body, asked: asked.map(({ deployment }) => deployment.key) };
  };

  it('is made by the copy in each place, one after the other, and done when the last has answered', async () => {
    const { called, body, asked } = await goneThrough();
    expect(called).toEqual([noPlace, 'payments', 'risk']);
    expect([body.state, answersOf(body)]).toEqual([
      'done',
      { 'risk/a': 'told', 'risk/b': 'planned', 'risk/c': 'told', 'risk/d': 'told' },
    ]);
    expect(asked).toEqual(['risk/a', 'risk/c', 'risk/d']);
  });

  it('goes on with the other places where a copy does not answer, and names the silent one', async () => {
    const { called, body } = await goneThrough(['payments']);
    expect(called).toEqual([noPlace, 'payments', 'risk']);
    expect([body.state, answersOf(body)['risk/d']]).toEqual(['done', 'told']);
    expect(body.deployments[0].answer).toEqual({
      state: 'unavailable',
      message: 'The functions in payments could not be asked: no such function',
    });
  });

  it('ends when its time is over, no matter how many places are left', async () => {
    const { world, call, performAt, asked } = scene();
    Object.assign(world.catalogue.clusters['cluster-eu-1']!, { place: 'payments' });
    const id = await begun(call);
    expect(await performAt(noPlace, id)).toEqual({ place: 'payments' });
    world.clock.time += previewBounds.ends;
    expect(await performAt('payments', id)).toEqual({});
    const { body } = await call('GET', `/previews/${id}`);
    expect([body.state, answersOf(body)['risk/a'], asked]).toEqual(['done', 'left_out', []]);
  });
});

describe('manifests from elsewhere', () => {
  const git = { git: 'https://git.example/shop', ref: 'main', path: 'a' };
  const at = (service: string, path: string): string =>
    `  - { pillar: risk, service_name: ${service}, docker_image_version: "2.4.0", executor: kubernetes, manifests: ${JSON.stringify({ ...git, path })} }\n`;
  const good =
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {selector: {matchLabels: {a: a}}, template: {metadata: {labels: {a: a}}, spec: {containers: [{name: a, image: x}]}}}\n';
  const texts: Readonly<Record<string, FetchedManifests>> = {
    a: { text: good, revision: 'c0ffee' },
    b: { problem: 'there is no branch and no tag main' },
    c: { text: 'kind: [a\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {k: eA==}\n' },
  };
  const sources: ManifestSources = {
    obtain: async (from) => texts['path' in from ? from.path! : ''] ?? { problem: '?' },
  };

  const previewed = async (scope: string) => {
    const looked = scene();
    const { world, call, perform } = looked;
    const { body } = await call('POST', '/previews', batchOf(at('a', 'a'), at('b', 'b'), at('c', 'c')), 'ada', scope);
    const started = world.workflow.started.at(-1)!.input as { preview_id: string; fetch: boolean };
    const fetch = createPlan({ ...world.deps, manifestSources: sources } as never);
    if (started.fetch) await fetch({ task: 'fetch', preview_id: body.preview_id }, {} as Context);
    await perform(body.preview_id);
    const { body: shown } = await call('GET', `/previews/${body.preview_id}`);
    return { ...looked, shown, fetch: started.fetch };
  };

  it('are fetched once for callers with the right to deploy, and the answer describes what was fetched', async () => {
    const { world, shown, asked, fetch } = await previewed('flotilla/read flotilla/deploy');
    expect([fetch, shown.state]).toEqual([true, 'done']);
    const [a, b, c] = shown.deployments.map(({ answer }: { answer: object }) => answer);
    expect(a).toMatchObject({ state: 'told', objects: changed.objects });
    expect(b.problem).toEqual({
      reason: 'ManifestsRefused',
      message: 'https://git.example/shop main b: there is no branch and no tag main',
    });
    expect(c.problem.message).toMatch(
      /main c: line 1: a `\[` is not closed.*; risk\/c: .*Secret s data: has Secret data in plain text/,
    );
    expect(asked.map(({ deployment }) => deployment.executor.settings)).toEqual([
      { manifests: { from: { ...git, path: 'a' }, sha256: expect.any(String), revision: 'c0ffee' } },
    ]);
    expect([...world.documents.texts.keys()]).toEqual([]);
  });

  it('are not fetched for callers with the right to read only', async () => {
    const { shown, asked, fetch } = await previewed('flotilla/read');
    expect([fetch, shown.state, asked]).toEqual([false, 'done', []]);
    expect(shown.deployments[0].answer).toMatchObject({
      state: 'planned',
      message: expect.stringContaining('only for a caller who may deploy it'),
    });
  });
});

describe('what clusters say', () => {
  const grants: readonly Grant[] = [
    { subject: 'ada', may: ['read'], pillars: ['risk'], environments: ['*'] },
    { subject: 'bo', may: ['read'], pillars: ['clearing'], environments: ['*'] },
    { subject: 'cy', may: ['deploy'], pillars: ['risk'], environments: ['staging'] },
  ];

  it.each([
    ['a caller who may see all of it', 'cy', 200],
    ['a caller who may see none of it', 'bo', 404],
    ['a caller without a grant', 'nobody', 404],
  ])('%s: %s', async (_, who, wanted) => {
    const { call } = scene(undefined, grants);
    const id = await begun(call);
    expect((await call('GET', `/previews/${id}`, undefined, who)).status).toBe(wanted);
  });

  it.each([
    ['a caller who may not plan it', 'bo'],
    ['a caller without a grant', 'nobody'],
  ])('%s starts none: 403', async (_, who) => {
    const { world, call } = scene(undefined, grants);
    expect([(await call('POST', '/previews', text, who)).status, world.workflow.started]).toEqual([403, []]);
  });

  it('an invalid batch gets the same answer as in plan, and nothing starts', async () => {
    const { world, call } = scene();
    const wrong = text.replace('risk', 'nowhere');
    const [preview, plan] = [await call('POST', '/previews', wrong), await call('POST', '/batches/plan', wrong)];
    const { instance: _, ...told } = preview.body;
    const { instance: __, ...planned } = plan.body;
    expect([preview.status, told, world.workflow.started]).toEqual([422, planned, []]);
  });
});
