import type { ItemDefaults } from '../batch/item-defaults.ts';

/** What is asked of a deployment. `RECONCILE` applies again what was asked for last. */
export const requestTypes = ['CREATE', 'UPDATE', 'DELETE', 'RECONCILE'] as const;
export type RequestType = (typeof requestTypes)[number];

/** How much of a processor (`500m`), and of memory (`256Mi`). */
export interface Resources {
  readonly cpu: string;
  readonly memory: string;
}

export interface ResourceLimit {
  readonly request: Resources;
  readonly limit: Resources;
}

/** What whoever requests a deployment says of it. */
export interface RequestValues {
  readonly replica_count: number;
  readonly resource_limit: ResourceLimit;
  readonly doc_html: string;
}

/** How the batch of a request is run: what the configuration's defaults say, as it was when the request came. */
export type RequestSettings = Pick<ItemDefaults, 'timeout' | 'retry_count' | 'priority' | 'rollback_strategy'>;

/** `REQUESTS#ID#<id>`: one request. It never changes but for the batch, when it is tried again: what became of it is read from that. */
export interface RequestRow extends Omit<RequestValues, 'doc_html'> {
  readonly request_id: string;
  readonly identifier: string;
  /** Which one it is of that deployment, from 1. */
  readonly number: number;
  readonly type: RequestType;
  readonly owner: string;
  /** Who sent it, where that was not the owner. */
  readonly sent_by?: string;
  readonly name: string;
  readonly namespace: string;
  readonly image: string;
  /** Of its manifests, which have `doc_html` too. */
  readonly manifests: string;
  /** Of all that was asked: by this two requests of the same id are told apart. */
  readonly content: string;
  readonly batch_id: string;
  /** How often it was run, from 1. */
  readonly tries: number;
  /** Absent: as usual. */
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
  /** Of the latest request. */
  readonly number: number;
  readonly request_id: string;
  readonly type: RequestType;
  readonly batch_id: string;
  readonly tries: number;
  readonly created_at: number;
  readonly updated_at: number;
}
