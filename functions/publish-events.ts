import { connectEventBridge } from '../lib/adapters/event-bridge.ts';
import { measureEvent } from '../lib/domain/measurement/measure-event.ts';
import { eventIn } from '../lib/domain/record/event-catalogue.ts';
import { type PublishedRow, publishEvents } from '../lib/usecases/record/publish-events.ts';
import { unanchoredIn } from '../lib/usecases/record/unanchored-ends.ts';
import { variable } from './runtime/environment.ts';
import { observer } from './runtime/observer.ts';
import { onLambda } from './runtime/on-lambda.ts';
import { anchorDeps, signerDeps, tableDeps } from './runtime/storage.ts';
import { streamHandler } from './runtime/stream-handler.ts';

type Needs = Parameters<typeof publishEvents>[0];

/** Only logs the error, so that the stream goes on. */
const onUnanchored: Needs['onUnanchored'] = (batch_id, error) =>
  observer().fault('cannot be anchored now', { batch_id }, error);

/** Takes new rows of events, and of ends that could not be anchored, in the order of the table's stream. */
export const create =
  (deps: Needs): ((rows: readonly PublishedRow[]) => Promise<void>) =>
  (rows) =>
    publishEvents({ onUnanchored, ...deps }, rows);

/** Every change of a batch passes here once, so its log line and metrics are written here. */
const onNumbered: Needs['onNumbered'] = (events) => {
  for (const event of events) {
    const { batch_id, index, key, number, actor, from, to, reason, message } = event;
    observer().tell(message, { batch_id, index, key, number, actor, from: from ?? undefined, to, reason });
    observer().measure(measureEvent(event));
  }
};

/** A repeated event keeps its number. */
export const handler = onLambda(() => {
  const take = create({
    ...tableDeps(),
    bus: connectEventBridge(variable('BUS_NAME')),
    ...anchorDeps(),
    ...signerDeps(),
    onNumbered,
  });
  return streamHandler<PublishedRow>({
    parse: (item) => eventIn(item) ?? unanchoredIn(item),
    groupOf: ({ batch_id }) => batch_id,
    take,
  });
});
