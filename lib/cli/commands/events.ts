import type { EventFeed, EventView } from '../../usecases/record/follow-feed.ts';
import { printable } from '../clean-text.ts';
import { type CommandContext, print } from '../command-context.ts';
import { CommandFailure, type ExitStatus, exitStatus } from '../failure.ts';
import { wholeId } from '../meant-batch.ts';
import { Patience } from '../patience.ts';
import { onStopSignal, type StopSignal, signalStatus } from '../stop-signal.ts';
import type { Times } from '../times.ts';

export interface EventsOptions {
  readonly follow?: boolean;
  readonly after?: number;
  readonly patience?: number;
}

/** How many events of an endless feed are shown without a starting point. */
const usualLast = 50;

/** Shows what happened, in order: to all batches and holds, or to one batch and its deployments. */
export const events = async (context: CommandContext, options: EventsOptions, named?: string): Promise<ExitStatus> => {
  if (options.patience !== undefined && !options.follow)
    throw new CommandFailure(exitStatus.usage, ['--patience is for --follow, and without that it has no effect.']);
  const id = named === undefined ? undefined : await wholeId(context.client, named);
  const path = id === undefined ? '/events' : `/batches/${encodeURIComponent(id)}/events`;
  const from = options.after ?? (id === undefined ? -usualLast : 0);
  if (options.follow) return follow(context, { path, from, patience: options.patience });
  const feed = await readAll(context, path, from);
  print(context, feed, feed.events.length === 0 ? ['Nothing has happened.'] : feed.events.map(lineOf(context.times)));
  return exitStatus.done;
};

/** The events so far. */
const readAll = async ({ client }: CommandContext, path: string, from: number): Promise<EventFeed> => {
  const events: EventView[] = [];
  for (let after = from; ; ) {
    const page: EventFeed = await client.ask<EventFeed>(pageOf(path, after, 0));
    events.push(...page.events);
    if (page.next_after === after || page.ended) return { ...page, events };
    after = page.next_after;
  }
};

const pageOf = (path: string, after: number, wait: number): string => `${path}?after=${after}&wait=${wait}&limit=1000`;

interface Following {
  readonly path: string;
  readonly from: number;
  readonly patience: number | undefined;
}

/** Prints each event as it comes, until the user stops it or the batch has ended. */
const follow = async (context: CommandContext, { path, from, patience: seconds }: Following): Promise<ExitStatus> => {
  const { client, terminal, json, times } = context;
  const stop = new AbortController();
  const callOff = onStopSignal((name) => stop.abort(name));
  const { signal } = stop;
  const patience = new Patience(context, { seconds, signal });
  const tell = json ? (event: EventView) => JSON.stringify(event) : lineOf(times);
  try {
    for (let after = from; ; ) {
      const feed = await patience.until(() => client.ask<EventFeed>(pageOf(path, after, 20), { signal }));
      for (const event of feed.events) terminal.out(tell(event));
      if (feed.ended) return exitStatus.done;
      after = feed.next_after;
    }
  } catch (error) {
    if (signal.aborted) return signalStatus[signal.reason as StopSignal];
    throw error;
  } finally {
    callOff();
  }
};

const lineOf =
  (times: Times) =>
  (event: EventView): string => {
    const { at, to, reason, message, actor } = event;
    return `${times.moment(at)} ${whatOf(event).padEnd(32)} ${to.padEnd(10)} ${reason}: ${printable(message)} (${printable(actor)})`;
  };

const whatOf = ({ type, hold, target, key, batch_id }: EventView): string =>
  type === 'hold' ? `hold ${hold}` : (target ?? key ?? `batch ${batch_id}`);
