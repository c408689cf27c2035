import type { Sent } from './carry.ts';
import { type Controls, openHarness } from './opened-harness.ts';
import type { SimulatedHarnessOptions } from './options.ts';

interface Request {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | URLSearchParams | Uint8Array;
  readonly signal?: AbortSignal;
}

interface Carried {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: AsyncIterable<Uint8Array>;
}

export interface InProcessHarness extends Controls {
  /** The base URL for a client of `transport`, which does not look at the host. */
  readonly url: string;
  /** A client's `fetch`: it leads here without a socket, and fails as fetch does. */
  readonly transport: (url: string, request?: Request) => Promise<Carried>;
  close(): void;
}

/**
 * A simulated Harness in this process, without a socket. It depends only on its clock, its random numbers and its
 * requests: on a virtual clock, the same seed gives the same story.
 */
export const simulateHarness = (options: Omit<SimulatedHarnessOptions, 'port'> = {}): InProcessHarness => {
  const url = 'https://harness.simulated';
  const { controls, carry, close } = openHarness(options, () => url);
  const transport: InProcessHarness['transport'] = async (address, request = {}) => {
    const { method = 'GET', headers = {}, body, signal } = request;
    signal?.throwIfAborted();
    const sending = carry({
      method,
      url: new URL(address),
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
      body: body instanceof Uint8Array ? new TextDecoder().decode(body) : String(body ?? ''),
    });
    return carried(await (signal === undefined ? sending : unlessAborted(sending, signal)));
  };
  return { ...controls, url, transport, close };
};

/** A client that gives up hears no more, but its request has been performed. */
const unlessAborted = (sending: Promise<Sent>, signal: AbortSignal): Promise<Sent> =>
  new Promise((resolve, reject) => {
    const give = (): void => reject(signal.reason);
    signal.addEventListener('abort', give, { once: true });
    const done = (): void => signal.removeEventListener('abort', give);
    sending.then(resolve, reject).finally(done);
  });

/** fetch's errors for a refused connection and for a reset one, which tell a client what was sent. */
const failures = {
  before: { code: 'ECONNREFUSED', syscall: 'connect', message: 'connect ECONNREFUSED' },
  after: { code: 'ECONNRESET', syscall: 'read', message: 'read ECONNRESET' },
};

const carried = (sent: Sent): Carried => {
  if (sent.cut !== undefined) {
    const { message, ...codes } = failures[sent.cut];
    throw new TypeError('fetch failed', { cause: Object.assign(new Error(message), codes) });
  }
  const headers = new Map([
    ['content-type', sent.type],
    ['x-simulated', 'true'],
  ]);
  return {
    status: sent.status,
    headers: { get: (name) => headers.get(name.toLowerCase()) ?? null },
    body: onePart(sent.text),
  };
};

async function* onePart(text: string): AsyncIterable<Uint8Array> {
  yield new TextEncoder().encode(text);
}
