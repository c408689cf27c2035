import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { HttpMethod, KubeConfig, RequestContext, type User } from '@kubernetes/client-node';
import { foreignText } from '../domain/record/foreign-text.ts';
import { BearerTokens, type Credentials, FixedCredential } from './cluster-pass.ts';
import { isListOf, isText, type PlaceOfUser, type Plugin, pluginOf, type Written } from './cluster-program.ts';
import type { ExecCredentials } from './exec-credential.ts';

/** How a kubeconfig's user authenticates. */
export interface KubeconfigUser {
  readonly written: Written;
  readonly plugin?: Plugin;
  /** Impersonation headers. */
  readonly impersonation: Readonly<Record<string, readonly string[]>>;
}

/** Reads a user. Throws what is wrong or unknown, in words that continue after "user". */
export const userOf = (written: Written, place: PlaceOfUser): KubeconfigUser => {
  for (const field of texts) {
    if (!isText(written[field] ?? '')) throw new Error(`has a ${field} that is no text; put it in quotes`);
  }
  if (written['token-file'] !== undefined)
    throw new Error('has token-file, which kubectl does not know: it is tokenFile');
  const unknown = Object.keys(written).find((field) => !known.has(field));
  if (unknown !== undefined) {
    const message = `has ${foreignText(unknown, 100)}, which kubectl does not know; it knows ${[...known].join(', ')}`;
    throw new Error(message);
  }
  checkProvider(written);
  const methods = [
    ...(has(written, 'token') || has(written, 'tokenFile') ? ['a token'] : []),
    ...(has(written, 'username') || has(written, 'password') ? ['a username and password'] : []),
  ];
  if (methods.length > 1) throw new Error(`has ${methods.join(' and ')}: only one of them can be sent`);
  checkCertificate(written);
  const plugin = pluginOf(written.exec, place);
  const impersonation = impersonationOf(written);
  return { written, impersonation, ...(plugin === undefined ? {} : { plugin }) };
};

const texts = [
  ...['token', 'tokenFile', 'username', 'password', 'as', 'as-uid'],
  ...['client-certificate', 'client-certificate-data', 'client-key', 'client-key-data'],
] as const;

/**
 * The fields of a user that kubectl reads. It ignores any other field, and is anonymous if that was to be the token.
 */
const known: ReadonlySet<string> = new Set([
  ...texts,
  ...['as-groups', 'as-user-extra', 'auth-provider', 'exec', 'extensions'],
]);

const has = (written: Written, field: string): boolean => isText(written[field]) && written[field] !== '';

/** kubectl has had one of them since Kubernetes 1.26. */
const checkProvider = ({ 'auth-provider': provider, exec }: Written): void => {
  if (provider === undefined || provider === null) return;
  const { name, config } = provider as { readonly name?: unknown; readonly config?: Written | null };
  if (config?.['cmd-path'] !== undefined || config?.exec !== undefined) {
    throw new Error('has a program under auth-provider, which kubectl does not run any more: name it under exec');
  }
  if (name !== 'oidc') throw new Error(`has the auth-provider ${name}, which kubectl does not have any more; use exec`);
  if (exec !== undefined && exec !== null) throw new Error('has both an auth-provider and an exec');
};

const checkCertificate = (written: Written): void => {
  const [certificate, key] = ['client-certificate', 'client-key'].map(
    (field) => has(written, field) || has(written, `${field}-data`),
  );
  if (certificate && !key) throw new Error('has a client-certificate without a client-key');
  if (key && !certificate) throw new Error('has a client-key without a client-certificate');
};

const isLists = (value: unknown): value is Readonly<Record<string, readonly string[]>> =>
  typeof value === 'object' && value !== null && Object.values(value).every((one) => isListOf(one, isText));

/**
 * As client-go sends it: a header for each value; characters that a header name may not have are %XX in an extra's key.
 */
const impersonationOf = (written: Written): KubeconfigUser['impersonation'] => {
  const { as, 'as-uid': uid, 'as-groups': groups = [], 'as-user-extra': extra = {} } = written;
  if (!isListOf(groups ?? [], isText)) throw new Error('has as-groups that are no list of texts');
  if (!isLists(extra ?? {})) throw new Error('has an as-user-extra that does not have lists of texts by name');
  const extras = Object.entries((extra ?? {}) as Readonly<Record<string, readonly string[]>>);
  const named: readonly (readonly [string, readonly string[]])[] = [
    ['Impersonate-User', has(written, 'as') ? [as as string] : []],
    ['Impersonate-Uid', has(written, 'as-uid') ? [uid as string] : []],
    ['Impersonate-Group', (groups ?? []) as readonly string[]],
    ...extras.map(([key, values]) => [`Impersonate-Extra-${escaped(key)}`, values] as const),
  ];
  const said = named.filter(([, values]) => values.length > 0);
  if (said.length > 0 && !has(written, 'as')) throw new Error('has as-uid, as-groups or as-user-extra without as');
  const odd = said.flatMap(([, values]) => values).find((value) => !/^[\x20-\x7e]+$/.test(value));
  if (odd !== undefined) throw new Error(`would act as ${JSON.stringify(odd)}, which no header can say`);
  return Object.fromEntries(said);
};

const escaped = (key: string): string =>
  Buffer.from(key)
    .toString('latin1')
    .replaceAll(
      /[^!#$&'*+\-.^_`|~0-9A-Za-z]/g,
      (one) => `%${one.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
    );

/** client-node reads the files. If both forms are given, kubectl takes the inline one. */
export const identityOf = ({ written }: KubeconfigUser, kubeconfig: string): Omit<User, 'name'> => {
  const one = (field: string, names: readonly [data: string, file: string]): Readonly<Record<string, string>> => {
    if (has(written, `${field}-data`)) return { [names[0]]: written[`${field}-data`] as string };
    return has(written, field) ? { [names[1]]: fileOf(kubeconfig, written[field] as string) } : {};
  };
  return { ...one('client-certificate', ['certData', 'certFile']), ...one('client-key', ['keyData', 'keyFile']) };
};

const fileOf = (kubeconfig: string, path: string): string => resolve(dirname(kubeconfig), path);

/** In client-go's order: a token or a password makes a program unnecessary. */
export const credentialsOf = (user: KubeconfigUser, kubeconfig: string, programs: ExecCredentials): Credentials => {
  const { written, plugin } = user;
  const text = (field: string): string => (has(written, field) ? (written[field] as string) : '');
  const [token, file] = [text('token'), text('tokenFile')];
  if (file !== '') return new BearerTokens(tokenFile(fileOf(kubeconfig, file), token));
  if (token !== '') return new BearerTokens(async () => token);
  const [name, password] = [text('username'), text('password')];
  if (name !== '' || password !== '') {
    const authorization = `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
    return new FixedCredential({ authorization, secret: password });
  }
  if (plugin !== undefined) return programs.of(plugin);
  const provider = written['auth-provider'] ?? undefined;
  return provider === undefined ? new FixedCredential() : new BearerTokens(oidcToken(provider));
};

/** Service account tokens rotate. If the file cannot be read once, its last content is used. */
const tokenFile = (path: string, otherwise: string): (() => Promise<string>) => {
  let last = otherwise;
  return async () => {
    try {
      last = (await readFile(path, 'utf8')).trim();
    } catch (error) {
      if (last === '') throw new Error(`the tokenFile ${path} cannot be read: ${(error as Error).message}`);
    }
    return last;
  };
};

/** client-node refreshes the id-token. If it cannot, it would be anonymous. */
const oidcToken = (authProvider: unknown): (() => Promise<string>) => {
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: 'cluster', server: 'https://localhost', skipTLSVerify: false },
    { name: 'user', authProvider },
  );
  return async () => {
    const context = new RequestContext('https://localhost', HttpMethod.GET);
    await config.applySecurityAuthentication(context);
    const said = context.getHeaders().Authorization?.replace(/^Bearer /, '');
    if (said === undefined) throw new Error('the id-token of the auth-provider has ended, and nothing there renews it');
    return said;
  };
};
