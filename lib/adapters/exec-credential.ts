import { execFile } from 'node:child_process';
import { foreignText } from '../domain/record/foreign-text.ts';
import { bearer, type Credential, type Credentials } from './cluster-pass.ts';
import { environmentFor, isText, type Plugin } from './cluster-program.ts';

export interface ExecOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly now?: () => number;
}

/** A program's answer and its expiry. Without an expiry it is valid for good. */
interface Said {
  readonly credential: Credential;
  readonly from: number;
  readonly until: number;
}

const limits = { timeout: 60_000, maxBuffer: 1024 * 1024 };

/** A program runs again before its credential expires: a tenth of its lifetime earlier, a minute at most. */
const mostEarly = 60_000;

/**
 * Authenticates with a program's answer (client.authentication.k8s.io). The program runs again shortly before that
 * expires, and when it is rejected, but never twice at a time.
 */
export class ExecCredential implements Credentials {
  readonly #plugin: Plugin;
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #now: () => number;
  #said: Said | undefined;
  #running: Promise<Said> | undefined;
  /** Once for each credential. If this fails, the program runs again when the credential has expired. */
  #triedEarly: Said | undefined;

  constructor(plugin: Plugin, { env = process.env, now = Date.now }: ExecOptions = {}) {
    this.#plugin = plugin;
    this.#env = env;
    this.#now = now;
  }

  async get(): Promise<Credential> {
    const [said, now] = [this.#said, this.#now()];
    if (said === undefined || now >= said.until) return (await this.#run()).credential;
    const early = Math.min(mostEarly, (said.until - said.from) / 10);
    if (now >= said.until - early && this.#triedEarly !== said) {
      this.#triedEarly = said;
      // Its failure is reported once the credential has expired.
      this.#run().catch(() => {});
    }
    return said.credential;
  }

  renew(refused: Credential): void {
    if (this.#said?.credential === refused) this.#said = undefined;
  }

  #run(): Promise<Said> {
    this.#running ??= this.#ask().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #ask(): Promise<Said> {
    const { program, installHint } = this.#plugin;
    const env = environmentFor(this.#plugin, this.#env);
    const named = `the program ${program.command} of the kubeconfig`;
    const out = await new Promise<string>((done, fail) => {
      const child = execFile(program.command, program.args, { ...limits, env }, (error, stdout, stderr) => {
        if (error === null) done(stdout);
        else fail(new Error(`${named} ${whyOf(error, { stderr, installHint })}`));
      });
      child.stdin?.end();
    });
    const from = this.#now();
    const said = saidIn(out, this.#plugin);
    if (typeof said === 'string') throw new Error(`${named} ${said}`);
    this.#said = { ...said, from };
    return this.#said;
  }
}

/** One for each program and way of calling it: clusters with the same user share its answer. */
export class ExecCredentials {
  readonly #known = new Map<string, ExecCredential>();
  readonly #options: ExecOptions;

  constructor(options: ExecOptions = {}) {
    this.#options = options;
  }

  of(plugin: Plugin): ExecCredential {
    const key = JSON.stringify(plugin);
    const known = this.#known.get(key) ?? new ExecCredential(plugin, this.#options);
    this.#known.set(key, known);
    return known;
  }
}

/** A few lines of a traceback are enough, and their length is limited. */
const longestWhy = 300;

type Why = { readonly stderr: string; readonly installHint: string | undefined };
const whyOf = (error: Error, { stderr, installHint = '' }: Why): string => {
  const { code, killed } = error as { readonly code?: unknown; readonly killed?: boolean };
  if (killed) return `did not end within ${limits.timeout / 1_000} s`;
  if (code !== 'ENOENT') return `failed: ${(stderr.trim() || error.message).slice(-longestWhy)}`;
  const hint = foreignText(installHint.trim(), longestWhy);
  return `is not there (ENOENT)${hint === '' ? '' : `; the kubeconfig says: ${hint}`}`;
};

/** The credential in an answer, or what is wrong with it, in words that continue after the program's name. */
const saidIn = (out: string, { apiVersion: wanted }: Plugin): Omit<Said, 'from'> | string => {
  const { kind, apiVersion, status } = answerIn(out);
  if (kind !== 'ExecCredential' || status === undefined || status === null) {
    return 'did not answer with an ExecCredential';
  }
  if (wanted !== undefined && apiVersion !== wanted) {
    return `answered with apiVersion ${foreignText(String(apiVersion), 100)}, and the kubeconfig wants ${wanted}`;
  }
  const { token, clientCertificateData: cert, clientKeyData: key, expirationTimestamp: end } = status;
  const certificate = isText(cert) && isText(key) ? { cert, key } : undefined;
  if (certificate === undefined && (isText(cert) || isText(key)))
    return 'gave a certificate without its key, or a key alone';
  if (certificate === undefined && !isText(token)) return 'gave neither a token nor a certificate';
  const until = isText(end) ? Date.parse(end) : Number.POSITIVE_INFINITY;
  if (Number.isNaN(until)) return 'gave an expirationTimestamp that is no time';
  return {
    credential: { ...(isText(token) ? { authorization: bearer(token) } : {}), ...(certificate && { certificate }) },
    until,
  };
};

type Answer = Readonly<Record<'kind' | 'apiVersion', unknown>> & {
  readonly status?: Readonly<Record<string, unknown>> | null;
};

const answerIn = (out: string): Partial<Answer> => {
  try {
    return (JSON.parse(out) as Answer | null) ?? {};
  } catch {
    return {};
  }
};
