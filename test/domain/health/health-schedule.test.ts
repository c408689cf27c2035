import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWorthAnotherTry } from '../../../lib/domain/deployment/rollout-failure.ts';
import {
  backoffMilliseconds,
  type HealthState,
  healthRequestOf,
  nextHealthCheck,
  startHealthChecks,
} from '../../../lib/domain/health/health-schedule.ts';
import type { HealthCheck, PlannedDeployment } from '../../../lib/domain/plan/plan.ts';

const start = 1_000_000;
const address = 'https://a.example/ready';
const on: HealthCheck = { enabled: true, path: '/ready', port: 8080, timeout: 20 };
const deploymentWith = (health_check: HealthCheck): PlannedDeployment =>
  ({ health_check, workload: { kind: 'deployment', name: 'app', namespace: 'shared' } }) as PlannedDeployment;

describe('what is requested', () => {
  it.each([
    { what: 'turned off', check: { ...on, enabled: false }, asked: undefined },
    { what: 'neither path nor URL', check: { enabled: true, port: 80 }, asked: undefined },
    { what: 'path and port', check: on, asked: { path: '/ready', port: 8080 } },
    { what: 'a path', check: { enabled: true, path: '/h' }, asked: { path: '/h' } },
    {
      what: 'a URL',
      check: { enabled: true, url: 'https://a.example/h' },
      asked: { path: '/', url: 'https://a.example/h' },
    },
  ])('$what', ({ asked, check }) => {
    const deployment = deploymentWith(check);
    const { workload } = deployment;
    const whole = asked && { ...asked, workload, timeoutMilliseconds: 5_000 };
    expect(healthRequestOf(deployment)).toEqual(whole);
  });
});

describe('the schedule', () => {
  it.each([
    { attempts: 1, random: 0, wait: 500 },
    { attempts: 1, random: 0.999999, wait: 1_000 },
    { attempts: 2, random: 0.5, wait: 1_500 },
    { attempts: 6, random: 0.999999, wait: 32_000 },
    { attempts: 7, random: 0.999999, wait: 60_000 },
    { attempts: 5_000, random: 0, wait: 30_000 },
  ])('after $attempts checks with $random waits $wait ms', ({ attempts, random, wait }) => {
    expect(backoffMilliseconds(attempts, random)).toBe(wait);
  });

  it('ends after its own timeout, or after 60 seconds, and never after the attempt', () => {
    expect(startHealthChecks(on, start, start + 900_000).deadline).toBe(start + 20_000);
    expect(startHealthChecks({ enabled: true }, start, start + 900_000).deadline).toBe(start + 60_000);
    expect(startHealthChecks(on, start, start + 5_000).deadline).toBe(start + 5_000);
  });
});

describe('an answer', () => {
  const state = startHealthChecks(on, start, start + 900_000);
  it.each([
    { status: 200, verdict: 'healthy' },
    { status: 204, verdict: 'healthy' },
    { status: 299, verdict: 'healthy' },
    { status: 300, verdict: 'waiting' },
    { status: 199, verdict: 'waiting' },
    { status: 302, verdict: 'waiting' },
    { status: 404, verdict: 'waiting' },
    { status: 503, verdict: 'waiting' },
    { status: undefined, verdict: 'waiting' },
  ])('$status is $verdict', ({ status, verdict }) => {
    const result = { message: 'x', ...(status !== undefined && { status }) };
    expect(nextHealthCheck(state, result, { now: start, random: 0, address }).verdict).toBe(verdict);
  });

  it.each([
    { reason: 'HealthUnexpectedStatus', answer: { status: 503, message: 'degraded' }, told: '503' },
    {
      reason: 'HealthUnexpectedStatus',
      answer: { status: 503, message: 'degraded' },
      keeps: true,
      told: '503 degraded',
    },
    {
      reason: 'HealthUnexpectedStatus',
      answer: { status: 302, message: '', note: 'a redirect' },
      told: '302 a redirect',
    },
    { reason: 'HealthUnexpectedStatus', answer: { status: 302, message: '' }, told: '302' },
    { reason: 'HealthTimeout', answer: { message: 'no answer within 5000 ms', timeout: true as const } },
    { reason: 'HealthUnreachable', answer: { message: 'nothing listens there (ECONNREFUSED)' } },
  ])('that is bad at the deadline is failing: $reason, with the address and the last answer', (expected) => {
    const { reason, answer, told = answer.message, keeps = false } = expected;
    const at = { now: state.deadline, random: 0, address, keepsAnswer: keeps };
    const judged = nextHealthCheck({ ...state, attempts: 4 }, answer, at);
    expect(judged).toMatchObject({ verdict: 'failing', reason });
    expect(judged.message).toBe(
      `none of 5 checks of ${address} was answered with a status from 200 to 299; the last: ${told}`,
    );
    expect(judged.evidence).toEqual([{ kind: 'health', name: address, reason, message: told }]);
    expect(isWorthAnotherTry(reason)).toBe(true);
  });

  it('is reported by its status, without the body if it is good, and passed to the next check', () => {
    const at = { now: start, random: 0, address, keepsAnswer: true };
    const after = { deadline: state.deadline, attempts: 1 };
    expect(nextHealthCheck(state, { status: 200, message: 'ready' }, at)).toEqual({
      ...{ verdict: 'healthy', reason: 'HealthCheckPassed', message: 'check 1 answered 200' },
      state: { ...after, status: 200 },
    });
    expect(nextHealthCheck({ ...state, status: 503 }, { message: 'no route' }, at)).toEqual({
      ...{ verdict: 'waiting', reason: 'HealthCheckPending' },
      message: `check 1 of ${address}: no route; a status from 200 to 299 is needed`,
      state: after,
      waitUntil: start + 500,
    });
  });

  it('just before the deadline has its next check at the deadline', () => {
    const answer = { status: 500, message: '' };
    const at = { now: state.deadline - 1, random: 0, address };
    expect(nextHealthCheck(state, answer, at)).toMatchObject({ verdict: 'waiting', waitUntil: state.deadline });
    const judged = nextHealthCheck(state, answer, { ...at, now: state.deadline });
    expect(judged).not.toHaveProperty('waitUntil');
    expect(judged.message).toBe(
      `none of 1 check of ${address} was answered with a status from 200 to 299; the last: 500`,
    );
  });

  it('that is good at the deadline still counts', () => {
    const at = { now: state.deadline + 1, random: 0, address };
    expect(nextHealthCheck(state, { status: 200, message: '' }, at).verdict).toBe('healthy');
  });
});

it('checks a service that is never healthy a bounded number of times, each later, until its deadline', () => {
  const seconds = fc.integer({ min: 1, max: 300 });
  fc.assert(
    fc.property(
      seconds,
      fc.array(fc.double({ min: 0, max: 0.999999, noNaN: true }), { minLength: 1, maxLength: 9 }),
      (timeout, randoms) => {
        let state: HealthState = startHealthChecks({ ...on, timeout }, start, start + 3_600_000);
        let now = start;
        for (let check = 0; check < 100; check += 1) {
          const judged = nextHealthCheck(
            state,
            { status: 500, message: '' },
            { now, random: randoms[check % randoms.length] ?? 0, address },
          );
          if (judged.verdict === 'failing') {
            expect(now).toBe(start + timeout * 1_000);
            expect(check).toBeLessThan(20);
            return;
          }
          expect(judged.waitUntil).toBeGreaterThan(now);
          now = judged.waitUntil ?? now;
          state = JSON.parse(JSON.stringify(judged.state));
        }
        expect.unreachable('no end');
      },
    ),
  );
});
