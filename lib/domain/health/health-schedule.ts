import type { HealthCheck, PlannedDeployment } from '../plan/plan.ts';
import type { HealthRequest } from '../ports.ts';
import type { Evidence } from '../rollout/judgement.ts';

/** Exponential backoff of the HTTP checks: 1 s, 2 s, 4 s … 60 s, each multiplied by a random part between 0.5 and 1. */
const healthBackoff = { firstMilliseconds: 1_000, factor: 2, capMilliseconds: 60_000 } as const;

/** How long the checks go on when `health_check.timeout` is absent. */
const defaultHealthSeconds = 60;

/** One request waits at most this long for its answer. */
const probeTimeoutMilliseconds = 5_000;

/** What one check hands to the next: small plain JSON. */
export type HealthState = {
  /** When the checks end, in milliseconds since 1970. */
  readonly deadline: number;
  readonly attempts: number;
  readonly status?: number;
  readonly message?: string;
};

/** The answer of one check, as `Cluster.probe` gives it. */
export interface HealthResult {
  readonly status?: number;
  readonly message: string;
}

export interface HealthJudgement {
  readonly verdict: 'healthy' | 'failing' | 'waiting';
  readonly reason: 'HealthCheckPassed' | 'HealthCheckFailed' | 'HealthCheckPending';
  readonly message: string;
  readonly state: HealthState;
  /** With `waiting`: when the next check is due. */
  readonly waitUntil?: number;
  readonly evidence?: readonly Evidence[];
}

/** What to ask for, or nothing when the check is off or has neither path nor URL. */
export function healthRequestOf(deployment: PlannedDeployment): HealthRequest | undefined {
  const { enabled, path, port, url } = deployment.health_check;
  if (!enabled || (path === undefined && url === undefined)) return undefined;
  return {
    workload: deployment.workload,
    path: path ?? '/',
    ...(port !== undefined && { port }),
    ...(url !== undefined && { url }),
    timeoutMilliseconds: probeTimeoutMilliseconds,
  };
}

/** Begins the checks: they end after the check's own timeout, and never later than the attempt (`attemptDeadline`). */
export function startHealthChecks(check: HealthCheck, now: number, attemptDeadline: number): HealthState {
  const end = now + (check.timeout ?? defaultHealthSeconds) * 1_000;
  return { deadline: Math.min(end, attemptDeadline), attempts: 0 };
}

/** Judges one answer: a 2xx is healthy; else the next check is due after a backoff, until the deadline. `random` is from 0 to below 1. */
export function nextHealthCheck(
  previous: HealthState,
  result: HealthResult,
  { now, random }: { readonly now: number; readonly random: number },
): HealthJudgement {
  const state: HealthState = {
    deadline: previous.deadline,
    attempts: previous.attempts + 1,
    ...(result.status !== undefined && { status: result.status }),
    message: result.message,
  };
  const answer = describeAnswer(result);
  if (isGood(result.status)) {
    return {
      verdict: 'healthy',
      reason: 'HealthCheckPassed',
      message: `check ${state.attempts} answered ${answer}`,
      state,
    };
  }
  const waitUntil = now + backoffMilliseconds(state.attempts, random);
  // A check that is due after the deadline is made at the deadline: the last moment counts too.
  if (now < previous.deadline) {
    const due = Math.min(waitUntil, previous.deadline);
    const message = `check ${state.attempts} answered ${answer}; a status from 200 to 299 is needed`;
    return { verdict: 'waiting', reason: 'HealthCheckPending', message, state, waitUntil: due };
  }
  const message = `none of ${state.attempts} checks answered with a status from 200 to 299; the last: ${answer}`;
  return {
    verdict: 'failing',
    reason: 'HealthCheckFailed',
    message,
    state,
    evidence: [{ kind: 'health', name: 'http', reason: 'HealthCheckFailed', message: answer }],
  };
}

/** The wait after the given number of checks. */
export function backoffMilliseconds(attempts: number, random: number): number {
  const { firstMilliseconds, factor, capMilliseconds } = healthBackoff;
  const full = Math.min(capMilliseconds, firstMilliseconds * factor ** Math.max(0, attempts - 1));
  return Math.round(full * (0.5 + random / 2));
}

const isGood = (status: number | undefined): boolean => status !== undefined && status >= 200 && status < 300;

const describeAnswer = ({ status, message }: HealthResult): string =>
  status === undefined ? message : message === '' ? String(status) : `${status} ${message}`;
