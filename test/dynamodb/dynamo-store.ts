import { setTimeout as pause } from 'node:timers/promises';
import { DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { newItems } from '../../lib/adapters/dynamo-stream.ts';
import { DynamoTable } from '../../lib/adapters/dynamo-table.ts';
import { keyOf } from '../../lib/adapters/table-limits.ts';
import type { OnUse } from '../../lib/adapters/table-use.ts';
import type { Key, Table, Write } from '../../lib/domain/ports.ts';
import type { StreamConsumers } from '../../lib/local/runtime/stream.ts';
import type { PublishedRow } from '../../lib/usecases/record/publish-events.ts';
import type { Store } from '../workflow/store.ts';
import { createTable, engineEndpoint } from './engine.ts';
import { type StreamRecord, StreamsApi } from './streams-api.ts';

/** As the event source mappings of lib/infra/stream-trigger.ts. */
const recordsPerCall = 100;

const isPublished = (pk: string): boolean => pk === 'UNANCHORED' || pk.startsWith('EVENTS#');
const isFollowed = (pk: string): boolean => pk === 'INBOX' || isPublished(pk);

const nameOf = ({ pk, sk }: Key): string => `${pk} / ${sk}`;

/** Calls one function with its records of the stream, in order; a failed call is repeated. */
class Mapping {
  readonly #records: StreamRecord[] = [];
  readonly #call: (records: readonly StreamRecord[]) => Promise<void>;
  readonly #onFault: (error: unknown) => Promise<void>;
  #running = false;

  constructor(call: (records: readonly StreamRecord[]) => Promise<void>, onFault: (error: unknown) => Promise<void>) {
    this.#call = call;
    this.#onFault = onFault;
  }

  get isBehind(): boolean {
    return this.#records.length > 0;
  }

  push(records: readonly StreamRecord[]): void {
    this.#records.push(...records);
    void this.#run();
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    while (this.#records.length > 0) {
      const together = this.#records.slice(0, recordsPerCall);
      try {
        await this.#call(together);
        this.#records.splice(0, together.length);
      } catch (error) {
        await this.#onFault(error);
      }
    }
    this.#running = false;
  }
}

/**
 * A table of its own on the engine, followed through its real stream. The stream's delay is real time, and the tests'
 * virtual time waits for it. Keys identify what was committed and has not arrived yet.
 */
class DynamoStore implements Store {
  readonly table: Table;
  readonly #streams = new StreamsApi(engineEndpoint());
  readonly #arn: string;
  /** Committed and not yet read, or read before the commit's own answer came. */
  readonly #onTheWay = new Set<string>();
  readonly #early = new Set<string>();
  #mappings: readonly Mapping[] = [];
  #isOpen = true;
  #broken: unknown;

  constructor(table: Table, arn: string) {
    this.#arn = arn;
    this.table = {
      get: (key) => table.get(key),
      query: (query) => table.query(query),
      transact: async (writes) => {
        await table.transact(writes);
        this.#expect(writes);
      },
      synced: () => table.synced(),
    };
  }

  /** New messages and events are always new items. */
  #expect(writes: readonly Write[]): void {
    for (const write of writes) {
      const name = nameOf(keyOf(write));
      if ('put' in write && isFollowed(write.put.pk) && !this.#early.delete(name)) this.#onTheWay.add(name);
    }
  }

  follow({ dispatch, publish, onFault }: StreamConsumers): () => void {
    const ofInbox = new Mapping(() => dispatch(), onFault);
    const ofEvents = new Mapping(
      (records) => publish(newItems(records) as readonly unknown[] as readonly PublishedRow[]),
      onFault,
    );
    this.#mappings = [ofInbox, ofEvents];
    this.#read((records) => {
      const inserted = records.filter(({ eventName }) => eventName === 'INSERT');
      const pkOf = ({ dynamodb }: StreamRecord): string => dynamodb.Keys.pk.S;
      ofInbox.push(inserted.filter((record) => pkOf(record) === 'INBOX'));
      ofEvents.push(inserted.filter((record) => isPublished(pkOf(record))));
      for (const { dynamodb } of inserted) this.#noteArrival({ pk: dynamodb.Keys.pk.S, sk: dynamodb.Keys.sk.S });
    }).catch((error: unknown) => {
      this.#broken = error;
    });
    return () => {
      this.#isOpen = false;
    };
  }

  #noteArrival(key: Key): void {
    if (isFollowed(key.pk) && !this.#onTheWay.delete(nameOf(key))) this.#early.add(nameOf(key));
  }

  async #read(take: (records: readonly StreamRecord[]) => void): Promise<void> {
    let iterators = await this.#streams.shards(this.#arn);
    while (this.#isOpen) {
      const next: string[] = [];
      for (const iterator of iterators) {
        const { records, next: after } = await this.#streams.records(iterator);
        take(records);
        if (after !== undefined) next.push(after);
      }
      if (next.length === 0) throw new Error('the stream has ended');
      iterators = next;
      do await pause(1);
      while (this.#isOpen && this.#onTheWay.size === 0);
    }
  }

  async arrived(): Promise<void> {
    while (this.#isOpen && this.#onTheWay.size > 0) {
      if (this.#broken !== undefined) throw this.#broken;
      await pause(1);
    }
  }

  isBehind(): boolean {
    return this.#onTheWay.size > 0 || this.#mappings.some((mapping) => mapping.isBehind);
  }

  close(): void {
    this.#isOpen = false;
  }
}

let tables = 0;

/** Creates a new table, as the stack does. */
export const dynamoStore = async (client: DynamoDBClient, onUse?: OnUse): Promise<Store> => {
  tables += 1;
  const TableName = `batches-${process.pid}-${tables}`;
  await createTable(client, TableName);
  const { Table } = await client.send(new DescribeTableCommand({ TableName }));
  return new DynamoStore(
    new DynamoTable(client, TableName, onUse === undefined ? {} : { onUse }),
    Table!.LatestStreamArn!,
  );
};
