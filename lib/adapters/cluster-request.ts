import { HttpMethod, RequestContext } from '@kubernetes/client-node';
import { fetch as fetchByDispatcher } from 'undici';
import { FlotillaError } from '../domain/errors.ts';
import { foreignText } from '../domain/record/foreign-text.ts';
import type { ClusterAccess } from './cluster-access.ts';
import { networkMessage } from './network-failure.ts';
import { ask, type Transport } from './own-fetch.ts';
import { withoutSecrets } from './own-secrets.ts';

const authority = 'its certificate authority is named in the kubeconfig, as certificate-authority-data';

/** Every request ends after this long, whatever the API server does. */
export const requestMilliseconds = 10_000;

/** A page of a list has some 2 MB. */
export const listBytes = 32 * 1024 * 1024;

const shortestSecret = 8;

export interface ApiAnswer {
  readonly status: number;
  readonly body: string;
  /** There was more than was to be read. */
  readonly isCut?: true;
  readonly redirect?: string;
}

export interface Patience {
  /** Bytes of the answer. */
  readonly limit?: number;
  readonly milliseconds?: number;
}

/** A Status object, when the body is one: in it the API server speaks itself. Through its proxy, a service may too. */
export interface ApiStatusBody {
  readonly code: unknown;
  readonly reason: string;
  readonly message: string;
}

/**
 * GET requests with client-node's authentication and connections but without its models: those would turn every time into a
 * Date, drop unknown fields and take three times as long (2,000 pods: 100 ms instead of 35). And without its `fetch`, which
 * follows redirects and reads all that comes.
 */
export class ClusterRequests {
  readonly #name: string;
  readonly #access: ClusterAccess;
  readonly #server: string;
  readonly #secrets: readonly string[];
  #dispatcher: ReturnType<RequestContext['getDispatcher']>;

  constructor(name: string, access: ClusterAccess, secrets: readonly string[] = []) {
    this.#name = name;
    this.#access = access;
    this.#secrets = secrets;
    this.#server = (access.config.getCurrentCluster()?.server ?? '').replace(/\/$/, '');
  }

  /** Any answer but 401, 5xx and redirects, which mean that the cluster cannot be asked. */
  async get(path: string, patience: Patience = {}): Promise<ApiAnswer> {
    const first = await this.send(path, patience);
    if (first.status !== 401) return this.#checked(path, first);
    // A token may have run out a moment ago: once more with a new one.
    this.#access.renew();
    this.#dispatcher = undefined;
    return this.#checked(path, await this.send(path, patience));
  }

  /** The answer as it came. Throws ClusterUnavailable when there is none, with `details.timeout` when it took too long. */
  async send(path: string, { limit = listBytes, milliseconds = requestMilliseconds }: Patience): Promise<ApiAnswer> {
    const signal = AbortSignal.timeout(milliseconds);
    try {
      const context = new RequestContext(`${this.#server}${path}`, HttpMethod.GET);
      await this.#access.config.applySecurityAuthentication(context);
      // client-node makes a new connection pool for every request; one is kept, so that connections are.
      this.#dispatcher ??= context.getDispatcher();
      context.setHeaderParam('accept', 'application/json, */*');
      const headers = context.getHeaders();
      const transport = by(this.#dispatcher);
      const credential = Object.keys(headers).some((name) => name.toLowerCase() === 'authorization');
      const answer = await ask(`${this.#server}${path}`, { headers, signal, limit, credential, transport });
      const { bytes, isWhole } = await answer.read();
      return {
        status: answer.status,
        body: withoutSecrets(new TextDecoder().decode(bytes), this.#known(headers)),
        ...(isWhole ? {} : { isCut: true }),
        ...(answer.redirect === undefined ? {} : { redirect: answer.redirect }),
      };
    } catch (error) {
      if (signal.aborted) throw this.unavailable(`no answer within ${milliseconds} ms`, { timeout: true });
      throw this.unavailable(networkMessage(error, authority), {}, error);
    }
  }

  /** What was sent must not come back; and what a workload was told of us must not either. A short one is a word of others too. */
  #known(headers: Readonly<Record<string, string>>): readonly string[] {
    const { password, token } = this.#access.config.getCurrentUser() ?? {};
    const sent = Object.entries(headers).flatMap(([name, value]) =>
      name.toLowerCase() === 'authorization' ? [value.replace(/^\w+ /, '')] : [],
    );
    return [...sent, password ?? '', token ?? '', ...this.#secrets].filter(({ length }) => length >= shortestSecret);
  }

  unavailable(why: string, details: Readonly<Record<string, unknown>> = {}, cause?: unknown): FlotillaError {
    const host = URL.canParse(this.#server) ? new URL(this.#server).host : this.#server;
    const message = `cluster ${this.#name} (${host}) cannot be asked: ${foreignText(why, 1_000)}`;
    return new FlotillaError('ClusterUnavailable', message, { cluster: this.#name, host, ...details }, cause);
  }

  #checked(path: string, answer: ApiAnswer): ApiAnswer {
    const { status, redirect } = answer;
    if (redirect !== undefined)
      throw this.unavailable(`it answers with ${redirect}; is the address right?`, { status });
    if (status !== 401 && status !== 403 && status < 500 && status !== 429) return answer;
    const said = statusBodyOf(answer)?.message ?? `HTTP ${status}`;
    throw this.unavailable(`${remedies[status] ?? 'it failed'}: ${said} (GET ${path.split('?')[0]})`, { status });
  }
}

/** client-node's connections are those of its own undici, which Node's `fetch` does not take. */
const by =
  (dispatcher: ReturnType<RequestContext['getDispatcher']>): Transport =>
  (url, request) =>
    fetchByDispatcher(url, { ...request, ...(dispatcher === undefined ? {} : { dispatcher }) });

const remedies: Readonly<Record<number, string>> = {
  401: 'it does not accept our credentials; check the token, certificate or access entry',
  403: 'we have no right to; grant get and list on workloads, pods, pods/log and services/proxy',
  429: 'it is too busy',
};

export function statusBodyOf({ body }: ApiAnswer): ApiStatusBody | undefined {
  if (!body.startsWith('{')) return undefined;
  try {
    const { code, kind, message = '', reason = '' } = JSON.parse(body);
    return kind === 'Status' ? { code, reason: String(reason), message: String(message) } : undefined;
  } catch {
    return undefined;
  }
}
