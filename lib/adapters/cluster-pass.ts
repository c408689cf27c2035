import { isDeepStrictEqual } from 'node:util';
import { type Cluster, HttpMethod, KubeConfig, RequestContext, type User } from '@kubernetes/client-node';
import type { Dispatcher } from 'undici';

/** What authenticates a user at one moment. It stays the same object while its content is the same. */
export interface Credential {
  /** The plain token or password, where the header does not contain it as such. */
  readonly secret?: string;
  readonly authorization?: string;
  /** PEM, if a program supplied it. */
  readonly certificate?: { readonly cert: string; readonly key: string };
}

/** A source of credentials. */
export interface Credentials {
  /** The current credential. Throws if there is none. */
  get(): Promise<Credential>;
  /** The credential was rejected: the next `get` returns another one, if there is one. */
  renew(refused: Credential): void;
}

/** What is sent with a request. */
export interface Pass {
  readonly credential: Credential;
  readonly headers: Readonly<Record<string, string>>;
  /** Headers; several may have the same name. */
  readonly several: Readonly<Record<string, readonly string[]>>;
  /** Texts that must not appear in an answer. */
  readonly secrets: readonly string[];
  /** Connections with client certificates. Absent: the usual connections. */
  readonly dispatcher: Dispatcher | undefined;
}

export interface PassOptions {
  readonly cluster: Cluster | null;
  /** The kubeconfig's certificate. */
  readonly identity?: Omit<User, 'name'>;
  readonly credentials: Credentials;
  readonly headers?: Readonly<Record<string, string>>;
  readonly several?: Pass['several'];
}

interface Made {
  readonly credential: Credential;
  readonly pass: Promise<Pass>;
}

/** Turns credentials into passes, with new connections when the certificate changes. */
export class Passes {
  readonly #options: PassOptions;
  #made: Made | undefined;

  constructor(options: PassOptions) {
    this.#options = options;
  }

  async get(): Promise<Pass> {
    const credential = await this.#options.credentials.get();
    const before = this.#made;
    if (before?.credential === credential) return before.pass;
    const made = { credential, pass: this.#make(credential, before) };
    this.#made = made;
    // A failure is not kept: a file may exist the next time.
    made.pass.catch(() => this.#forget(made));
    return made.pass;
  }

  /** After a 401. False if this pass is outdated: then another request has renewed it. */
  async renew(refused: Pass): Promise<boolean> {
    const made = this.#made;
    if (made === undefined || (await made.pass) !== refused || this.#made !== made) return false;
    this.#forget(made);
    this.#options.credentials.renew(refused.credential);
    return true;
  }

  #forget(made: Made): void {
    if (this.#made === made) this.#made = undefined;
  }

  async #make(credential: Credential, before: Made | undefined): Promise<Pass> {
    const { authorization } = credential;
    const headers = { ...this.#options.headers, ...(authorization === undefined ? {} : { authorization }) };
    const isSame = before !== undefined && isDeepStrictEqual(before.credential.certificate, credential.certificate);
    const dispatcher = isSame ? (await before.pass).dispatcher : await this.#connections(credential);
    const sent = authorization === undefined ? [] : [authorization.replace(/^\w+ /, '')];
    const { secret, certificate } = credential;
    const secrets = [...sent, ...(secret === undefined ? [] : [secret]), ...(certificate ? [certificate.key] : [])];
    return { credential, headers, several: this.#options.several ?? {}, secrets, dispatcher };
  }

  /** client-node creates them, with the kubeconfig's certificates, names and proxies. */
  async #connections({ certificate }: Credential): Promise<Dispatcher | undefined> {
    const { cluster, identity } = this.#options;
    const given = certificate && { certData: base64(certificate.cert), keyData: base64(certificate.key) };
    const config = new KubeConfig();
    if (cluster !== null) config.loadFromClusterAndUser(cluster, { ...(given ?? identity), name: 'flotilla' });
    const context = new RequestContext(cluster?.server ?? '', HttpMethod.GET);
    await config.applySecurityAuthentication(context);
    return context.getDispatcher();
  }
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** A fixed credential, or none. */
export class FixedCredential implements Credentials {
  readonly #credential: Credential;

  constructor(credential: Credential = {}) {
    this.#credential = credential;
  }

  async get(): Promise<Credential> {
    return this.#credential;
  }

  renew(): void {}
}

/** The transport would quote an invalid header in its error. */
export const bearer = (token: string): string => {
  if (!/^[\x21-\x7e]+$/.test(token)) throw new Error('the token is empty, or has characters that no token has');
  return `Bearer ${token}`;
};

/** Bearer tokens from any source. */
export class BearerTokens implements Credentials {
  readonly #read: () => Promise<string>;
  readonly #forget: () => void;
  #last: { readonly token: string; readonly credential: Credential } | undefined;

  constructor(read: () => Promise<string>, forget: () => void = () => {}) {
    this.#read = read;
    this.#forget = forget;
  }

  async get(): Promise<Credential> {
    const token = await this.#read();
    if (this.#last?.token !== token) this.#last = { token, credential: { authorization: bearer(token) } };
    return this.#last.credential;
  }

  renew(refused: Credential): void {
    if (this.#last?.credential === refused) this.#forget();
  }
}
