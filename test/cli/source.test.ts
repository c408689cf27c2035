import { afterEach, describe, expect, test } from 'vitest';
import { type batch, ended, health, id } from './answers.ts';
import { type FakeApi, type RunOptions, run, type Script, startFakeApi } from './cli-world.ts';

const apis: FakeApi[] = [];
afterEach(async () => {
  await Promise.all(apis.splice(0).map((api) => api.close()));
});

const against = async (script: Script, argv: readonly string[], options: RunOptions = {}) => {
  const api = await startFakeApi(script);
  apis.push(api);
  return run([...argv, '--url', api.url], options);
};

const text = '\uFEFF# a \u001b[31mred\u001b[0m comment\r\nversion: v1.0';
const script: Script = {
  [`GET /batches/${id}/source`]: { body: text, headers: { 'content-type': 'application/yaml' } },
};

describe('source', () => {
  test('writes the text as it is, without a line of its own', async () => {
    expect(await against(script, ['source', id])).toMatchObject({ status: 0, out: [text], error: [] });
  });

  test('shows on a terminal control characters that would move the cursor or change colours', async () => {
    const { out } = await against(script, ['source', id], { live: true });
    expect(out).toEqual(['\uFEFF# a \\u001b[31mred\\u001b[0m comment', 'version: v1.0']);
  });

  test('prints an object with --json', async () => {
    const { out } = await against(script, ['source', id, '--json']);
    expect(JSON.parse(out.join(''))).toEqual({ batch_id: id, content_type: 'application/yaml', text });
  });

  test('exits with 4 for a missing batch', async () => {
    const problem = { status: 404, body: { status: 404, detail: 'There is no batch B1.' } };
    expect(await against({ [`GET /batches/${id}/source`]: problem }, ['source', id])).toMatchObject({
      status: 4,
      error: ['There is no batch B1.'],
    });
  });
});

describe('status shows what the file says about itself', () => {
  const shown = async (metadata: ReturnType<typeof batch>['metadata']) => {
    const { out } = await against(
      {
        'GET /batches/B1': { body: { ...ended('SUCCESS'), metadata } },
        'GET /health': { body: health },
        'GET /batches/B1/deployments?limit=1000': { body: { deployments: [] } },
      },
      ['status', 'B1'],
    );
    return out.slice(out.findIndex((line) => line.startsWith('Submitted')) + 1, -1);
  };
  const many = Array.from({ length: 12 }, (_, at) => `t${at}`);

  test.each([
    [{}, []],
    [
      { author: 'Ada\u001b[2J', description: 'one\ntwo', tags: ['q3', 'urgent'] },
      ['Author: Ada\\u001b[2J', 'Description: one two', 'Tags: q3, urgent'],
    ],
    [{ author: '', description: '', tags: [] }, []],
    [{ tags: many }, ['Tags: t0, t1, t2, t3, t4, t5, t6, t7, t8, t9 and 2 more']],
  ])('%j', async (metadata, lines) => {
    expect(await shown(metadata)).toEqual(lines);
  });
});
