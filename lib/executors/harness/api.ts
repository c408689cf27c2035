import type { JsonObject } from '../../domain/json.ts';

/** What came back for one request to Harness. */
export type HarnessReply =
  /**
   * An HTTP reply. `body` is absent when it was not a complete JSON object (an HTML page of a proxy, for example). `retryAfter` is
   * in milliseconds: Harness does not say that, but what stands in front of it may.
   */
  | { readonly kind: 'reply'; readonly status: number; readonly body?: JsonObject; readonly retryAfter?: number }
  /** Certain: Harness never saw the request. `permanent` when asking again cannot help (a certificate that is not trusted). */
  | {
      readonly kind: 'not-sent';
      readonly message: string;
      readonly permanent: boolean;
      /** Our own budget of requests has no room in time: when it has, milliseconds since 1970. It has nothing to do with Harness. */
      readonly busyUntil?: number;
    }
  /** The request may have arrived, and no reply did. */
  | { readonly kind: 'lost'; readonly message: string };

/** Where a pipeline lives, when that is not the client's own organisation and project. */
export interface HarnessScope {
  readonly org?: string;
  readonly project?: string;
}

/** A start or an abort may have to wait until requests are allowed; it is not sent after this moment. */
export interface Urgent {
  readonly latest?: number;
}

export interface RunQuery {
  /** Without it, those of all pipelines of the project. */
  readonly pipeline?: string;
  /** Without it, those of every status. Harness's words. */
  readonly statuses?: readonly string[];
  /** From 0. */
  readonly page: number;
  /** 1 to 1000. */
  readonly size: number;
  /** Start times, milliseconds; the service insists on both ends. */
  readonly from: number;
  readonly to: number;
}

/**
 * The calls that the executor needs. No method throws, and no text in an answer holds a key or a webhook token.
 * `fireTrigger`, `execute` and `abort` are sent at most once; the others are reads and repeated by the client where that can help.
 */
export interface HarnessApi {
  fireTrigger(
    scope: HarnessScope,
    trigger: Urgent & { readonly pipeline: string; readonly trigger: string; readonly token?: string },
    payload: JsonObject,
  ): Promise<HarnessReply>;
  execute(
    scope: HarnessScope,
    pipeline: string,
    input: Urgent & { readonly yaml: string; readonly notes: string },
  ): Promise<HarnessReply>;
  triggerDetails(event: string, version: 'V2' | 'v1'): Promise<HarnessReply>;
  run(scope: HarnessScope, id: string): Promise<HarnessReply>;
  runNotes(scope: HarnessScope, id: string): Promise<HarnessReply>;
  /** Newest first. */
  runs(scope: HarnessScope, query: RunQuery): Promise<HarnessReply>;
  abort(scope: HarnessScope, id: string, urgent?: Urgent): Promise<HarnessReply>;
  /** The organisation and the project that a scope means. One that does not say so is asked in its own. */
  projectOf?(scope: HarnessScope): Required<HarnessScope>;
  /** The page of a run, for people. */
  runUrl(scope: HarnessScope, pipeline: string, id: string): string;
  /** Whether a link of a reply leads to the configured Harness and nowhere else. */
  isOwnUrl(url: string): boolean;
}

/** For grouping and for people: what a scope leaves open is the client's own, whatever that is called. */
export const projectOf = (api: Pick<HarnessApi, 'projectOf'>, scope: HarnessScope): Required<HarnessScope> =>
  api.projectOf?.(scope) ?? { org: scope.org ?? 'default', project: scope.project ?? 'default' };
