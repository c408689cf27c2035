import { execFile } from 'node:child_process';
import { dirname, isAbsolute, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { KubeConfig, User } from '@kubernetes/client-node';

/** A program that a kubeconfig names to be let in by a cluster. */
export interface ClusterProgram {
  /** As it is found: by PATH, or by a path that is relative to the kubeconfig, as kubectl has it. */
  readonly command: string;
  readonly args: readonly string[];
  /** What the kubeconfig gives it in its environment. */
  readonly env: Readonly<Record<string, string>>;
}

type Env = Readonly<Record<string, string | undefined>>;
type Authenticator = Parameters<KubeConfig['addAuthenticator']>[0];

/** The program of a user of a kubeconfig; throws what is wrong with it, in words that go on from "user". */
export const programOf = (user: User | null, kubeconfig: string): ClusterProgram | undefined => {
  const { exec, authProvider } = (user ?? {}) as { readonly exec?: unknown; readonly authProvider?: ProviderEntry };
  const { 'cmd-path': path, exec: inner } = authProvider?.config ?? {};
  if (path !== undefined || inner !== undefined) {
    throw new Error('has a program under auth-provider, which kubectl does not run any more: name it under exec');
  }
  if (exec === undefined || exec === null) return undefined;
  const { command, args, env } = exec as Readonly<Record<'command' | 'args' | 'env', unknown>>;
  const [given, named] = [args ?? [], env ?? []];
  if (!isText(command) || command === '' || !isListOf(given, isText) || !isListOf(named, isNamedValue)) {
    throw new Error('has an exec that does not have the form of one: command, args, env');
  }
  const isPath = command.includes('/') && !isAbsolute(command);
  return {
    command: isPath ? resolve(dirname(kubeconfig), command) : command,
    args: given,
    env: Object.fromEntries(named.map(({ name, value }) => [name, value])),
  };
};

const isText = (value: unknown): value is string => typeof value === 'string';
const isListOf = <One>(value: unknown, is: (one: unknown) => one is One): value is readonly One[] =>
  Array.isArray(value) && value.every(is);
const isNamedValue = (value: unknown): value is { readonly name: string; readonly value: string } => {
  const { name, value: held } = (value ?? {}) as Readonly<Record<string, unknown>>;
  return isText(name) && isText(held);
};

export const isSame = (one: ClusterProgram, other: ClusterProgram): boolean =>
  isDeepStrictEqual(partsOf(one), partsOf(other));

const partsOf = ({ command, args, env }: ClusterProgram) => ({ command, args, env });

interface ProviderEntry {
  readonly config?: Readonly<Record<string, unknown>> | null;
}

const handedOn = /^(?:PATH|HOME|AWS_.*|HTTPS?_PROXY|NO_PROXY|ALL_PROXY|https?_proxy|no_proxy|all_proxy)$/;
/** Without them no program starts on Windows. */
const ofWindows = /^(?:SystemRoot|USERPROFILE|PATHEXT|APPDATA|LOCALAPPDATA)$/i;

/**
 * What such a program sees: what it needs to find its files and the cloud, and what the kubeconfig gives it. Nothing else is its
 * business: our environment may hold the key of Harness.
 */
export const environmentFor = ({ env }: Pick<ClusterProgram, 'env'>, own: Env): Readonly<Record<string, string>> => {
  const handed = Object.entries(own).filter(
    (one): one is [string, string] => one[1] !== undefined && (handedOn.test(one[0]) || ofWindows.test(one[0])),
  );
  return { ...Object.fromEntries(handed), ...env };
};

/** What a program says; of each it says some. */
type Credential = Readonly<Partial<Record<(typeof said)[number], string>>>;
const said = ['token', 'clientCertificateData', 'clientKeyData', 'expirationTimestamp'] as const;

const limits = { timeout: 60_000, maxBuffer: 1024 * 1024 };

/** Lets in by what a program says (client.authentication.k8s.io). It is run again when that has come to its end, or is not taken. */
export class ExecCredential implements Authenticator {
  readonly #program: ClusterProgram;
  readonly #env: Env;
  #kept: Promise<Credential> | undefined;

  constructor(program: ClusterProgram, env: Env = process.env) {
    this.#program = program;
    this.#env = env;
  }

  isAuthProvider(): boolean {
    return true;
  }

  async applyAuthentication(_user: User, options: Parameters<Authenticator['applyAuthentication']>[1]): Promise<void> {
    const { token, clientCertificateData, clientKeyData } = await this.#credential();
    if (clientCertificateData) options.cert = clientCertificateData;
    if (clientKeyData) options.key = clientKeyData;
    if (token) options.headers = { ...options.headers, Authorization: `Bearer ${token}` };
  }

  renew(): void {
    this.#kept = undefined;
  }

  async #credential(): Promise<Credential> {
    const kept = this.#kept === undefined ? undefined : await this.#kept;
    if (kept !== undefined && !hasEnded(kept)) return kept;
    const running = this.#run();
    this.#kept = running;
    // One that failed is not kept.
    running.catch(() => this.renew());
    return running;
  }

  async #run(): Promise<Credential> {
    const { command, args } = this.#program;
    const env = environmentFor(this.#program, this.#env);
    const out = await new Promise<string>((done, fail) => {
      const child = execFile(command, args, { ...limits, env }, (error, stdout, stderr) => {
        if (error === null) done(stdout);
        else fail(new Error(`the program ${command} of the kubeconfig failed: ${whyOf(error, stderr)}`));
      });
      child.stdin?.end();
    });
    const credential = credentialIn(out);
    if (credential !== undefined) return credential;
    throw new Error(`the program ${command} of the kubeconfig did not answer with an ExecCredential`);
  }
}

const hasEnded = ({ expirationTimestamp: end }: Credential): boolean =>
  end !== undefined && !(Date.parse(end) > Date.now());

/** Some lines of a traceback are enough, and none may be of any length. */
const whyOf = ({ message }: Error, stderr: string): string => (stderr.trim() || message).slice(-300);

const credentialIn = (out: string): Credential | undefined => {
  try {
    const { status } = JSON.parse(out) as { readonly status: Readonly<Record<string, unknown>> };
    return Object.fromEntries(said.flatMap((name) => (isText(status[name]) ? [[name, status[name]]] : [])));
  } catch {
    return undefined;
  }
};
