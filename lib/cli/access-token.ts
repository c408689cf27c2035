import * as z from 'zod';
import { networkMessage, remedyFor } from '../adapters/network-failure.ts';
import type { Asking } from '../adapters/own-fetch.ts';
import { isSafeForCredentials } from '../domain/safe-address.ts';
import { isTokenList } from '../local/tokens/given-token.ts';
import { CommandFailure, exitStatus, Unreachable } from './failure.ts';
import { fetchWhole, parsedJson, type WholeAnswer } from './whole-answer.ts';

export interface KnownToken {
  readonly text: string;
  /** A hint for the case that a server rejects the token. */
  readonly ifRefused: string;
}

/** The token to send now; undefined sends none. */
export type AccessToken = () => Promise<KnownToken | undefined>;

/** `place` is where the token comes from, for example `in $FLOTILLA_TOKEN`. */
export const tokenFrom = (place: string, text: string): KnownToken => ({
  text,
  ifRefused: `The token ${place} is not, or no longer, one that this server takes.`,
});

type Env = Readonly<Record<string, string | undefined>>;

interface Sources {
  readonly env: Env;
  /** For a server of the same user. */
  readonly own?: AccessToken;
  /** How many milliseconds an issuer may take. */
  readonly patience?: number;
}

/**
 * The given token, from a file or `FLOTILLA_TOKEN`. Without one: the token of the user's own server, then one from an issuer
 * for the client id and secret in the environment, then none.
 */
export const accessToken = (given: AccessToken | undefined, { env, own, patience = 30_000 }: Sources): AccessToken => {
  // An empty value counts as unset: a failed command leaves one.
  const token = env.FLOTILLA_TOKEN || undefined;
  const ofEnv =
    token === undefined
      ? undefined
      : async () => (isTokenList(token) ? oneOf(await own?.()) : tokenFrom('in $FLOTILLA_TOKEN', token));
  const first = given ?? ofEnv;
  if (first !== undefined) return async () => checkToken(await first());
  const issued = issuedToken(env, patience);
  return async () => (await own?.()) ?? issued();
};

/** Several tokens are for `serve`. We choose none of them and do not send them all. */
const oneOf = (own: KnownToken | undefined): KnownToken => {
  if (own !== undefined) return own;
  throw new CommandFailure(exitStatus.usage, [
    '$FLOTILLA_TOKEN has several tokens, which is for serve. Set it to one.',
  ]);
};

const issuedToken = (env: Env, patience: number): AccessToken => {
  const client = {
    FLOTILLA_TOKEN_URL: env.FLOTILLA_TOKEN_URL ?? '',
    FLOTILLA_CLIENT_ID: env.FLOTILLA_CLIENT_ID ?? '',
    FLOTILLA_CLIENT_SECRET: env.FLOTILLA_CLIENT_SECRET ?? '',
  };
  const missing = Object.entries(client).flatMap(([name, value]) => (value === '' ? [name] : []));
  if (missing.length === Object.keys(client).length) return async () => undefined;
  if (missing.length > 0) {
    const lines = [`To fetch a token, set ${missing.join(' and ')} too.`];
    return () => Promise.reject(new CommandFailure(exitStatus.usage, lines));
  }
  const { FLOTILLA_TOKEN_URL: url, FLOTILLA_CLIENT_ID: id, FLOTILLA_CLIENT_SECRET: secret } = client;
  return fetched({ url, id, secret, scope: env.FLOTILLA_SCOPE, patience });
};

/** The same token, never sent where others on the way can read it. */
export const safeToken =
  (token: AccessToken, url: string): AccessToken =>
  async () => {
    const sent = await token();
    if (sent === undefined || isSafeForCredentials(url)) return sent;
    const why = 'anybody who reads it on the way can use it';
    throw new CommandFailure(exitStatus.usage, [`The token is not sent to ${url} without TLS: ${why}. Use https://.`]);
  };

/** `fetch` would quote a header that it cannot send in its error, token and all. */
const checkToken = (token: KnownToken | undefined): KnownToken => {
  if (token !== undefined && /^[\x21-\x7e]+$/.test(token.text)) return token;
  throw new CommandFailure(exitStatus.usage, ['The token is empty or has characters in it that no token has.']);
};

interface Client {
  readonly url: string;
  readonly id: string;
  readonly secret: string;
  readonly scope: string | undefined;
  readonly patience: number;
}

interface Fetched {
  readonly token: KnownToken;
  readonly until: number;
}

/** A token is renewed shortly before it expires, so that following a batch may outlast a token. */
const fetched = (client: Client): AccessToken => {
  let kept: Fetched | undefined;
  return async () => {
    if (kept === undefined || kept.until <= Date.now()) kept = await fetchToken(client);
    return kept.token;
  };
};

const earlier = 60;
const answer = z.object({ access_token: z.string().regex(/^[\x21-\x7e]+$/), expires_in: z.number().optional() });

/** The client credentials grant (RFC 6749, 4.4). No message contains what was sent or received. */
const fetchToken = async ({ url, id, secret, scope, patience }: Client): Promise<Fetched> => {
  // What is sent there is as secret as a password.
  if (!isSafeForCredentials(url))
    throw new CommandFailure(exitStatus.usage, [`FLOTILLA_TOKEN_URL is not an https address: ${url}`]);
  const body = new URLSearchParams({ grant_type: 'client_credentials', ...(scope === undefined ? {} : { scope }) });
  const user = [id, secret].map(encodeURIComponent).join(':');
  const headers = { authorization: `Basic ${Buffer.from(user).toString('base64')}` };
  const signal = AbortSignal.timeout(patience);
  const { ok, status, text } = await send(url, { method: 'POST', headers, body, signal });
  const read = answer.safeParse(parsedJson(text));
  if (ok && read.success) {
    const { access_token, expires_in = 2 * earlier } = read.data;
    const until = Date.now() + Math.max(expires_in - earlier, earlier / 2) * 1000;
    return { token: tokenFrom('that $FLOTILLA_TOKEN_URL gave', access_token), until };
  }
  const lines = [`No token: ${url} answered ${status}. Are FLOTILLA_CLIENT_ID and FLOTILLA_CLIENT_SECRET right?`];
  if (status === 429 || status >= 500) throw new Unreachable('time', lines);
  throw new CommandFailure(exitStatus.refused, lines);
};

const send = async (url: string, asking: Omit<Asking, 'limit' | 'credential'>): Promise<WholeAnswer> => {
  try {
    return await fetchWhole(url, { ...asking, credential: true });
  } catch (error) {
    if (error instanceof Unreachable)
      throw new Unreachable(
        'person',
        error.lines.map((line) => `No token: ${line}`),
      );
    throw new Unreachable(remedyFor(error), [`No token: no answer from ${url}: ${networkMessage(error)}`]);
  }
};
