import type { DynamoDBStreamEvent } from 'aws-lambda';
import { newItems } from '../lib/adapters/dynamo-stream.ts';
import { connectEventBridge } from '../lib/adapters/event-bridge.ts';
import { publishEvents, type WrittenEvent } from '../lib/usecases/publish-events.ts';
import { variable } from './runtime/environment.ts';
import { onLambda } from './runtime/on-lambda.ts';
import { tableDeps } from './runtime/storage.ts';

/** Takes new event rows, in the order of the table's stream. */
export const create =
  (deps: Parameters<typeof publishEvents>[0]): ((events: readonly WrittenEvent[]) => Promise<void>) =>
  (events) =>
    publishEvents(deps, events);

/** A stream's batch is all or nothing: what was published twice keeps its number. */
export const handler = onLambda((): ((event: DynamoDBStreamEvent) => Promise<void>) => {
  const publish = create({ ...tableDeps(), bus: connectEventBridge(variable('BUS_NAME')) });
  return (event) => publish(newItems(event.Records) as readonly unknown[] as readonly WrittenEvent[]);
});
