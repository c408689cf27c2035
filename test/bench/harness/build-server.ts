import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Started, startProgram } from '../programs.ts';
import { keyVariable } from './given-files.ts';

/** An event of the feed, as far as it is read here. */
export interface FeedEvent {
  readonly type: string;
  readonly at: string;
  readonly key?: string;
  readonly reason: string;
}

/** What a build reports when it has seen that a run is over. Every run of these scenarios succeeds. */
const endReasons: readonly string[] = ['RunSucceeded', 'PipelineFailed'];

/** When the end of a run was seen, by deployment. */
export const notedEnds = (events: readonly FeedEvent[]): ReadonlyMap<string, number> => {
  const ends = events.filter(({ type, reason }) => type === 'deployment' && endReasons.includes(reason));
  return new Map(ends.map(({ key = '', at }) => [key, Date.parse(at)]));
};

/** `flotilla serve` of a build, through its public API. */
export class BuildServer {
  readonly #program: Started;
  readonly #headers: Readonly<Record<string, string>>;

  private constructor(program: Started, data: string) {
    this.#program = program;
    const file = join(data, 'token');
    // Servers of earlier versions need none.
    this.#headers = existsSync(file) ? { authorization: `Bearer ${readFileSync(file, 'utf8').trim()}` } : {};
  }

  /** In a folder with its configuration. */
  static async start(build: string, folder: string): Promise<BuildServer> {
    const own = join(build, 'node_modules', '.bin', 'node');
    // Earlier versions bring none with them.
    const node = existsSync(own) ? own : process.execPath;
    const data = join(folder, 'data');
    const args = [join(build, 'bin', 'flotilla.js'), 'serve', '--json', '--port', '0', '--data', data];
    // Servers of the bench are not listed among the developer's own servers.
    const env = { [keyVariable]: 'pat.bench.0123456789', XDG_STATE_HOME: join(folder, 'state') };
    const none = { FLOTILLA_TOKEN: undefined, FLOTILLA_CALLBACK_KEY: undefined };
    return new BuildServer(await startProgram(node, args, { cwd: folder, env: { ...env, ...none } }), data);
  }

  async submit(body: string): Promise<string> {
    const headers = { ...this.#headers, 'content-type': 'application/json' };
    const { batch_id } = await this.#ask<{ batch_id: string }>('/batches', {
      ...{ method: 'POST', headers, body },
    });
    return batch_id;
  }

  /** When the batch ended; absent while it is running. */
  async ended(batch: string): Promise<number | undefined> {
    const { ended_at } = await this.#ask<{ ended_at?: string }>(`/batches/${batch}`);
    return ended_at === undefined ? undefined : Date.parse(ended_at);
  }

  /** How many deployments have no outcome. */
  async countOpen(batch: string): Promise<number> {
    const { counts } = await this.#ask<{ counts: Readonly<Record<string, number>> }>(`/batches/${batch}`);
    return (counts.PENDING ?? 0) + (counts.PROCESSING ?? 0);
  }

  async events(batch: string): Promise<readonly FeedEvent[]> {
    const all: FeedEvent[] = [];
    for (let after = 0; ; ) {
      const path = `/batches/${batch}/events?after=${after}&limit=100`;
      const page = await this.#ask<{ events: readonly FeedEvent[]; next_after: number }>(path);
      if (page.events.length === 0) return all;
      all.push(...page.events);
      after = page.next_after;
    }
  }

  stop(): Promise<void> {
    return this.#program.stop();
  }

  async #ask<Answer>(path: string, init: RequestInit = { headers: this.#headers }): Promise<Answer> {
    const { url } = this.#program.told as { url: string };
    const response = await fetch(`${url}${path}`, init);
    if (!response.ok) throw new Error(`${path} was answered by ${response.status}: ${await response.text()}`);
    return (await response.json()) as Answer;
  }
}
