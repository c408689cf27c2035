import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { newItems } from '../../lib/adapters/dynamo-stream.ts';
import type { Item } from '../../lib/domain/ports.ts';
import { observer } from './observer.ts';

interface Consumer<Row> {
  /** Undefined for an item that is not for this function. */
  readonly parse: (item: Item) => Row | undefined;
  /** Records of a group must stay in order. A fault in one group leaves the others alone. */
  readonly groupOf: (row: Row) => string;
  readonly take: (rows: readonly Row[]) => Promise<void>;
}

/**
 * Handles records of the table's stream and reports those that failed. Lambda repeats from the first of those on,
 * including later ones that succeeded. What keeps failing goes to the dead-letter queue.
 */
export const streamHandler =
  <Row>({ parse, groupOf, take }: Consumer<Row>) =>
  async ({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    const read = Records.flatMap((record) => newItems([record]).map((item) => ({ record, row: parse(item) })));
    const unreadable = read.filter(({ row }) => row === undefined).map(({ record }) => record);
    for (const record of unreadable) observer().fault('cannot be read', aboutOf(record), new Error('an unknown shape'));
    const failed = [...unreadable];
    const groups = Map.groupBy(
      read.flatMap(({ record, row }) => (row === undefined ? [] : [{ record, row }])),
      ({ row }) => groupOf(row),
    );
    for (const [group, members] of groups) {
      try {
        await take(members.map(({ row }) => row));
      } catch (error) {
        observer().fault('cannot be taken now', { group, records: members.length }, error);
        failed.push(...members.map(({ record }) => record));
      }
    }
    return { batchItemFailures: failed.map((record) => ({ itemIdentifier: sequenceOf(record) })) };
  };

const sequenceOf = ({ dynamodb }: DynamoDBRecord): string => dynamodb?.SequenceNumber ?? '';

const aboutOf = (record: DynamoDBRecord) => ({
  sequence_number: sequenceOf(record),
  pk: record.dynamodb?.Keys?.pk?.S,
  sk: record.dynamodb?.Keys?.sk?.S,
});
