import {
  DeleteItemCommand,
  DynamoDBClient,
  DynamoDBServiceException,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { DynamoTable } from '../../lib/adapters/dynamo-table.ts';
import type { Write } from '../../lib/domain/ports.ts';

/** What no engine can be made to do. test/contracts/table.ts covers the rest. */

const setUp = () => {
  const client = new DynamoDBClient({ region: 'eu-central-1' });
  return { dynamo: mockClient(client), table: new DynamoTable(client, 'flotilla') };
};

const failure = (name: string, message = '', status = 400): DynamoDBServiceException =>
  new DynamoDBServiceException({ name, message, $fault: 'client', $metadata: { httpStatusCode: status } });

const cancelled = (...codes: readonly (string | [string, string])[]): TransactionCanceledException =>
  new TransactionCanceledException({
    message: 'Transaction cancelled',
    $metadata: {},
    CancellationReasons: codes.map((code) =>
      typeof code === 'string' ? { Code: code } : { Code: code[0], Message: code[1] },
    ),
  });

const a = { pk: 'p', sk: 'a' };
const b = { pk: 'p', sk: 'b' };
const two: readonly Write[] = [{ put: a }, { delete: b, when: { exists: true } }];

describe('DynamoTable: a cancelled transaction', () => {
  it.each([
    { reasons: ['None', 'ConditionalCheckFailed'], gives: { name: 'ConditionFailed', details: { index: 1, ...b } } },
    {
      reasons: ['ConditionalCheckFailed', 'ConditionalCheckFailed'],
      gives: { name: 'ConditionFailed', details: { index: 0 } },
    },
    {
      reasons: ['ConditionalCheckFailed', 'TransactionConflict'],
      gives: { name: 'ConditionFailed', details: { index: 0 } },
    },
    {
      reasons: ['TransactionConflict', 'ConditionalCheckFailed'],
      gives: { name: 'TableBusy', details: { reason: 'TransactionConflict' } },
    },
    { reasons: ['None', 'TransactionConflict'], gives: { name: 'TableBusy' } },
    { reasons: ['ThrottlingError', 'None'], gives: { name: 'TableBusy' } },
    { reasons: ['None', 'ProvisionedThroughputExceeded'], gives: { name: 'TableBusy' } },
    { reasons: [], gives: { name: 'TableBusy' } },
    { reasons: ['None', 'ItemCollectionSizeLimitExceeded'], gives: { name: 'ItemTooLarge', details: b } },
    {
      reasons: [['ValidationError', 'Item size to update has exceeded the maximum allowed size'] as [string, string]],
      gives: { name: 'ItemTooLarge', details: a },
    },
    {
      reasons: [['ValidationError', 'The provided expression is not right'] as [string, string]],
      gives: { name: 'TransactionCanceledException' },
    },
  ])('for $reasons throws $gives.name', async ({ reasons, gives }) => {
    const { dynamo, table } = setUp();
    dynamo.on(TransactWriteItemsCommand).rejects(cancelled(...reasons));
    await expect(table.transact(two)).rejects.toMatchObject(gives);
  });
});

describe('DynamoTable: errors of a call', () => {
  const calls = {
    get: (table: DynamoTable) => table.get(a),
    query: (table: DynamoTable) => table.query({ pk: 'p', limit: 1 }),
    'a plain write': (table: DynamoTable) => table.transact([{ put: a }]),
    'a transaction': (table: DynamoTable) => table.transact(two),
  };
  const busy: readonly [string, number][] = [
    ['ProvisionedThroughputExceededException', 400],
    ['ThrottlingException', 400],
    ['RequestLimitExceeded', 400],
    ['TransactionConflictException', 400],
    ['TransactionInProgressException', 400],
    ['InternalServerError', 500],
    ['ServiceUnavailable', 503],
    ['TimeoutError', 0],
    ['ECONNRESET', 0],
  ];
  const callNames = Object.keys(calls) as (keyof typeof calls)[];

  it.each(callNames.flatMap((call) => busy.map(([name, status]) => ({ call, name, status }))))(
    '$name of $call is TableBusy',
    async ({ call, name, status }) => {
      const { dynamo, table } = setUp();
      const error = failure(name, '', status);
      dynamo.onAnyCommand().rejects(error);
      await expect(calls[call](table)).rejects.toMatchObject({
        name: 'TableBusy',
        details: { reason: name },
        cause: error,
      });
    },
  );

  it.each(callNames)('%s passes on an error that a retry cannot fix', async (call) => {
    const { dynamo, table } = setUp();
    const error = failure('AccessDeniedException');
    dynamo.onAnyCommand().rejects(error);
    await expect(calls[call](table)).rejects.toBe(error);
  });

  it.each([
    'Item size has exceeded the maximum allowed size',
    'Item size to update has exceeded the maximum allowed size',
  ])('"%s" is ItemTooLarge', async (message) => {
    const { dynamo, table } = setUp();
    dynamo.onAnyCommand().rejects(failure('ValidationException', message));
    await expect(table.transact([{ put: a }])).rejects.toMatchObject({ name: 'ItemTooLarge', details: a });
  });
});

describe('DynamoTable: calls', () => {
  it.each([
    { title: 'a plain put', writes: [{ put: a }], command: PutItemCommand },
    { title: 'a plain update', writes: [{ update: a, set: { n: 1 } }], command: UpdateItemCommand },
    { title: 'a plain delete', writes: [{ delete: a }], command: DeleteItemCommand },
    {
      title: 'a put with a condition',
      writes: [{ put: a, when: { exists: false } }],
      command: TransactWriteItemsCommand,
    },
    { title: 'two writes', writes: two, command: TransactWriteItemsCommand },
  ])('sends $title once, as $command.name', async ({ writes, command }) => {
    const { dynamo, table } = setUp();
    dynamo.onAnyCommand().resolves({});
    await table.transact(writes);
    expect(dynamo.calls()).toHaveLength(1);
    expect(dynamo.call(0).args[0]).toBeInstanceOf(command);
  });

  it('sends nothing for no writes, and nothing that the port forbids', async () => {
    const { dynamo, table } = setUp();
    await table.transact([]);
    await table.transact([{ put: a }, { put: a }]).catch(() => undefined);
    await table.get({ pk: '', sk: 'a' }).catch(() => undefined);
    await table.query({ pk: 'p', limit: 0 }).catch(() => undefined);
    expect(dynamo.calls()).toEqual([]);
  });

  it('reads consistently', async () => {
    const { dynamo, table } = setUp();
    dynamo.onAnyCommand().resolves({});
    await table.get(a);
    await table.query({ pk: 'p', limit: 1 });
    expect(dynamo.commandCalls(GetItemCommand)[0]!.args[0].input.ConsistentRead).toBe(true);
    expect(dynamo.commandCalls(QueryCommand)[0]!.args[0].input.ConsistentRead).toBe(true);
  });

  it('goes on after pages that are cut short, even empty ones, and asks for no more than it needs', async () => {
    const { dynamo, table } = setUp();
    const item = (sk: string) => ({ pk: { S: 'p' }, sk: { S: sk } });
    dynamo
      .on(QueryCommand)
      .resolvesOnce({ Items: [item('a'), item('b')], LastEvaluatedKey: item('b') })
      .resolvesOnce({ Items: [], LastEvaluatedKey: item('b') })
      .resolvesOnce({ Items: [item('c')], LastEvaluatedKey: item('c') })
      .resolvesOnce({ Items: [item('d')] });
    expect(await table.query({ pk: 'p', limit: 5 })).toEqual({
      items: ['a', 'b', 'c', 'd'].map((sk) => ({ pk: 'p', sk })),
    });
    const inputs = dynamo.commandCalls(QueryCommand).map(({ args }) => args[0].input);
    expect(inputs.map(({ Limit }) => Limit)).toEqual([6, 4, 4, 3]);
    expect(inputs.map(({ ExclusiveStartKey }) => ExclusiveStartKey)).toEqual([
      undefined,
      item('b'),
      item('b'),
      item('c'),
    ]);
  });
});
