import type { JsonObject } from '../../domain/json.ts';

/** The result of one request to Harness. */
export type HarnessReply =
  /**
   * An HTTP reply. `body` is absent if it was not a complete JSON object (a proxy's HTML page, for example).
   * `retryAfter` is in milliseconds: Harness does not send it, but a proxy in front of it may.
   */
  | { readonly kind: 'reply'; readonly status: number; readonly body?: JsonObject; readonly retryAfter?: number }
  /** Certain: Harness never saw the request. `permanent` when asking again cannot help (a certificate that is not trusted). */
  | {
      readonly kind: 'not-sent';
      readonly message: string;
      readonly permanent: boolean;
      /** When our own request budget has room again, in milliseconds since 1970. Harness knows nothing of it. */
      readonly busyUntil?: number;
    }
  /** The request may have arrived, and no reply did. */
  | { readonly kind: 'lost'; readonly message: string };

/** Where a pipeline is, if not in the client's own organisation and project. */
export interface HarnessScope {
  readonly org?: string;
  readonly project?: string;
}

/** A start or an abort may have to wait for the request budget. It is not sent after this moment. */
export interface Urgent {
  readonly latest?: number;
}

export interface RunQuery {
  /** Absent: the runs of all pipelines in the project. */
  readonly pipeline?: string;
  /** Absent: runs of every status. Uses Harness's words. */
  readonly statuses?: readonly string[];
  /** Counted from 0. */
  readonly page: number;
  /** 1 to 1000. */
  readonly size: number;
  /** The range of start times in milliseconds. The service requires both ends. */
  readonly from: number;
  readonly to: number;
}

/**
 * The calls that the executor needs. No method throws, and no text in an answer contains a key or a webhook token.
 * `fireTrigger`, `execute` and `abort` are sent at most once. The others are reads, which the client repeats where that
 * can help.
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
  /** The organisation and project of a scope. What it leaves open is the client's own. */
  projectOf?(scope: HarnessScope): Required<HarnessScope>;
  /** A run's page, for people. */
  runUrl(scope: HarnessScope, pipeline: string, id: string): string;
  /** Whether a link in a reply leads to the configured Harness and nowhere else. */
  isOwnUrl(url: string): boolean;
}

/** For grouping and for people: the client's own stands for what a scope leaves open, whatever its name is. */
export const projectOf = (api: Pick<HarnessApi, 'projectOf'>, scope: HarnessScope): Required<HarnessScope> =>
  api.projectOf?.(scope) ?? { org: scope.org ?? 'default', project: scope.project ?? 'default' };
