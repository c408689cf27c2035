import { connectEventBridge } from '../lib/adapters/event-bridge.ts';
import { measureEvent } from '../lib/domain/measurement/measure-event.ts';
import { eventIn } from '../lib/domain/record/event-catalogue.ts';
import { publishEvents, type WrittenEvent } from '../lib/usecases/record/publish-events.ts';
import { variable } from './runtime/environment.ts';
import { observer } from './runtime/observer.ts';
import { onLambda } from './runtime/on-lambda.ts';
import { anchorDeps, signerDeps, tableDeps } from './runtime/storage.ts';
import { streamHandler } from './runtime/stream-handler.ts';

/** Takes new event rows, in the order of the table's stream. */
export const create =
  (deps: Parameters<typeof publishEvents>[0]): ((events: readonly WrittenEvent[]) => Promise<void>) =>
  (events) =>
    publishEvents(deps, events);

/** Every change of a batch passes here once: the line of the log and the numbers of it are written here. */
const onNumbered: Parameters<typeof publishEvents>[0]['onNumbered'] = (events) => {
  for (const event of events) {
    const { batch_id, index, key, number, actor, from, to, reason, message } = event;
    observer().tell(message, { batch_id, index, key, number, actor, from: from ?? undefined, to, reason });
    observer().measure(measureEvent(event));
  }
};

/** What was published twice keeps its number. */
export const handler = onLambda(() => {
  const take = create({
    ...tableDeps(),
    bus: connectEventBridge(variable('BUS_NAME')),
    ...anchorDeps(),
    ...signerDeps(),
    onNumbered,
  });
  return streamHandler({ parse: eventIn, groupOf: ({ batch_id }) => batch_id, take });
});
