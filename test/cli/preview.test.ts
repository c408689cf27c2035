import { describe, expect, it, onTestFinished } from 'vitest';
import { makePalette } from '../../lib/cli/palette.ts';
import { previewLines } from '../../lib/cli/preview-lines.ts';
import type { PreviewAnswer } from '../../lib/domain/preview/preview-rows.ts';
import type { PreviewView } from '../../lib/usecases/preview/preview-view.ts';
import { type RunOptions, run, type Script, startFakeApi } from './cli-world.ts';

const viewOf = (answer: PreviewAnswer | undefined, more: Partial<PreviewView> = {}): PreviewView => ({
  preview_id: '01A',
  state: 'done',
  plan_hash: 'abc',
  created_at: '2026-11-30T16:00:00.000Z',
  expires_at: '2026-11-30T17:00:00.000Z',
  ...{ total: 1, left_out: 0 },
  ...more,
  deployments: [
    {
      ...{
        index: 0,
        key: 'risk/a',
        environment_id: 'prod',
        cluster: 'eu-1',
        namespace: 'risk',
        executor: 'kubernetes',
      },
      docker_image_version: '2.0',
      ...(answer === undefined ? {} : { answer }),
    },
  ],
});

const against = async (script: Script, argv: readonly string[], options: RunOptions = {}) => {
  const api = await startFakeApi(script);
  onTestFinished(() => api.close());
  return { api, ...(await run([...argv, '--url', api.url], options)) };
};

const told = (fate: 'changed' | 'refused' | 'conflict' | 'unchanged', more: object = {}): PreviewAnswer => ({
  state: 'told',
  objects: [{ object: 'Deployment risk/a', fate, ...more }],
});

const linesOf = (view: PreviewView): readonly string[] => previewLines(view, makePalette(false).colours);

describe('what clusters say', () => {
  it.each<[string, PreviewAnswer | undefined, readonly string[]]>([
    [
      'a change',
      told('changed', {
        fields: [
          { path: 'spec.replicas', before: 1, after: 3 },
          { path: 'x', after: 'a\nb' },
        ],
        fields_left_out: 2,
      }),
      ['Deployment risk/a is changed', '  spec.replicas: 1 -> 3', '  x: (none) -> a\\nb', '  2 more fields'],
    ],
    ['nothing', told('unchanged'), ['Deployment risk/a stays as it is']],
    [
      'a conflict',
      told('conflict', { conflicts: [{ manager: 'kubectl', field: '.spec.replicas' }] }),
      ['Deployment risk/a has fields of others', "  .spec.replicas is kubectl's"],
    ],
    ['a refusal', told('refused', { message: 'no such field' }), ['Deployment risk/a is refused: no such field']],
    [
      'what is left out',
      { state: 'told', objects: [], objects_left_out: 3, problem: { reason: 'ManifestsInvalid', message: 'line 3' } },
      ['ManifestsInvalid: line 3', '3 more objects not told'],
    ],
    ['a plan', { state: 'planned', steps: ['runs harness'], message: 'no more' }, ['no more', 'runs harness']],
    ['an unreachable cluster', { state: 'unavailable', message: 'no route' }, ['nobody can tell: no route']],
    ['no time left', { state: 'left_out', message: 'too late' }, ['too late']],
    ['nothing yet', undefined, ['not looked at']],
  ])('prints %s line by line', (_, answer, wanted) => {
    expect(linesOf(viewOf(answer))).toEqual([
      'risk/a 2.0 in prod on eu-1',
      ...wanted.map((line) => `  ${line}`),
      'Plan hash: abc',
    ]);
  });

  it('says how many deployments are not looked at', () => {
    expect(linesOf(viewOf(told('unchanged'), { left_out: 5 }))).toContain(
      '5 more deployments not looked at: there are too many.',
    );
  });
});

describe('flotilla preview', () => {
  const running = viewOf(undefined, { state: 'running' });
  const asked = (...seen: readonly PreviewView[]) =>
    against(
      { 'POST /previews': { status: 202, body: running }, 'GET /previews/01A': seen.map((body) => ({ body })) },
      ['preview', '-', '--json'],
      { stdin: 'version: v1.0\n' },
    );

  it("waits for the clusters' answers, and shows them", async () => {
    const done = viewOf(told('changed'));
    const { api, status, out } = await asked(running, running, done);
    expect([status, JSON.parse(out.join('\n'))]).toEqual([0, done]);
    expect(api.received.map(({ request }) => request)).toEqual([
      'POST /previews',
      ...['GET /previews/01A', 'GET /previews/01A', 'GET /previews/01A'],
    ]);
  });

  it.each<[string, PreviewView]>([
    ['an object would be refused', viewOf(told('refused'))],
    ['another manager owns a field', viewOf(told('conflict'))],
    ['nothing could be applied', viewOf({ state: 'told', objects: [], problem: { reason: 'X', message: 'y' } })],
    ['no cluster could be asked', viewOf(undefined, { state: 'failed', message: 'gone' })],
  ])('exits with 1 where %s', async (_, view) => {
    expect((await asked(view)).status).toBe(1);
  });
});
