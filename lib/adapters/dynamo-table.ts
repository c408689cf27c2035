import {
  type AttributeValue,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Item, Key, Page, Query, Table, Write } from '../domain/ports.ts';
import { keyConditionOf, marshallKey, transactItemOf } from './dynamo-expression.ts';
import { isEmptyRange, restOf, startOf } from './sort-key-range.ts';
import { checkKey, checkQuery, checkWrites, conditionFailed, itemTooLarge, keyOf, tableBusy } from './table-limits.ts';
import { beginOf, billedBytes, isPlain, type OnUse, useOfRead, useOfWrites } from './table-use.ts';
import { isTransientError } from './transient-error.ts';

export interface DynamoTableOptions {
  /** Counts writes as they are sent: DynamoDB bills an update by the whole item, which is not known here. */
  readonly onUse?: OnUse;
}

/** Errors of a call, and cancellation reasons, after which a retry may help. */
const BUSY: readonly string[] = [
  'InternalServerError',
  'ProvisionedThroughputExceeded',
  'ThrottlingError',
  'TransactionConflict',
  'TransactionConflictException',
  'TransactionInProgressException',
];

const isSizeError = (code: string | undefined, message: string | undefined): boolean =>
  code === 'ItemCollectionSizeLimitExceeded' || /size.* exceeded/i.test(message ?? '');

const isNamed = (error: unknown, names: readonly string[]): boolean =>
  error instanceof Error && names.includes(error.name);

/** The first write with a reason decides: an earlier conflict may hide a condition that failed. */
const translateCancelled = (error: TransactionCanceledException, writes: readonly Write[]): unknown => {
  const reasons = error.CancellationReasons ?? [];
  const index = reasons.findIndex(({ Code }) => Code !== undefined && Code !== 'None');
  const write = writes[index];
  if (write === undefined) return tableBusy('the transaction was cancelled without a reason', error);
  const { Code = '', Message } = reasons[index]!;
  if (Code === 'ConditionalCheckFailed') return conditionFailed(index, keyOf(write), error);
  if (BUSY.includes(Code)) return tableBusy(Code, error);
  return isSizeError(Code, Message) ? itemTooLarge(keyOf(write), error) : error;
};

const translateWrite = (error: unknown, writes: readonly Write[]): unknown => {
  if (error instanceof TransactionCanceledException) return translateCancelled(error, writes);
  if (error instanceof Error && error.name === 'ValidationException' && isSizeError(undefined, error.message)) {
    return itemTooLarge(keyOf(writes[0]!), error);
  }
  return translate(error);
};

const translate = (error: unknown): unknown =>
  isNamed(error, BUSY) || isTransientError(error) ? tableBusy((error as Error).name, error) : error;

const sentBytes = (write: Write): number =>
  billedBytes('put' in write ? write.put : 'update' in write ? { ...write.set } : {});

/** The table on DynamoDB, with the string keys `pk` and `sk`. */
export class DynamoTable implements Table {
  readonly #client: DynamoDBClient;
  readonly #name: string;
  readonly #onUse: OnUse | undefined;

  constructor(client: DynamoDBClient, name: string, options: DynamoTableOptions = {}) {
    this.#client = client;
    this.#name = name;
    this.#onUse = options.onUse;
  }

  async get(key: Key): Promise<Item | undefined> {
    checkKey(key);
    const command = new GetItemCommand({ TableName: this.#name, Key: marshallKey(key), ConsistentRead: true });
    const { Item: found } = await this.#read(this.#client.send(command));
    const item = found === undefined ? undefined : (unmarshall(found) as Item);
    this.#onUse?.(useOfRead(key, item === undefined ? 0 : billedBytes(item)));
    return item;
  }

  async query(query: Query): Promise<Page> {
    checkQuery(query);
    if (isEmptyRange(restOf(query))) return { items: [] };
    // Asking for one more shows whether there is a next page: DynamoDB's own marker also follows the last item.
    const found = await this.#fetch(query, query.limit + 1);
    this.#onUse?.(
      useOfRead(
        beginOf(query),
        found.reduce((sum, item) => sum + billedBytes(item), 0),
      ),
    );
    const items = found.slice(0, query.limit);
    return found.length > query.limit ? { items, next: items.at(-1)!.sk } : { items };
  }

  /**
   * A single write without a condition is a plain call for half the price. With a condition it is a transaction: the
   * SDK adds a token, so a retried request whose first answer was lost does not fail on its own write.
   */
  async transact(writes: readonly Write[]): Promise<void> {
    checkWrites(writes);
    const [first] = writes;
    if (first === undefined) return;
    try {
      await (isPlain(writes) ? this.#sendOne(first) : this.#sendAll(writes));
    } catch (error) {
      throw translateWrite(error, writes);
    }
    this.#onUse?.(useOfWrites(writes, writes.map(sentBytes)));
  }

  /** DynamoDB acknowledges a write once it is in two zones. */
  async synced(): Promise<void> {}

  async #sendAll(writes: readonly Write[]): Promise<void> {
    const TransactItems = writes.map((write) => transactItemOf(write, this.#name));
    await this.#client.send(new TransactWriteItemsCommand({ TransactItems }));
  }

  async #sendOne(write: Write): Promise<void> {
    const { Put, Update, Delete } = transactItemOf(write, this.#name);
    if (Put) await this.#client.send(new PutItemCommand(Put));
    if (Update) await this.#client.send(new UpdateItemCommand(Update));
    if (Delete) await this.#client.send(new DeleteItemCommand(Delete));
  }

  /** As many items as wanted, across the pages that DynamoDB cuts at 1 MB. */
  async #fetch(query: Query, wanted: number): Promise<readonly Item[]> {
    const after = startOf(query);
    let start: Record<string, AttributeValue> | undefined =
      after === undefined ? undefined : marshallKey({ pk: query.pk, sk: after });
    const items: Item[] = [];
    do {
      const command = new QueryCommand({
        TableName: this.#name,
        ConsistentRead: true,
        ScanIndexForward: query.newestFirst !== true,
        Limit: wanted - items.length,
        ...keyConditionOf(query),
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      });
      const page = await this.#read(this.#client.send(command));
      items.push(...(page.Items ?? []).map((item) => unmarshall(item) as Item));
      start = page.LastEvaluatedKey;
    } while (start !== undefined && items.length < wanted);
    return items;
  }

  async #read<Answer>(answer: Promise<Answer>): Promise<Answer> {
    try {
      return await answer;
    } catch (error) {
      throw translate(error);
    }
  }
}

/** The table by name, with a client from the environment. */
export const connectDynamoTable = (tableName: string): DynamoTable =>
  new DynamoTable(new DynamoDBClient({}), tableName);
