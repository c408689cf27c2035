import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../lib/domain/json.ts';
import { executeSettings, executorOf, newsOf, requestOf, watch, webhookSettings } from './harness-fixtures.ts';
import { sendJson, serverThat } from './scripted-server.ts';

/**
 * Who owns a run? Everything that Harness may show of one, and the conclusion. The server is a real one on loopback.
 */

const event = '65e0d8c3c0ffee0123456789';
const key = requestOf().key;
const settings = { ...webhookSettings, org: 'risk_org', project: 'risk_services' };
const request = requestOf({ settings });
const ours = { pipelineIdentifier: 'deploy_risk', orgIdentifier: 'risk_org', projectIdentifier: 'risk_services' };
const nightly = { ...ours, pipelineIdentifier: 'nightly_report' };
const silent = {};
const begin = request.at;
const running = { status: 'Running', startTs: begin };
const over = { status: 'Success', startTs: begin, endTs: begin + 1 };
const byEvent = { executionTriggerInfo: { triggeredBy: { extraInfo: { eventCorrelationId: event } } } };
const warned = { warningMsg: 'There are multiple trigger events generated from this eventId.' };

interface Shows {
  readonly details?: object;
  /** The summary beside the details. */
  readonly beside?: object;
  /** The run's own page. Without it there is none. */
  readonly page?: object;
  /** Newest first, as Harness lists them. */
  readonly list?: readonly object[];
  /** By event. */
  readonly payloads?: Readonly<Record<string, string>>;
}

const ok = (data: unknown) => ({ status: 'SUCCESS', data });

const harnessThat = ({ details, beside, page, list = [], payloads = {} }: Shows) =>
  serverThat((call, response) => {
    const last = call.path.split('/').at(-1) ?? '';
    if (call.path.endsWith('/execution/summary')) return sendJson(response, 200, ok({ content: list, last: true }));
    if (call.path.includes('triggerExecutionDetails')) {
      const payload = JSON.stringify({ flotilla: { key: payloads[last] ?? key } });
      const executionDetails = beside === undefined ? null : { pipelineExecutionSummary: beside };
      return sendJson(response, 200, ok({ webhookProcessingDetails: { payload, ...details }, executionDetails }));
    }
    if (page === undefined) return sendJson(response, 404, { status: 'ERROR', code: 'ENTITY_NOT_FOUND' });
    return sendJson(response, 200, ok({ pipelineExecutionSummary: page }));
  });

const run = (planExecutionId: string, ...parts: readonly object[]): object =>
  Object.assign({ planExecutionId, ...running }, ...parts);
const named = (...parts: readonly object[]): object =>
  Object.assign({ status: 'TARGET_EXECUTION_REQUESTED', pipelineExecutionId: 'r' }, ...parts);
const found = (ref: string): JsonObject => ({ kind: 'found', ref });
const none: JsonObject = { kind: 'none' };
const several = (...refs: readonly string[]): JsonObject => ({
  kind: 'several',
  runs: refs.map((ref) => ({
    ref,
    url: expect.stringContaining(`/pipelines/deploy_risk/executions/${ref}/`) as never,
  })),
});

describe('the details of our event show', () => {
  it.each<[string, Shows, JsonObject]>([
    ['our pipeline', { details: named(ours) }, found('r')],
    ['our pipeline alone', { details: named({ pipelineIdentifier: 'deploy_risk' }) }, found('r')],
    ['another pipeline', { details: named(nightly), page: run('r', nightly, over) }, none],
    ['a pipeline that differs in letter case', { details: named(ours, { pipelineIdentifier: 'Deploy_risk' }) }, none],
    [
      'our pipeline, a secret masked in the project',
      { details: named(ours, { projectIdentifier: '***' }) },
      found('r'),
    ],
    [
      'nothing but masks, and the list has the run',
      { details: named({ pipelineIdentifier: 'deploy_***' }), list: [run('r', { pipelineIdentifier: 'deploy_***' })] },
      found('r'),
    ],
    ['another organisation', { details: named(ours, { orgIdentifier: 'default' }) }, none],
    ['another project', { details: named(ours, { projectIdentifier: 'apps' }) }, none],
    ['another project and no pipeline', { details: named({ projectIdentifier: 'apps' }) }, none],
    [
      'another pipeline, and the list has ours',
      { details: named(nightly), list: [run('later', ours), run('mine', ours, byEvent)] },
      found('mine'),
    ],
    ['the failure of another trigger', { details: { status: 'TARGET_DID_NOT_EXECUTE', ...nightly } }, none],
    [
      'the failure of our trigger',
      { details: { status: 'TARGET_DID_NOT_EXECUTE', ...ours } },
      { kind: 'failed', reason: 'TriggerFailed' },
    ],
    ['no pipeline, the summary beside them ours', { details: named(silent), beside: run('r', ours) }, found('r')],
    ["no pipeline, the summary another's", { details: named(silent), beside: run('r', nightly) }, none],
    [
      'no pipeline, the summary of another run',
      { details: named(silent), beside: run('x', ours), page: run('r', nightly) },
      none,
    ],
    ['no pipeline, the page of the run ours', { details: named(silent), page: run('r', ours) }, found('r')],
    ["no pipeline, the page another's", { details: named(silent), page: run('r', nightly) }, none],
    ['no pipeline, the page another run', { details: named(silent), page: run('x', ours) }, none],
    [
      'no pipeline anywhere, and the list of our pipeline has the run',
      { details: named(silent), page: run('r'), list: [run('r')] },
      found('r'),
    ],
    ['no pipeline anywhere, and the list has not', { details: named(silent), page: run('r'), list: [run('x')] }, none],
    [
      'no pipeline, no page, and the list of our pipeline has the event',
      { details: named(silent), list: [run('r', byEvent)] },
      found('r'),
    ],
    [
      'no pipeline, and a list that ignores the filter',
      { details: named(silent), list: [run('r', nightly, byEvent)] },
      none,
    ],
    ['ours with a warning, and the list shows no other', { details: named(ours, warned) }, found('r')],
    [
      'ours with a warning, and another pipeline ran too',
      { details: named(ours, warned), list: [run('x', nightly, byEvent), run('r', ours, byEvent)] },
      found('r'),
    ],
    [
      'ours with a warning, and our pipeline runs twice',
      { details: named(ours, warned), list: [run('again', ours, byEvent), run('r', ours, byEvent)] },
      several('r', 'again'),
    ],
    [
      'ours with a warning, and one of two is over',
      { details: named(ours, warned), list: [run('again', ours, byEvent), run('r', ours, byEvent, over)] },
      found('again'),
    ],
    [
      'another trigger of our pipeline, and both run',
      {
        details: named(ours, { triggerIdentifier: 'on_any_event' }),
        list: [run('r', ours, byEvent), run('mine', ours, byEvent)],
      },
      several('mine', 'r'),
    ],
    [
      'another trigger of our pipeline alone',
      { details: named(ours, { triggerIdentifier: 'on_any_event' }), list: [run('r', ours, byEvent)] },
      found('r'),
    ],
  ])('%s', async (_, shows, expected) => {
    const server = await harnessThat(shows);
    expect(await executorOf(server.url).resolve(request, event)).toMatchObject(expected);
  });

  it('a run that cannot be read: that is no answer', async () => {
    const server = await serverThat((call, response) => {
      if (call.method === 'POST') return sendJson(response, 200, ok({ content: [], last: true }));
      return call.path.includes('triggerExecutionDetails')
        ? sendJson(response, 200, ok({ webhookProcessingDetails: named(silent) }))
        : sendJson(response, 500, {});
    });
    const told = await newsOf(executorOf(server.url), watch(request, { correlation: event }));
    expect(told).toMatchObject({ kind: 'unread', trouble: { asked: 'the run r' } });
  });

  it('our run, and sends no further request', async () => {
    const server = await harnessThat({ details: named(ours) });
    await executorOf(server.url).resolve(request, event);
    expect(server.calls.filter(({ method }) => method === 'GET')).toHaveLength(1);
  });
});

describe('runs with our key', () => {
  const tagged = { tags: [{ key: 'flotilla', value: key }] };
  const from = (id: string) => ({ executionTriggerInfo: { triggeredBy: { extraInfo: { eventCorrelationId: id } } } });
  const failed = { status: 'Failed', startTs: begin, endTs: begin + 1 };

  it.each<[string, Shows, JsonObject]>([
    ['none', { list: [run('x', ours)] }, none],
    ['one', { list: [run('r', ours, tagged)] }, found('r')],
    ['one of another pipeline', { list: [run('r', nightly, tagged)] }, none],
    ['one of another project', { list: [run('r', ours, { projectIdentifier: 'apps' }, tagged)] }, none],
    ['two at work', { list: [run('b', ours, tagged), run('a', ours, tagged)] }, several('a', 'b')],
    ['two, one over', { list: [run('b', ours, tagged), run('a', ours, tagged, failed)] }, found('b')],
    ['two, the later one over', { list: [run('b', ours, tagged, over), run('a', ours, tagged)] }, found('a')],
    [
      'two that are over',
      { list: [run('b', ours, tagged, over, { startTs: begin + 9 }), run('a', ours, tagged, failed)] },
      found('a'),
    ],
    [
      'two at work, by their events',
      { list: [run('b', ours, from('e2')), run('a', ours, from('e1'))] },
      several('a', 'b'),
    ],
    [
      'one by its event, beside a stranger',
      { list: [run('b', ours, from('e2')), run('a', ours, from('e1'))], payloads: { e1: 'another-key' } },
      found('b'),
    ],
  ])('%s', async (_, shows, expected) => {
    const server = await harnessThat(shows);
    expect(await newsOf(executorOf(server.url), watch(request))).toMatchObject(expected);
  });

  it('by their notes', async () => {
    const execute = requestOf({ settings: { ...executeSettings, org: 'risk_org', project: 'risk_services' } });
    const server = await serverThat((call, response) =>
      call.path.endsWith('/execution/summary')
        ? sendJson(response, 200, ok({ content: [run('b', ours), run('a', ours), run('x', ours, over)], last: true }))
        : sendJson(response, 200, ok({ notes: call.path.includes('/x/') ? '' : `of ${key}` })),
    );
    const told = await newsOf(executorOf(server.url), watch(execute));
    expect(told).toMatchObject({ kind: 'several', runs: [{ ref: 'a' }, { ref: 'b' }] });
  });

  it('that are over are not read once one is found: they no longer change anything', async () => {
    const finished = Array.from({ length: 20 }, (_, at) =>
      run(`f${at}`, ours, from(`e${at}`), over, { startTs: begin + 100 + at }),
    );
    const payloads = Object.fromEntries(finished.map((__, at) => [`e${at}`, 'another-key']));
    const server = await harnessThat({ list: [...finished, run('r', ours, from('mine'))], payloads });
    expect(await newsOf(executorOf(server.url), watch(request))).toMatchObject(found('r'));
    expect(server.calls.filter(({ method }) => method === 'GET').length).toBeLessThanOrEqual(5);
  });
});

describe('a run under watch', () => {
  it.each<[string, object, boolean]>([
    ['of our pipeline', ours, true],
    ['of no named pipeline', silent, true],
    ['of another pipeline', nightly, false],
    ['of another organisation', { ...ours, orgIdentifier: 'default' }, false],
    ['of another project', { ...ours, projectIdentifier: 'apps' }, false],
  ])('%s is known: by its page and by the list', async (_, shown, isKnown) => {
    const kindOf = async (shows: Shows): Promise<string | undefined> =>
      (await newsOf(executorOf((await harnessThat(shows)).url), watch(request, { ref: 'r' })))?.kind;
    expect(await kindOf({ page: run('r', shown, over) })).toBe(isKnown ? 'found' : 'none');
    expect(await kindOf({ list: [run('r', shown, over), run('s', ours)] })).toBe(isKnown ? 'found' : 'none');
  });
});
