import type { DynamoDBRecord } from 'aws-lambda';
import { afterEach, expect, it, vi } from 'vitest';
import { streamHandler } from '../../functions/runtime/stream-handler.ts';
import { eventIn } from '../../lib/domain/record/event-catalogue.ts';

const record = (sequence: string, image: Record<string, unknown>): DynamoDBRecord =>
  ({
    eventName: 'INSERT',
    dynamodb: { SequenceNumber: sequence, Keys: { pk: { S: 'EVENTS#B' }, sk: { S: sequence } }, NewImage: image },
  }) as DynamoDBRecord;

const event = (batch: string, sequence: string): DynamoDBRecord =>
  record(sequence, {
    ...{ pk: { S: `EVENTS#${batch}` }, sk: { S: 'batch#00001' }, batch_id: { S: batch }, type: { S: 'batch' } },
    ...{ seq: { N: '1' }, at: { N: '5' }, actor: { S: 'api' }, from: { NULL: true }, to: { S: 'PENDING' } },
    ...{ reason: { S: 'Submitted' }, message: { S: 'Accepted.' } },
  });

afterEach(() => vi.restoreAllMocks());

it('takes what it can, and names the records that it cannot read or whose batch failed', async () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => {});
  const taken: string[] = [];
  const handler = streamHandler({
    parse: eventIn,
    groupOf: ({ batch_id }) => batch_id,
    take: async (rows) => {
      if (rows[0]!.batch_id === 'BAD') throw new Error('the bus does not take it');
      taken.push(...rows.map(({ batch_id }) => batch_id));
    },
  });
  const poison = record('2', { pk: { S: 'EVENTS#B' }, sk: { S: '2' }, type: { S: 'rumour' } });
  const Records = [event('A', '1'), poison, event('BAD', '3'), event('C', '4'), event('A', '5')];
  expect(await handler({ Records })).toEqual({ batchItemFailures: [{ itemIdentifier: '2' }, { itemIdentifier: '3' }] });
  expect(taken).toEqual(['A', 'A', 'C']);
  expect(log.mock.calls.map(([line]) => JSON.parse(line as string))).toEqual([
    expect.objectContaining({ message: 'cannot be read', pk: 'EVENTS#B', sk: '2', sequence_number: '2' }),
    expect.objectContaining({ message: 'cannot be taken now', group: 'BAD', records: 1 }),
  ]);
});

it('says that nothing failed when it took all of a batch', async () => {
  const handler = streamHandler({ parse: eventIn, groupOf: ({ batch_id }) => batch_id, take: async () => {} });
  expect(await handler({ Records: [event('A', '1')] })).toEqual({ batchItemFailures: [] });
});
