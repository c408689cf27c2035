import { isTerminal, type Status } from '../deployment/status.ts';

/** How a request stands, in the words of who makes it. */
export const requestStatuses = ['CREATED', 'SUCCESS', 'FAILURE'] as const;
export type RequestStatus = (typeof requestStatuses)[number];

export interface RequestStanding {
  readonly status: RequestStatus;
  /** Of a FAILURE. */
  readonly failure_reason?: string;
}

interface Told {
  readonly status: Status;
  readonly reason: string;
  readonly message: string;
}

/**
 * What became of a request, by the deployment of its batch and by the batch. It is read and never written: an outcome that is replaced,
 * by a `resolve` or a rollback, is told at once, and no second row can be lost or be late.
 */
export const requestStanding = (batch: Told, deployment: Told | undefined): RequestStanding => {
  const told = deployment !== undefined && isTerminal(deployment.status) ? deployment : batch;
  if (!isTerminal(told.status)) return { status: 'CREATED' };
  if (told.status === 'SUCCESS') return { status: 'SUCCESS' };
  return { status: 'FAILURE', failure_reason: `${told.reason}: ${told.message}` };
};
