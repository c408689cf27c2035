import { expect, it, test } from 'vitest';
import { type Evidence, failing, healthy, waiting, wantsLog } from '../../../lib/domain/rollout/judgement.ts';

const fact = (reason: string, more: Partial<Evidence> = {}): Evidence => ({
  ...{ kind: 'pod', name: 'p', container: 'app', reason, message: 'x', ...more },
});

it.each([
  ['CrashLoopBackOff', true],
  ['OOMKilled', true],
  ['Error', true],
  ['NotReady', true],
  ['RunContainerError', true],
  ['PostStartHookError', true],
  ['ContainerFailed', true],
  ['ImagePullBackOff', false],
  ['InvalidImageName', false],
  ['ContainerCreating', false],
  ['Unschedulable', false],
])('reads the log of a container with %s: %s', (reason, helps) => {
  expect(wantsLog(fact(reason))).toBe(helps);
});

test('only a container has a log', () => {
  expect(wantsLog({ kind: 'pod', name: 'p', reason: 'Error', message: 'x' })).toBe(false);
  expect(wantsLog(fact('Error', { kind: 'condition' }))).toBe(false);
});

test('a finding has warnings and evidence if there are some', () => {
  expect([healthy('R', 'm'), waiting('R', 'm'), failing('R', 'm')]).toEqual([
    { verdict: 'healthy', reason: 'R', message: 'm' },
    { verdict: 'waiting', reason: 'R', message: 'm' },
    { verdict: 'failing', reason: 'R', message: 'm' },
  ]);
  expect([healthy('R', 'm', ['w']), waiting('R', 'm', ['w']), failing('R', 'm', [fact('E')])]).toEqual([
    { verdict: 'healthy', reason: 'R', message: 'm', warnings: ['w'] },
    { verdict: 'waiting', reason: 'R', message: 'm', warnings: ['w'] },
    { verdict: 'failing', reason: 'R', message: 'm', evidence: [fact('E')] },
  ]);
  expect(Object.keys(healthy('R', 'm'))).not.toContain('warnings');
});
