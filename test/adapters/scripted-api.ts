import type { ApiAnswer, ApiReads, ApiStream } from '../../lib/adapters/cluster-request.ts';
import { FlotillaError } from '../../lib/domain/errors.ts';
import type { KubernetesObject } from '../../lib/domain/ports.ts';
import { stringAt } from '../../lib/domain/rollout/kubernetes-object.ts';

interface Change {
  readonly type: string;
  readonly version: number;
  readonly object: KubernetesObject;
}

interface Stream {
  readonly path: string;
  readonly lines: string[];
  end: 'open' | 'over' | 'broken';
  wake: () => void;
}

const nameOf = (object: KubernetesObject): string => stringAt(object, 'metadata', 'name') ?? '';

/** An API server in memory: lists and watches by path like the real one, with the failures that a test asks for. */
export class ScriptedApi implements ApiReads {
  /** Paths with their queries, in order. */
  readonly asked: string[] = [];
  readonly #objects = new Map<string, Map<string, KubernetesObject>>();
  readonly #changes = new Map<string, Change[]>();
  readonly #streams = new Set<Stream>();
  readonly #held = new Map<string, string[]>();
  #version = 100;
  /** The oldest version from which a watch may resume. */
  #oldest = 0;
  /** The status that refuses a list or a watch of a path. */
  refuses: (path: string, verb: 'list' | 'watch') => number | undefined = () => undefined;
  /** Streams get no answer before they end, as behind a proxy that buffers. */
  holdsBack = false;

  get streams(): readonly string[] {
    return [...this.#streams].map(({ path }) => path);
  }

  lists(path = ''): readonly string[] {
    return this.asked.filter(
      (one) => one.startsWith(path) && !one.includes('watch=1') && !one.includes('metadata.name'),
    );
  }

  put(path: string, object: KubernetesObject): void {
    const known = this.#of(path).get(nameOf(object));
    const made = this.#dated(object);
    this.#of(path).set(nameOf(object), made);
    this.#tell(path, { type: known === undefined ? 'ADDED' : 'MODIFIED', version: this.#version, object: made });
  }

  remove(path: string, name: string): void {
    const known = this.#of(path).get(name);
    if (known === undefined) return;
    this.#of(path).delete(name);
    this.#tell(path, { type: 'DELETED', object: this.#dated(known), version: this.#version });
  }

  /** Keeps events back until a test releases them: streams have their own pace. */
  hold(path: string): void {
    this.#held.set(path, []);
  }

  /** Releases one line or all; false when there was nothing to release. */
  release(path: string, all = true): boolean {
    const held = this.#held.get(path) ?? [];
    const lines = all ? held.splice(0) : held.splice(0, 1);
    if (all) this.#held.delete(path);
    for (const line of lines) this.#deliver(path, line);
    return lines.length > 0;
  }

  /** Sends a line that the test wrote. */
  say(path: string, line: string): void {
    this.#say(path, line);
  }

  bookmark(path: string): void {
    this.#version += 1;
    const metadata = { resourceVersion: String(this.#version) };
    this.#say(path, JSON.stringify({ type: 'BOOKMARK', object: { metadata } }));
  }

  /** All versions until now are too old from now on. */
  compact(): void {
    this.#oldest = this.#version;
    for (const changes of this.#changes.values()) changes.splice(0);
  }

  end(path: string, how: 'over' | 'broken'): void {
    for (const stream of this.#streams) {
      if (stream.path !== path) continue;
      stream.end = how;
      this.#streams.delete(stream);
      this.#held.get(path)?.splice(0);
      stream.wake();
    }
  }

  async get(asked: string): Promise<ApiAnswer> {
    this.asked.push(asked);
    const { path, query } = parsed(asked);
    this.#check(path, 'list');
    const selected = /metadata\.name=(.+)/.exec(query.get('fieldSelector') ?? '')?.[1];
    const all = [...this.#of(path).values()].filter((one) => selected === undefined || nameOf(one) === selected);
    const [from, limit] = [Number(query.get('continue') ?? 0), Number(query.get('limit'))];
    const next = from + limit < all.length ? String(from + limit) : '';
    const metadata = { resourceVersion: String(this.#version), ...(next === '' ? {} : { continue: next }) };
    return { status: 200, body: JSON.stringify({ metadata, items: all.slice(from, from + limit) }) };
  }

  async open(asked: string, signal: AbortSignal): Promise<ApiAnswer | ApiStream> {
    this.asked.push(asked);
    const { path, query } = parsed(asked);
    this.#check(path, 'watch');
    if (this.holdsBack) throw this.unavailable('no answer within 10000 ms', { timeout: true });
    const from = Number(query.get('resourceVersion'));
    if (from < this.#oldest) return { status: 410, body: '' };
    const missed = (this.#changes.get(path) ?? []).filter(({ version }) => version > from).map(lineOf);
    const stream: Stream = { path, lines: this.#held.has(path) ? [] : missed, end: 'open', wake: () => {} };
    this.#held.get(path)?.push(...missed);
    this.#streams.add(stream);
    return { status: 200, lines: this.#read(stream, signal) };
  }

  unavailable(why: string, details: Readonly<Record<string, unknown>> = {}): FlotillaError {
    return new FlotillaError('ClusterUnavailable', why, details);
  }

  async *#read(stream: Stream, signal: AbortSignal): AsyncGenerator<string> {
    signal.addEventListener('abort', () => stream.wake());
    try {
      for (;;) {
        const line = stream.lines.shift();
        if (signal.aborted) return;
        if (line !== undefined) yield line;
        else if (stream.end === 'over') return;
        else if (stream.end === 'broken') throw this.unavailable('the connection broke');
        else await new Promise<void>((resolve) => Object.assign(stream, { wake: resolve }));
      }
    } finally {
      this.#streams.delete(stream);
    }
  }

  #of(path: string): Map<string, KubernetesObject> {
    const known = this.#objects.get(path) ?? new Map<string, KubernetesObject>();
    this.#objects.set(path, known);
    return known;
  }

  #dated(object: KubernetesObject): KubernetesObject {
    this.#version += 1;
    const metadata = { ...(object.metadata as object), resourceVersion: String(this.#version) };
    return { ...object, metadata };
  }

  #tell(path: string, change: Change): void {
    const known = this.#changes.get(path);
    if (known === undefined) this.#changes.set(path, [change]);
    else known.push(change);
    this.#say(path, lineOf(change));
  }

  #say(path: string, line: string): void {
    const held = this.#held.get(path);
    if (held === undefined) this.#deliver(path, line);
    else if (this.streams.includes(path)) held.push(line);
  }

  #deliver(path: string, line: string): void {
    for (const stream of this.#streams) {
      if (stream.path !== path) continue;
      stream.lines.push(line);
      stream.wake();
    }
  }

  #check(path: string, verb: 'list' | 'watch'): void {
    const status = this.refuses(path, verb);
    if (status !== undefined) throw this.unavailable(`HTTP ${status} (${verb} ${path})`, { status });
  }
}

const lineOf = ({ type, object }: Change): string => JSON.stringify({ type, object });

const parsed = (asked: string): { readonly path: string; readonly query: URLSearchParams } => {
  const url = new URL(asked, 'http://api');
  return { path: url.pathname, query: url.searchParams };
};
