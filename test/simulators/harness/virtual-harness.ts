import { setImmediate as turn } from 'node:timers/promises';
import { networkCode } from '../../../lib/adapters/network-failure.ts';
import { type InProcessHarness, simulateHarness } from '../../../lib/simulators/harness/in-process.ts';
import type { SimulatedHarnessOptions } from '../../../lib/simulators/harness/options.ts';
import { SeededRandom } from '../../seeded-random.ts';
import { WorldClock } from '../../workflow/world-clock.ts';

export interface Heard {
  /** `200`, `400 INVALID_REQUEST`, or the code of a network failure. */
  readonly word: string;
  // biome-ignore lint/suspicious/noExplicitAny: a reply on the wire, looked into by the assertions
  readonly data: any;
  readonly headers: { get(name: string): string | null } | undefined;
  /** When the answer came. */
  readonly at: number;
}

const scope = 'accountIdentifier=acme&orgIdentifier=default&projectIdentifier=apps';

export interface Ask {
  readonly query?: string;
  readonly body?: string;
  readonly signal?: AbortSignal;
  readonly key?: string;
}

/** A Harness on a clock of its own, used by a client that knows nothing about it. */
export class VirtualHarness {
  readonly clock = new WorldClock();
  readonly harness: InProcessHarness;

  constructor(options: SimulatedHarnessOptions = {}, seed = 1) {
    this.harness = simulateHarness({
      ...{ eventMilliseconds: 1_000, stageMilliseconds: 5_000, abortMilliseconds: 2_000, requestsPerMinute: 0 },
      ...options,
      ...{ clock: this.clock, random: new SeededRandom(seed) },
    });
  }

  /** All that happens within this time, in order. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.clock.now() + milliseconds;
    for (;;) {
      await turn();
      const { next } = this.clock;
      if (next === undefined || next > end) break;
      this.clock.runNext();
    }
    this.clock.skip(end - this.clock.now());
  }

  async ask(call: string, { query = '', body, signal, key }: Ask = {}): Promise<Heard> {
    const [method, path] = call.split(' ') as [string, string];
    try {
      const {
        status,
        headers,
        body: parts,
      } = await this.harness.transport(`${this.harness.url}/pipeline/api/${path}?${scope}${query}`, {
        method,
        ...(body === undefined ? {} : { body }),
        ...(signal === undefined ? {} : { signal }),
        ...(key === undefined ? {} : { headers: { 'X-Api-Key': key } }),
      });
      let text = '';
      for await (const part of parts) text += new TextDecoder().decode(part);
      const isJson = headers.get('content-type') === 'application/json';
      const { data, code } = isJson ? JSON.parse(text) : { data: text, code: undefined };
      return { word: `${status}${code === undefined ? '' : ` ${code}`}`, data, headers, at: this.clock.now() };
    } catch (error) {
      return { word: networkCode(error), data: undefined, headers: undefined, at: this.clock.now() };
    }
  }

  execute(key = 'k1', { pipeline = 'p', version = '1.0' } = {}): Promise<Heard> {
    const values = { service_name: 's1', docker_image_version: version, pillar: 'risk', flotilla_key: key };
    const variables = Object.entries(values).map(([name, value]) => `    - {name: ${name}, value: "${value}"}\n`);
    const body = `pipeline:\n  identifier: ${pipeline}\n  variables:\n${variables.join('')}`;
    return this.ask(`POST pipeline/execute/${pipeline}`, { query: `&notesForPipelineExecution=${key}`, body });
  }

  fire(key = 'k1', { pipeline = 'p', version = '1.0' } = {}): Promise<Heard> {
    const body = { service_name: 's1', docker_image_version: version, pillar: 'risk', flotilla: { key } };
    return this.ask('POST webhook/custom/tok/v3', {
      query: `&pipelineIdentifier=${pipeline}&triggerIdentifier=t`,
      body: JSON.stringify(body),
    });
  }

  list(query = '', filter: object = {}): Promise<Heard> {
    const body = JSON.stringify({ filterType: 'PipelineExecution', ...filter });
    return this.ask('POST pipelines/execution/summary', { query, body });
  }

  detail(id: string): Promise<Heard> {
    return this.ask(`GET pipelines/execution/v2/${id}`);
  }

  notes(id: string): Promise<Heard> {
    return this.ask(`GET pipelines/execution/${id}/notes`);
  }

  abort(id: string, ask: Ask = {}): Promise<Heard> {
    return this.ask(`PUT pipeline/execute/interrupt/${id}`, { query: '&interruptType=AbortAll', ...ask });
  }

  event(id: string, version: 'V2' | '' = 'V2'): Promise<Heard> {
    return this.ask(`GET webhook/triggerExecutionDetails${version}/${id}`);
  }
}
