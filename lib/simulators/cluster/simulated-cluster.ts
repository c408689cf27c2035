import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { byOwnName, listenAsBefore } from '../listen.ts';
import { type Memory, noMemory } from '../memory.ts';
import { Api, parseTarget, type Target } from './api.ts';
import { ApiStatus, badRequest, noSuchPath } from './api-status.ts';
import { ControlLoop } from './control-loop.ts';
import { prometheusAnswer, prometheusPlace } from './prometheus.ts';
import { listJson, podLog, watch } from './reading.ts';
import { rememberObjects } from './remember.ts';
import { discovery, resourceOf, resources } from './resources.ts';
import { Rights } from './rights.ts';
import { deploySeeds, type Seed, seedSchema } from './seed.ts';
import { proxied } from './service-proxy.ts';
import { isRolledOut } from './settled.ts';
import { Store } from './store.ts';

export interface SimulatedClusterOptions {
  /** 0: any free port. Only on loopback. */
  readonly port?: number;
  readonly tickMilliseconds?: number;
  readonly podStartMilliseconds?: number;
  readonly now?: () => number;
  /** Only if the memory is empty. Existing workloads are left alone. */
  readonly seed?: readonly z.input<typeof seedSchema>[number][];
  /** Without it nothing is remembered. It is closed with the cluster. */
  readonly memory?: Memory;
}

export interface SimulatedCluster {
  readonly url: string;
  readonly port: number;
  /** The objects, for tests that look behind the API. */
  readonly store: Store;
  /** For tests that take some away. */
  readonly rights: Rights;
  /** Breaks all connections. A resumed watch learns that its version is too old. The objects stay. */
  restartApiServer(): void;
  close(): Promise<void>;
}

interface Parts {
  readonly store: Store;
  readonly api: Api;
  readonly rights: Rights;
}

/** Starts a cluster in this process: the Kubernetes API over plain HTTP on loopback, with controllers and a kubelet. */
export async function startSimulatedCluster(options: SimulatedClusterOptions = {}): Promise<SimulatedCluster> {
  const { port = 0, tickMilliseconds = 100, podStartMilliseconds = 300, now = Date.now, memory = noMemory } = options;
  const store = new Store(now);
  rememberObjects(store, memory);
  const isNew = resources.every((resource) => store.list(resource).length === 0);
  // Its UID identifies the cluster.
  const system = { kind: 'Namespace', metadata: { name: 'kube-system' } };
  if (store.get(resourceOf('Namespace'), '', 'kube-system') === undefined) store.create(system);
  const loop = new ControlLoop(store, { now, tickMilliseconds, podStartMilliseconds, memory });
  const parts = { store, api: new Api(store, now), rights: new Rights() };
  const answered: RequestListener = (request, response) => {
    response.setHeader('x-simulated', 'true');
    answer(parts, request, response).catch((error: unknown) => fail(response, error));
  };
  const server = createServer(byOwnName(answered));
  const bound = await listenAsBefore(server, port, memory);
  if (options.seed !== undefined && isNew) await seed(store, seedSchema.parse(options.seed));
  return {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    store,
    rights: parts.rights,
    restartApiServer: () => {
      store.forgetChanges();
      server.closeAllConnections();
    },
    close: () => {
      loop.close();
      memory.close();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function answer(parts: Parts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://cluster');
  const body = request.method === 'GET' ? undefined : await bodyOf(request);
  const known = request.method === 'GET' ? fixed(pathname) : undefined;
  if (known !== undefined) send(response, 200, known);
  else if (request.method === 'POST' && parts.rights.isReview(pathname))
    send(response, 201, parts.rights.review(pathname, body));
  else if (pathname.startsWith('/simulator/')) await simulator(parts.store, pathname, { body, response });
  else {
    const target = parseTarget(pathname);
    parts.rights.check(request.method ?? '', target, query);
    if (target.resource.plural === 'services' && target.part === 'proxy')
      proxy(parts.store, target, { query, response });
    else if (request.method === 'GET') read(parts, { target, query, response });
    else write(parts.api, request, { target, body, query, response });
  }
}

/** The paths that do not depend on any object. */
const fixed = (pathname: string): unknown =>
  pathname === '/version' ? version : ['/healthz', '/livez', '/readyz'].includes(pathname) ? 'ok' : discovery(pathname);

function proxy(
  store: Store,
  { namespace = '', name = '', rest }: Target,
  { query, response }: Pick<Reading, 'query' | 'response'>,
): void {
  const path = rest === '' ? '/' : rest;
  const isMetrics = namespace === prometheusPlace.namespace && name === prometheusPlace.service;
  const { status, body } = isMetrics ? prometheusAnswer(store, path, query) : proxied(store, namespace, name, path);
  if (isMetrics) sendJson(response, status, body);
  else sendText(response, status, body);
}

interface Reading {
  readonly target: Target;
  readonly query: URLSearchParams;
  readonly response: ServerResponse;
}

function read({ api, store }: Parts, { target, query, response }: Reading): void {
  if (['1', 'true'].includes(query.get('watch') ?? '')) watch(store, target, { query, response });
  else if (target.name === undefined) sendJson(response, 200, listJson(store, target, query));
  else {
    const object = api.get(target);
    if (target.part === 'log' && object.kind === 'Pod') sendText(response, 200, podLog(object, query));
    else if (target.part !== undefined && target.part !== 'status') throw noSuchPath();
    else sendJson(response, 200, store.json(object));
  }
}

function write(
  api: Api,
  { headers, method }: IncomingMessage,
  { target, body, query, response }: Reading & { readonly body: unknown },
): void {
  const sent = { target, body, query, contentType: headers['content-type'] ?? '' };
  if (method === 'POST') send(response, 201, api.create(sent));
  else if (method === 'PUT') send(response, 200, api.replace(sent));
  else if (method === 'PATCH') send(response, api.has(target) ? 200 : 201, api.patch(sent));
  else if (method === 'DELETE' && target.name !== undefined) send(response, 200, api.delete(target, query, body));
  else throw new ApiStatus(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource');
}

/** `seed` waits until everything runs; `deploy` answers at once, as `kubectl apply` does. */
async function simulator(
  store: Store,
  pathname: string,
  { body, response }: { body: unknown; response: ServerResponse },
): Promise<void> {
  const parsed = seedSchema.safeParse(body);
  if (!parsed.success) throw badRequest(z.prettifyError(parsed.error));
  if (pathname === '/simulator/seed') await seed(store, parsed.data);
  else if (pathname === '/simulator/deploy') deploySeeds(store, parsed.data);
  else throw noSuchPath();
  send(response, 200, { simulated: true, workloads: parsed.data.length });
}

/** A seed whose image can never run must not block the start. */
const seedMilliseconds = 15_000;

async function seed(store: Store, seeds: readonly Seed[]): Promise<void> {
  let open = deploySeeds(store, seeds);
  for (const start = Date.now(); open.length > 0 && Date.now() - start < seedMilliseconds; await sleep(20)) {
    open = open.filter((object) => !isRolledOut(store, object));
  }
}

const version = {
  major: '1',
  minor: '36',
  gitVersion: 'v1.36.0-simulated',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '2026-01-01T00:00:00Z',
  goVersion: 'none',
  compiler: 'none',
  platform: 'simulated',
};

const bodyLimit = 8 * 1024 * 1024;

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bodyLimit) throw new ApiStatus(413, 'RequestEntityTooLarge', 'the request is too large');
    chunks.push(chunk);
  }
  if (size === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw badRequest('the body is not JSON, the only form that the simulated cluster reads');
  }
}

const send = (response: ServerResponse, status: number, body: unknown): void =>
  sendJson(response, status, JSON.stringify(body));

function sendJson(response: ServerResponse, status: number, json: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(json);
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain' }).end(text);
}

function fail(response: ServerResponse, error: unknown): void {
  const status =
    error instanceof ApiStatus
      ? error
      : new ApiStatus(500, 'InternalError', error instanceof Error ? error.message : String(error));
  if (response.headersSent) response.end();
  else send(response, status.code, status);
}
