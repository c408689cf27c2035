import { isTerminal, type Status } from '../deployment/status.ts';

/** A request's status, in the requester's terms. */
export const requestStatuses = ['CREATED', 'SUCCESS', 'FAILURE'] as const;
export type RequestStatus = (typeof requestStatuses)[number];

export interface RequestStanding {
  readonly status: RequestStatus;
  /** Only for FAILURE. */
  readonly failure_reason?: string;
}

interface Told {
  readonly status: Status;
  readonly reason: string;
  readonly message: string;
}

/**
 * A request's status, derived from its batch's deployment and the batch. It is computed on reading and never stored. So
 * an outcome replaced by a `resolve` or a rollback shows at once, and no second row can be lost or late.
 */
export const requestStanding = (batch: Told, deployment: Told | undefined): RequestStanding => {
  const told = deployment !== undefined && isTerminal(deployment.status) ? deployment : batch;
  if (!isTerminal(told.status)) return { status: 'CREATED' };
  if (told.status === 'SUCCESS') return { status: 'SUCCESS' };
  return { status: 'FAILURE', failure_reason: `${told.reason}: ${told.message}` };
};
