import { describe, expect, onTestFinished, test } from 'vitest';
import { exampleLogs } from '../../functions/api/schemas/logs.ts';
import { id } from './answers.ts';
import { run, startFakeApi } from './cli-world.ts';

const path = `/batches/${id}/deployments/risk/limit-check/logs`;

const against = async (body: object, query: string, ...argv: readonly string[]) => {
  const api = await startFakeApi({ [`GET ${path}${query}`]: { body } });
  onTestFinished(() => api.close());
  return run(['logs', id, 'risk/limit-check', ...argv, '--utc', '--url', api.url]);
};

describe('flotilla logs', () => {
  test('shows each container of each pod', async () => {
    const { status, out } = await against(exampleLogs, '');
    expect([status, out]).toEqual([
      0,
      ['limit-check-6f7d9-abcde, container app: Running since 2026-11-21 14:27:40Z, 0 restarts', '  ready'],
    ]);
  });

  test('shows one container, a number of lines, and the previous run', async () => {
    const argv = ['--container', 'app', '--tail', '5', '--previous', '--json'];
    const { out } = await against(exampleLogs, '?container=app&tail=5&previous=true', ...argv);
    expect(JSON.parse(out.join(''))).toEqual(exampleLogs);
  });

  test('reports problems, the state of a job, and the recorded lines', async () => {
    const recorded = [{ kind: 'pod', name: 'p', container: 'app', reason: 'Error', message: 'exit 1', log: ['FATAL'] }];
    const jobs = [{ name: 'j', active: 0, succeeded: 0, failed: 3, ended: 'Failed', message: 'too often' }];
    const [container] = exampleLogs.pods[0]!.containers;
    const containers = [
      { ...container, lines: [], message: 'it waits to start' },
      { ...container, cut: true, restarts: 1 },
    ];
    const body = {
      ...{ ...exampleLogs, reason: 'ClusterUnavailable', message: 'cluster-eu-1 does not answer', jobs, recorded },
      ...{ pods: [{ name: 'p', phase: 'Pending', containers }], pods_left_out: 3 },
    };
    const { status, out } = await against(body, '');
    expect([status, out]).toEqual([
      1,
      [
        'cluster-eu-1 does not answer',
        'job j: 0 active, 0 succeeded, 3 failed; Failed: too often',
        'p, container app: Pending, 0 restarts',
        '  it waits to start',
        'p, container app: Pending, 1 restart',
        '  … earlier lines are left out: there is too much',
        '  ready',
        '… and 3 more pods, which were not read.',
        'Recorded when it failed:',
        '  seen on pod p, container app: Error: exit 1',
        '    | FATAL',
      ],
    ]);
  });
});
