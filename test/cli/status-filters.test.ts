import { expect, onTestFinished, test } from 'vitest';
import { deployments, ended, failed, health } from './answers.ts';
import { run, type Script, startFakeApi } from './cli-world.ts';

const against = async (script: Script, argv: readonly string[]) => {
  const api = await startFakeApi({
    'GET /batches/B1': { body: ended('FAILED') },
    'GET /health': { body: health },
    ...script,
  });
  onTestFinished(() => api.close());
  return run(['status', 'B1', ...argv, '--url', api.url]);
};

test.each<[options: readonly string[], query: string]>([
  [['--status', 'failed', '--pillar', 'risk'], 'status=FAILED&pillar=risk'],
  [['--environment', 'uat', '--cluster', 'eu-1'], 'environment=uat&cluster=eu-1'],
  [['--reason', 'CrashLoopBackOff', '--text', 'exit 1'], 'reason=CrashLoopBackOff&text=exit+1'],
  [['--held-by', 'risk/cva', '--sort', 'trouble'], 'held_by=risk%2Fcva&sort=trouble'],
])('filters deployments by %s', async (options, query) => {
  const script = { [`GET /batches/B1/deployments?${query}&limit=1000`]: { body: deployments(failed) } };
  const { status, out, error } = await against(script, options);
  const told = options.join(' ').replace('exit 1', "'exit 1'").replace(' --sort trouble', '');
  expect([status, error, out]).toEqual([1, [], expect.arrayContaining([`1 of 2 deployments fits ${told}.`])]);
  expect(out.join('\n')).toContain('risk/limit-check');
});

test('prints no table when nothing matches', async () => {
  const script = { 'GET /batches/B1/deployments?text=x&limit=1000': { body: deployments() } };
  const { out } = await against(script, ['--text', 'x']);
  expect(out.at(-1)).toBe('None of 2 deployments fits --text x.');
});

test('sorting alone leaves nothing out', async () => {
  const script = { 'GET /batches/B1/deployments?sort=trouble&limit=1000': { body: deployments(failed) } };
  const { out } = await against(script, ['--sort', 'trouble']);
  expect(out.join('\n')).not.toContain('fits');
});

test('following shows every deployment', async () => {
  const { status, error } = await against({}, ['--follow', '--pillar', 'risk']);
  expect([status, error]).toEqual([2, ['--follow shows all deployments: leave out --pillar risk.']]);
});
