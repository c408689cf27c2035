import type { RequestRow, RequestType, RequestValues } from '../../domain/requests/request-row.ts';
import type { RequestStatus } from '../../domain/requests/request-status.ts';
import type { Deps } from '../deps.ts';
import { isoTime } from '../iso-time.ts';
import { valuesOf } from './change-request.ts';
import { readStanding } from './find-request.ts';

/** A request as a list shows it. */
export interface RequestLine {
  readonly request_id: string;
  readonly identifier: string;
  readonly name: string;
  readonly namespace: string;
  readonly image: string;
  readonly status: RequestStatus;
  readonly request_type: RequestType;
  /** Null if it has not failed. */
  readonly failure_reason: string | null;
  readonly batch_id: string;
  readonly created_at: string;
}

export interface RequestView extends RequestLine {
  /** Its number among its deployment's requests, from 1. It is also the deployment's version that it makes. */
  readonly number: number;
  /** How often it has run, from 1. */
  readonly tries: number;
  readonly metadata: RequestValues;
  readonly links: { readonly self: string; readonly deployment: string; readonly batch: string };
}

export const requestLine = async (deps: Pick<Deps, 'table'>, row: RequestRow): Promise<RequestLine> => {
  const { request_id, identifier, name, namespace, image, type, batch_id, created_at } = row;
  const { status, failure_reason = null } = await readStanding(deps, batch_id);
  const told = { status, request_type: type, failure_reason, batch_id, created_at: isoTime(created_at) };
  return { request_id, identifier, name, namespace, image, ...told };
};

export const requestView = async (deps: Pick<Deps, 'table' | 'documents'>, row: RequestRow): Promise<RequestView> => ({
  ...(await requestLine(deps, row)),
  number: row.number,
  tries: row.tries,
  metadata: await valuesOf(deps, row),
  links: {
    self: `/api/v1/deployments/requests/${encodeURIComponent(row.request_id)}`,
    deployment: `/api/v1/deployments/${row.identifier}`,
    batch: `/batches/${row.batch_id}`,
  },
});
