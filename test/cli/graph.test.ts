import { describe, expect, onTestFinished, test } from 'vitest';
import { run, startFakeApi } from './cli-world.ts';

const id = '01M7Z82VGHV3GT6X1EMB454VBS';
const graph = {
  batch_id: id,
  plan_hash: 'abc',
  total: 4,
  keys: ['shared/login-api', 'risk/odd', 'clearing/trade-intake', 'risk/limit-check'],
  levels: [0, 0, 1, 2],
  dependencies: [[], [], [0], [2, 1]],
  critical_path: ['shared/login-api', 'clearing/trade-intake', 'risk/limit-check'],
};

const against = async (...argv: readonly string[]) => {
  const api = await startFakeApi({ [`GET /batches/${id}/graph`]: { body: graph } });
  onTestFinished(() => api.close());
  return run(['graph', id, ...argv, '--url', api.url]);
};

describe('flotilla graph', () => {
  test('shows the dependencies level by level', async () => {
    expect(await against()).toMatchObject({
      status: 0,
      out: [
        'Level 0',
        '  shared/login-api',
        '  risk/odd',
        'Level 1',
        '  clearing/trade-intake  after shared/login-api',
        'Level 2',
        '  risk/limit-check  after clearing/trade-intake, risk/odd',
        'Critical path: shared/login-api -> clearing/trade-intake -> risk/limit-check',
      ],
    });
  });

  test("--dot writes it for Graphviz, --json prints the server's answer", async () => {
    expect((await against('--dot')).out).toEqual([
      `digraph "${id}" {`,
      '  rankdir=LR;',
      ...graph.keys.map((key) => `  "${key}";`),
      '  "shared/login-api" -> "clearing/trade-intake";',
      '  "clearing/trade-intake" -> "risk/limit-check";',
      '  "risk/odd" -> "risk/limit-check";',
      '}',
    ]);
    expect(JSON.parse((await against('--json')).out.join(''))).toEqual(graph);
    expect((await against('--json', '--dot')).status).toBe(2);
  });
});
