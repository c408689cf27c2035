import { Readable } from 'node:stream';
import type { Engine } from './engine.ts';
import { handleRequest } from './protocol.ts';

/** The parts of an SDK request that the handler reads. */
interface SdkRequest {
  readonly headers: Record<string, string>;
  readonly body?: unknown;
}

interface SdkResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Readable;
}

const textOf = (body: unknown): string => {
  if (body === undefined || body === null) return '';
  return typeof body === 'string' ? body : new TextDecoder().decode(body as Uint8Array);
};

const targetOf = (headers: Record<string, string>): string => {
  const found = Object.entries(headers).find(([name]) => name.toLowerCase() === 'x-amz-target');
  return found?.[1] ?? '';
};

/**
 * A request handler for `new SFNClient({ requestHandler })`: the SDK talks to an engine in its own process, without a
 * socket.
 */
export class InProcessHandler {
  readonly metadata = { handlerProtocol: 'http/1.1' };
  readonly #engine: Engine;
  readonly #before: () => Promise<void>;

  /** `before` runs before each request. */
  constructor(engine: Engine, before: () => Promise<void> = async () => {}) {
    this.#engine = engine;
    this.#before = before;
  }

  async handle(request: SdkRequest): Promise<{ response: SdkResponse }> {
    await this.#before();
    const { status, body } = await handleRequest(this.#engine, targetOf(request.headers), textOf(request.body));
    const headers = { 'content-type': 'application/x-amz-json-1.0' };
    return { response: { statusCode: status, headers, body: Readable.from([Buffer.from(body)]) } };
  }

  updateHttpClientConfig(): void {
    throw new Error('The in-process handler has nothing to configure');
  }

  httpHandlerConfigs(): Record<string, never> {
    return {};
  }

  destroy(): void {
    // The engine's creator closes it.
  }
}
