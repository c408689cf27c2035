import { expect, onTestFinished, test } from 'vitest';
import type { BatchView } from '../../lib/usecases/batch/read-batch.ts';
import type { DeploymentView } from '../../lib/usecases/deployment/deployment-view.ts';
import { batch, deployment, deployments, ended, failed, realHealth } from './answers.ts';
import { run, startFakeApi } from './cli-world.ts';

const root = { key: failed.key, status: 'FAILED', reason: failed.reason, failure: 'CrashLoopBackOff' } as const;
const skipped = (name: string, patch: Partial<DeploymentView> = {}) =>
  deployment({
    key: `risk/${name}`,
    status: 'SKIPPED',
    reason: 'DependencyFailed',
    message: 'It waits.',
    root,
    ...patch,
  });
const unknown = deployment({ status: 'UNKNOWN', reason: 'VerificationLost', message: 'Nobody knows.' });

interface Stands {
  readonly of?: BatchView;
  readonly failed?: readonly DeploymentView[];
  readonly unknown?: readonly DeploymentView[];
  readonly skipped?: readonly DeploymentView[];
}

const against = async (argv: readonly string[], stands: Stands = {}, filter = '') => {
  const list = (status: string, more: string) => `GET /batches/B1/deployments?status=${status}${more}&limit=1000`;
  const api = await startFakeApi({
    'GET /batches/B1': { body: stands.of ?? ended('FAILED') },
    'GET /health': { body: realHealth },
    [list('FAILED', filter)]: { body: deployments(...(stands.failed ?? [failed])) },
    [list('UNKNOWN', filter)]: { body: deployments(...(stands.unknown ?? [])) },
    [list('SKIPPED', '')]: { body: deployments(...(stands.skipped ?? [skipped('a'), skipped('b')])) },
  });
  onTestFinished(() => api.close());
  const ran = await run(['status', 'B1', '--failed', ...argv], { env: { FLOTILLA_URL: api.url } });
  return { ...ran, api };
};

test('shows what failed, why, what it blocks, and the next command', async () => {
  const { status, out } = await against([]);
  expect(status).toBe(1);
  expect([...out.slice(0, 4), ...out.slice(-2)]).toEqual([
    'Batch B1: Autumn release',
    'FAILED / DeploymentsFailed: Over.',
    'FAILED risk/limit-check: RestoredPreviousRelease',
    '  The new pods crash. Version 2.3.0 was restored.',
    '  holds back 2 deployments: risk/a, risk/b',
    '  next: flotilla retry B1 --only risk/limit-check risk/a risk/b',
  ]);
});

const many = Array.from({ length: 11 }, (_, nth) => skipped(`s${nth}`));
const image = { ...failed, failure: { reason: 'ImagePullBackOff', message: 'There is no such tag.' } };
const { failure: _, ...unrestored } = { ...failed, reason: 'InvalidImageName' };
const { docker_image_version: __, ...scaled } = { ...image, action: 'scale', replicas: 2 } as const;

test.each<[what: string, one: DeploymentView, held: readonly DeploymentView[], next: string]>([
  ['alone', failed, [], 'flotilla retry B1 --only risk/limit-check'],
  ['with too many others to name', failed, many, 'flotilla retry B1'],
  ['with an image that cannot be pulled', image, many, 'flotilla retry B1 --with risk/limit-check=VERSION'],
  ['with an invalid image, not restored', unrestored, [], 'flotilla retry B1 --with risk/limit-check=VERSION'],
  ['of a scale, which has no version', scaled, [], 'flotilla retry B1 --only risk/limit-check'],
])('the next command after a failure %s', async (_, one, held, next) => {
  const { out } = await against([], { failed: [one], skipped: held });
  expect(out.at(-1)).toBe(`  next: ${next}`);
});

test.each([
  ['suggests the log while the batch runs', batch(), [failed], [], 'flotilla logs B1 risk/limit-check'],
  [
    'suggests how to resolve an UNKNOWN deployment',
    ended('UNKNOWN'),
    [],
    [unknown],
    'flotilla resolve B1 shared/login-api',
  ],
])('the next command: %s', async (_, of, some, lost, next) => {
  const { out } = await against([], { of, failed: some, unknown: lost, skipped: [] });
  expect(out.at(-1)).toContain(`  next: ${next}`);
});

test('also shows what was skipped for a reason of its own', async () => {
  const { root: _, ...stopped } = skipped('c', { reason: 'BatchStopped', message: 'The batch was stopped.' });
  const { out } = await against([], { skipped: [stopped] });
  expect(out.slice(-2)).toEqual(['SKIPPED BatchStopped: The batch was stopped.', '  risk/c']);
});

test('filters apply to failures, not to what they block', async () => {
  const { out } = await against(['--pillar', 'risk'], {}, '&pillar=risk');
  expect(out).toContain('  holds back 2 deployments: risk/a, risk/b');
});

test('prints the same as JSON with --json', async () => {
  const { out } = await against(['--json']);
  expect(JSON.parse(out.join(''))).toMatchObject({
    ...{ batch_id: 'B1', skipped: [] },
    failed: [
      { key: 'risk/limit-check', held_back: ['risk/a', 'risk/b'], next: expect.stringMatching(/^flotilla retry/) },
    ],
  });
});

test('a batch without failures', async () => {
  const { status, out } = await against([], { of: ended('SUCCESS'), failed: [], skipped: [] });
  expect([status, out.at(-1)]).toEqual([0, 'Nothing has failed of 2 deployments.']);
});

test.each([
  [['--follow'], '--follow'],
  [['--status', 'FAILED', '--at', '3'], '--status, --at'],
])('refuses %j with it', async (argv, told) => {
  const { status, error } = await run(['status', 'B1', '--failed', ...argv]);
  expect([status, error]).toEqual([2, [`--failed shows what failed or is unknown by now: leave out ${told}.`]]);
});
