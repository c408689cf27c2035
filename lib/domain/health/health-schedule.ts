import { counted } from '../counted.ts';
import type { KeptDeployment } from '../plan/kept-deployment.ts';
import type { HealthCheck } from '../plan/plan.ts';
import type { HealthAnswer, HealthRequest } from '../ports.ts';
import type { Evidence } from '../rollout/judgement.ts';

/**
 * Exponential backoff of the HTTP checks: 1 s, 2 s, 4 s … 60 s, each multiplied by a random factor between 0.5 and 1.
 */
const healthBackoff = { firstMilliseconds: 1_000, factor: 2, capMilliseconds: 60_000 } as const;

/** How long the checks go on if `health_check.timeout` is absent. */
const defaultHealthSeconds = 60;

/** One request waits at most this long. */
const probeTimeoutMilliseconds = 5_000;

/** What one check passes to the next: small, plain JSON. */
export type HealthState = {
  /** When the checks end, in milliseconds since 1970. */
  readonly deadline: number;
  readonly attempts: number;
  readonly status?: number;
};

/** Why a health check failed, by its last answer: no answer, a status other than 2xx, or a timeout. */
export const healthFailures = ['HealthUnreachable', 'HealthUnexpectedStatus', 'HealthTimeout'] as const;
type HealthFailure = (typeof healthFailures)[number];

export interface HealthJudgement {
  readonly verdict: 'healthy' | 'failing' | 'waiting';
  readonly reason: 'HealthCheckPassed' | 'HealthCheckPending' | HealthFailure;
  readonly message: string;
  readonly state: HealthState;
  /** With `waiting`: when the next check is due. */
  readonly waitUntil?: number;
  readonly evidence?: readonly Evidence[];
}

/** What to request; undefined if the check is off or has neither path nor URL. */
export function healthRequestOf(deployment: KeptDeployment): HealthRequest | undefined {
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

/** Begins the checks. They end after the check's own timeout, and never later than the attempt (`attemptDeadline`). */
export function startHealthChecks(check: HealthCheck, now: number, attemptDeadline: number): HealthState {
  const end = now + (check.timeout ?? defaultHealthSeconds) * 1_000;
  return { deadline: Math.min(end, attemptDeadline), attempts: 0 };
}

/** When an answer came, from where, and the random part of the next wait (0 to below 1). */
export interface HealthOccasion {
  readonly now: number;
  readonly random: number;
  /** For display. */
  readonly address: string;
  /** A bad answer is quoted in part. A good answer says nothing useful and may contain secrets. */
  readonly keepsAnswer?: boolean;
}

/** Judges one answer: a 2xx is healthy. Otherwise the next check is due after a backoff, until the deadline. */
export function nextHealthCheck(
  previous: HealthState,
  answer: HealthAnswer,
  { now, random, address, keepsAnswer = false }: HealthOccasion,
): HealthJudgement {
  const state: HealthState = {
    deadline: previous.deadline,
    attempts: previous.attempts + 1,
    ...(answer.status !== undefined && { status: answer.status }),
  };
  const told = describeAnswer(answer, keepsAnswer && !isGood(answer.status));
  if (isGood(answer.status)) {
    const message = `check ${state.attempts} answered ${told}`;
    return { verdict: 'healthy', reason: 'HealthCheckPassed', message, state };
  }
  const waitUntil = now + backoffMilliseconds(state.attempts, random);
  // A check due after the deadline is made at the deadline: the last moment counts too.
  if (now < previous.deadline) {
    const due = Math.min(waitUntil, previous.deadline);
    const message = `check ${state.attempts} of ${address}: ${told}; a status from 200 to 299 is needed`;
    return { verdict: 'waiting', reason: 'HealthCheckPending', message, state, waitUntil: due };
  }
  const reason = failureOf(answer);
  const message = `none of ${counted(state.attempts, 'check')} of ${address} was answered with a status from 200 to 299; the last: ${told}`;
  return {
    verdict: 'failing',
    reason,
    message,
    state,
    evidence: [{ kind: 'health', name: address, reason, message: told }],
  };
}

const failureOf = ({ status, timeout }: HealthAnswer): HealthFailure => {
  if (status !== undefined) return 'HealthUnexpectedStatus';
  return timeout === true ? 'HealthTimeout' : 'HealthUnreachable';
};

/** The wait after this number of checks. */
export function backoffMilliseconds(attempts: number, random: number): number {
  const { firstMilliseconds, factor, capMilliseconds } = healthBackoff;
  const full = Math.min(capMilliseconds, firstMilliseconds * factor ** Math.max(0, attempts - 1));
  return Math.round(full * (0.5 + random / 2));
}

const isGood = (status: number | undefined): boolean => status !== undefined && status >= 200 && status < 300;

const describeAnswer = ({ status, message, note = '' }: HealthAnswer, keepsAnswer: boolean): string => {
  if (status === undefined) return message;
  return [String(status), note, keepsAnswer ? message : ''].filter((part) => part !== '').join(' ');
};
