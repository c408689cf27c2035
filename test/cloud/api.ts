import { contractFaults } from '../functions/contract-check.ts';
import type { Cloud } from './cloud.ts';

export interface Deployment {
  readonly key: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly attempts: number;
  readonly runs: readonly { readonly key: string; readonly status?: string }[];
  readonly failure?: { readonly reason: string };
  readonly release_before?: string;
  readonly release_after?: string;
  readonly execution_arn?: string;
}

export interface FeedEvent {
  readonly number: number;
  readonly type: string;
  readonly key?: string;
  readonly seq: number;
  readonly to: string;
  readonly reason: string;
  readonly at: string;
  readonly previous?: string;
  readonly hash: string;
}

export interface Ended {
  readonly batchId: string;
  readonly batch: {
    readonly status: string;
    readonly execution_arn?: string;
    readonly totals?: unknown;
    readonly rollbacks?: readonly string[];
  };
  readonly deployments: Readonly<Record<string, Deployment>>;
  readonly feed: readonly FeedEvent[];
}

/** The deployed HTTP API, with a token. */
export class Api {
  readonly #address: string;
  readonly #token: string | undefined;

  constructor({ api }: Pick<Cloud, 'api'>, token?: string) {
    this.#address = api;
    this.#token = token;
  }

  send(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.#token !== undefined) headers.set('authorization', `Bearer ${this.#token}`);
    return fetch(`${this.#address}${path}`, { ...init, headers });
  }

  submit(text: string, contentType = 'application/yaml'): Promise<Response> {
    return this.send('/batches', { method: 'POST', body: text, headers: { 'content-type': contentType } });
  }

  async ask<T>(path: string): Promise<T> {
    const response = await this.send(path);
    const body = await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${body}`);
    const type = response.headers.get('content-type') ?? '';
    const { pathname } = new URL(path, this.#address);
    const faults = contractFaults({ method: 'GET', path: pathname, status: response.status, type, text: body });
    if (faults.length > 0) throw new Error(faults.join('\n'));
    return JSON.parse(body) as T;
  }

  /** Submits a valid batch. Returns its id. */
  async begin(text: string): Promise<string> {
    const response = await this.submit(text);
    const body = (await response.json()) as { batch_id?: string };
    if (response.status !== 202 || body.batch_id === undefined) throw new Error(JSON.stringify(body));
    return body.batch_id;
  }

  /** Follows a batch to its end by long polls of its feed, and reads the outcome. */
  async follow(batchId: string): Promise<Ended> {
    const feed: FeedEvent[] = [];
    for (let after = 0, ended = false; !ended; ) {
      const page = await this.ask<{ next_after: number; ended: boolean; events: FeedEvent[] }>(
        `/batches/${batchId}/events?after=${after}&wait=20&limit=1000`,
      );
      feed.push(...page.events);
      ({ next_after: after, ended } = page);
    }
    const batch = await this.ask<Ended['batch']>(`/batches/${batchId}`);
    const { deployments } = await this.ask<{ deployments: Deployment[] }>(`/batches/${batchId}/deployments`);
    return { batchId, batch, feed, deployments: Object.fromEntries(deployments.map((one) => [one.key, one])) };
  }
}
