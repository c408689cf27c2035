import type { ItemDefaults } from '../batch/item-defaults.ts';

/** What is requested for a deployment. `RECONCILE` applies the last request again. */
export const requestTypes = ['CREATE', 'UPDATE', 'DELETE', 'RECONCILE'] as const;
export type RequestType = (typeof requestTypes)[number];

/** CPU (`500m`) and memory (`256Mi`). */
export interface Resources {
  readonly cpu: string;
  readonly memory: string;
}

export interface ResourceLimit {
  readonly request: Resources;
  readonly limit: Resources;
}

/** What the requester specifies. */
export interface RequestValues {
  readonly replica_count: number;
  readonly resource_limit: ResourceLimit;
  readonly doc_html: string;
}

/** How the request's batch runs: the configuration's defaults at the time of the request. */
export type RequestSettings = Pick<ItemDefaults, 'timeout' | 'retry_count' | 'priority' | 'rollback_strategy'>;

/** `REQUESTS#ID#<id>`: one request. Only the batch changes, if it is retried. Its result is read from that batch. */
export interface RequestRow extends Omit<RequestValues, 'doc_html'> {
  readonly request_id: string;
  readonly identifier: string;
  /** Its number among the deployment's requests, from 1. */
  readonly number: number;
  readonly type: RequestType;
  readonly owner: string;
  /** The sender, if it was not the owner. */
  readonly sent_by?: string;
  readonly name: string;
  readonly namespace: string;
  readonly image: string;
  /** Of its manifests, which contain `doc_html` too. */
  readonly manifests: string;
  /** A hash of everything requested, which tells two requests with the same id apart. */
  readonly content: string;
  readonly batch_id: string;
  /** How often it was run, from 1. */
  readonly tries: number;
  /** Absent: defaults. */
  readonly settings?: RequestSettings;
  readonly created_at: number;
}

/** `REQUESTS#OF#<identifier>`: a deployment that was requested. Each accepted request changes `number`. */
export interface RequestedRow {
  readonly identifier: string;
  readonly name: string;
  readonly namespace: string;
  readonly image: string;
  readonly owner: string;
  readonly environment: string;
  readonly infrastructure: string;
  readonly pillar: string;
  /** The latest request's number. */
  readonly number: number;
  readonly request_id: string;
  readonly type: RequestType;
  readonly batch_id: string;
  readonly tries: number;
  readonly created_at: number;
  readonly updated_at: number;
}
