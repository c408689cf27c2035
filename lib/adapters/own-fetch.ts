import { isSafeForCredentials } from '../domain/safe-address.ts';
import { credentialWithoutTls } from './network-failure.ts';

/** What one request may send, and how much of its answer is read. */
export interface Asking extends Sent {
  /** Bytes after decompression: what comes behind them is not read, and the connection is closed. */
  readonly limit: number;
  /** A key, a token or a password goes with it: nobody is asked without TLS then, unless on this machine. */
  readonly credential: boolean;
  /** Node's own unless given. */
  readonly transport?: Transport;
}

interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | URLSearchParams | Uint8Array<ArrayBuffer>;
  readonly signal?: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** What a redirect says of itself. Nobody is asked there. */
  readonly redirect?: string;
  /** To be called once, always: a connection waits for it. Throws when the connection breaks in the middle. */
  read(): Promise<Content>;
  /** In the place of `read`, for an answer that goes on: there is no limit to it. Leaving the loop closes the connection. */
  stream(): AsyncIterable<Uint8Array>;
}

export interface Content {
  /** The answer, or its first bytes where it has more than the limit. */
  readonly bytes: Uint8Array;
  readonly isWhole: boolean;
}

interface Headers {
  get(name: string): string | null;
}

/** What carries a request. It is told to follow nothing. */
export type Transport = (url: string, request: Sent & { readonly redirect: 'manual' }) => Promise<Carried>;

interface Carried {
  readonly status: number;
  readonly headers: Headers;
  readonly body: AsyncIterable<Uint8Array> | null;
}

export const ownTransport: Transport = (url, request) => fetch(url, request);

/**
 * Every request of ours to another program is made here. What answers is not trusted: a redirect is an answer and no way,
 * and of a text without an end only the beginning is read. Throws what the transport throws.
 */
export const ask = async (url: string, asking: Asking): Promise<Answer> => {
  const { limit, credential, transport = ownTransport, ...sent } = asking;
  if (credential && !isSafeForCredentials(url)) throw credentialWithoutTls();
  const { status, headers, body } = await transport(url, { ...sent, redirect: 'manual' });
  const isRedirect = status >= 300 && status < 400;
  return {
    status,
    headers,
    ...(isRedirect ? { redirect: redirectWords(headers.get('location'), url) } : {}),
    read: () => upTo(limit, body),
    stream: () => body ?? nothing(),
  };
};

/** Names the host alone: what stands behind it may be what nobody should read. */
const redirectWords = (location: string | null, base: string): string => {
  const host = location === null ? '' : (URL.parse(location, base)?.host ?? '');
  return host === '' ? 'a redirect to nowhere' : `a redirect to ${host}, which was not followed`;
};

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** Leaving the loop early closes the connection. */
const upTo = async (limit: number, body: AsyncIterable<Uint8Array> | null): Promise<Content> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    const room = limit - size;
    chunks.push(chunk.length > room ? chunk.subarray(0, room) : chunk);
    size += chunk.length;
    if (chunk.length > room) return { bytes: Buffer.concat(chunks), isWhole: false };
  }
  return { bytes: Buffer.concat(chunks), isWhole: true };
};
