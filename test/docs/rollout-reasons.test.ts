import { readFileSync } from 'node:fs';
import { expect, it, test } from 'vitest';
import { isWorthAnotherTry } from '../../lib/domain/deployment/rollout-failure.ts';
import { podSignals } from '../../lib/domain/rollout/container-signal.ts';

const page = readFileSync(new URL('../../docs/failures.md', import.meta.url), 'utf8');
const begin = page.indexOf('## Why a rollout failed');
const table = page.slice(begin, page.indexOf('\n## ', begin + 1));
const rows = [...table.matchAll(/^\| ((?:`\w+`(?:, )?)+) \|[^|]+\| (yes|no) \|/gm)];
const again = new Map(
  rows.flatMap(([, reasons, told]) => [...reasons!.matchAll(/\w+/g)].map(([reason]) => [reason, told!] as const)),
);

it.each([...again])('docs/failures.md gives the consequence of %s: %s', (reason, told) => {
  expect(isWorthAnotherTry(reason)).toBe(told === 'yes');
});

const waits = [
  ...['ErrImagePull', 'ImagePullBackOff', 'RegistryUnavailable', 'InvalidImageName', 'ErrImageNeverPull'],
  ...['SignatureValidationFailed', 'ImageInspectError', 'CreateContainerConfigError', 'CreateContainerError'],
  ...['RunContainerError', 'PostStartHookError', 'CrashLoopBackOff'],
];

test('docs/failures.md has every reason of a container or pod that fails a rollout', () => {
  const status = (reason: string, end: string) => ({
    ...{ name: 'app', image: 'app:1', restartCount: 3, state: { waiting: { reason } } },
    lastState: { terminated: { exitCode: 1, reason: end } },
  });
  const unscheduled = { conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }] };
  const pods = [
    ...waits.map((reason) => ({ status: { containerStatuses: [status(reason, 'Error')] } })),
    ...[{ status: { containerStatuses: [status('', 'OOMKilled')] } }, { status: unscheduled }],
  ];
  const reasons = podSignals(pods, { now: 0 }).map(({ reason }) => reason);
  expect(new Set(reasons).size).toBe(waits.length + 1);
  expect(reasons.filter((reason) => !again.has(reason))).toEqual([]);
});
