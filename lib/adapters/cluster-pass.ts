import { isDeepStrictEqual } from 'node:util';
import { type Cluster, HttpMethod, KubeConfig, RequestContext, type User } from '@kubernetes/client-node';
import type { Dispatcher } from 'undici';

/** What lets a user in at a moment. It is the same object as long as it says the same. */
export interface Credential {
  /** A token or a password, as it is, where the header does not have it so. */
  readonly secret?: string;
  readonly authorization?: string;
  /** PEM, where a program gave it. */
  readonly certificate?: { readonly cert: string; readonly key: string };
}

/** Where credentials come from. */
export interface Credentials {
  /** That of now. Throws where there is none to be had. */
  get(): Promise<Credential>;
  /** It was refused: the next `get` does not give it again, unless there is no other. */
  renew(refused: Credential): void;
}

/** What a request goes with. */
export interface Pass {
  readonly credential: Credential;
  readonly headers: Readonly<Record<string, string>>;
  /** Headers of which there may be several of one name. */
  readonly several: Readonly<Record<string, readonly string[]>>;
  /** What must not come back. */
  readonly secrets: readonly string[];
  /** Connections, with the certificates that they are made with. None: those that anybody gets. */
  readonly dispatcher: Dispatcher | undefined;
}

export interface PassOptions {
  readonly cluster: Cluster | null;
  /** The certificate of the kubeconfig. */
  readonly identity?: Omit<User, 'name'>;
  readonly credentials: Credentials;
  readonly headers?: Readonly<Record<string, string>>;
  readonly several?: Pass['several'];
}

interface Made {
  readonly credential: Credential;
  readonly pass: Promise<Pass>;
}

/** Makes passes of credentials, and new connections where their certificate is another. */
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
    // One that failed is not kept: a file may be there the next time.
    made.pass.catch(() => this.#forget(made));
    return made.pass;
  }

  /** After a 401. False where this pass is one of before: then somebody else has renewed it since. */
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

  /** client-node makes them, with all that a kubeconfig says of certificates, names and proxies. */
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

/** One credential, or none, that nothing changes. */
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

/** A header that cannot be sent would be shown in the error of the transport. */
export const bearer = (token: string): string => {
  if (!/^[\x21-\x7e]+$/.test(token)) throw new Error('the token is empty, or has characters that no token has');
  return `Bearer ${token}`;
};

/** Bearer tokens from wherever they come. */
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
