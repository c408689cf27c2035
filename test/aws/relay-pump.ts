import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteItemCommand, type DynamoDBClient, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { answerKey, asked, askedKey, type RelayAnswer, type RelayRequest } from './relay-message.ts';

/** The server for the first part of a path. */
export type Door = (request: RelayRequest) => Promise<RelayAnswer>;

export interface RelayPumpOptions {
  readonly dynamo: DynamoDBClient;
  readonly table: string;
  readonly doors: Readonly<Record<string, Door>>;
}

/** The relay's end on this machine: looks for requests in the table and puts the answers there. */
export class RelayPump {
  readonly #options: RelayPumpOptions;
  readonly #closing = new AbortController();
  readonly #seen = new Set<string>();
  readonly #ended: Promise<void>;
  /** Its failures. The account may be unreachable for a moment; callers try again. */
  readonly faults: unknown[] = [];
  /** Answered requests, by door. */
  readonly counts: Record<string, number> = {};

  constructor(options: RelayPumpOptions) {
    this.#options = options;
    this.#ended = this.#run();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#ended;
  }

  async #run(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      await this.#look().catch((error: unknown) => this.faults.push(error));
      await sleep(100, undefined, { signal: this.#closing.signal }).catch(() => {});
    }
  }

  async #look(): Promise<void> {
    const { dynamo, table: TableName } = this.#options;
    const { Items = [] } = await dynamo.send(
      new QueryCommand({
        ...{ TableName, ConsistentRead: true, KeyConditionExpression: '#pk = :asked' },
        ExpressionAttributeNames: { '#pk': 'pk' }, // the emulator fails without
        ExpressionAttributeValues: { ':asked': { S: asked } },
      }),
    );
    for (const { sk, request } of Items) {
      const id = sk?.S ?? '';
      if (this.#seen.has(id)) continue;
      this.#seen.add(id);
      void this.#serve(id, JSON.parse(request?.S ?? '{}') as RelayRequest).catch((error: unknown) => {
        this.faults.push(error);
        this.#seen.delete(id);
      });
    }
  }

  async #serve(id: string, request: RelayRequest): Promise<void> {
    const { dynamo, table: TableName } = this.#options;
    const answer = JSON.stringify(await this.#answerTo(request));
    await dynamo.send(new PutItemCommand({ TableName, Item: { ...answerKey(id), answer: { S: answer } } }));
    await dynamo.send(new DeleteItemCommand({ TableName, Key: askedKey(id) }));
  }

  async #answerTo(request: RelayRequest): Promise<RelayAnswer> {
    const [, name = '', path = '/'] = /^\/([^/?]+)(.*)$/.exec(request.path) ?? [];
    const door = Object.hasOwn(this.#options.doors, name) ? this.#options.doors[name] : undefined;
    if (door === undefined) return { status: 404, type: 'text/plain', body: `no door ${name}` };
    this.counts[name] = (this.counts[name] ?? 0) + 1;
    return await door({ ...request, path });
  }
}

const forwarded = ['accept', 'content-type', 'x-api-key', 'user-agent'];

/** A door to a server on this machine. It replaces the server's own address by the outside one. */
export const doorTo =
  (inside: string, outside: string): Door =>
  async ({ method, path, headers, body }) => {
    const passed = Object.fromEntries(Object.entries(headers).filter(([name]) => forwarded.includes(name)));
    const response = await fetch(`${inside}${path}`, {
      ...{ method, headers: passed },
      ...(body === undefined ? {} : { body }),
    });
    const type = response.headers.get('content-type') ?? 'application/json';
    return { status: response.status, type, body: (await response.text()).replaceAll(inside, outside) };
  };
