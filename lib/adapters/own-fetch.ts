import { isSafeForCredentials } from '../domain/safe-address.ts';
import { credentialWithoutTls } from './network-failure.ts';

/** What a request may send, and how much of its answer is read. */
export interface Asking extends Sent {
  /** Bytes after decompression. The rest is not read, and the connection is closed. */
  readonly limit: number;
  /** The request has a key, a token or a password, so it needs TLS, unless it stays on this machine. */
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
  /** The redirect's target, for messages. It is never followed. */
  readonly redirect?: string;
  /** Must be called exactly once: a connection waits for it. Throws if the connection breaks in the middle. */
  read(): Promise<Content>;
  /** Replaces `read` for a streaming answer, which has no limit. Leaving the loop closes the connection. */
  stream(): AsyncIterable<Uint8Array>;
}

export interface Content {
  /** The answer, or its first bytes if it exceeds the limit. */
  readonly bytes: Uint8Array;
  readonly isWhole: boolean;
}

interface Headers {
  get(name: string): string | null;
}

/** Sends a request without following redirects. */
export type Transport = (url: string, request: Sent & { readonly redirect: 'manual' }) => Promise<Carried>;

interface Carried {
  readonly status: number;
  readonly headers: Headers;
  readonly body: AsyncIterable<Uint8Array> | null;
}

export const ownTransport: Transport = (url, request) => fetch(url, request);

/**
 * Every request to another program goes through here. The answer is not trusted: a redirect is an answer, not a way,
 * and an endless text is read only up to the limit. Throws what the transport throws.
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

/** Names the host alone: the rest of the address may be secret. */
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
