import { Duration } from 'aws-cdk-lib';
import type { ITableV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { FilterCriteria, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource, SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Construct } from 'constructs';
import { deadLetters } from './dead-letters.ts';
import type { Handler } from './handler.ts';

export interface StreamTriggerProps {
  readonly name: string;
  readonly table: TableV2;
  readonly handler: Handler;
  /** Which new items call the function: a rule for the partition or the sort key. */
  readonly keys: Readonly<Record<string, unknown>>;
  readonly retries: number;
}

/**
 * Calls a function for new items of the table, in order. A record that keeps failing would block everything behind it
 * for a day. So the batch is halved until the bad record is alone, and that one goes to a queue.
 */
export class StreamTrigger extends Construct {
  constructor(scope: Construct, id: string, { name, table, handler, keys, retries }: StreamTriggerProps) {
    super(scope, id);
    const queue = deadLetters(this, name);
    handler.lambda.addEventSource(
      // CDK's types do not fit exactOptionalPropertyTypes: `tableStreamArn?: string` against `string | undefined`.
      new DynamoEventSource(table as ITableV2, {
        // Not LATEST: that would lose records written while the trigger is being created.
        startingPosition: StartingPosition.TRIM_HORIZON,
        filters: [FilterCriteria.filter({ eventName: ['INSERT'], dynamodb: { Keys: keys } })],
        batchSize: 100,
        bisectBatchOnError: true,
        reportBatchItemFailures: true,
        retryAttempts: retries,
        maxRecordAge: Duration.hours(12),
        onFailure: new SqsDlq(queue),
      }),
    );
  }
}
