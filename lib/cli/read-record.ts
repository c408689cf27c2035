import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Anchor, parseAnchor } from '../domain/record/anchor.ts';
import { isAnchorName } from '../domain/record/anchor-name.ts';
import type { FeedEvent, RecordedBatch } from '../domain/record/check-batch.ts';
import { readTextFile } from '../local/read-text-file.ts';
import type { BatchView } from '../usecases/batch/read-batch.ts';
import type { EventFeed, EventView } from '../usecases/record/follow-feed.ts';
import type { AnchorPage } from '../usecases/record/read-anchors.ts';
import type { ApiClient } from './api-client.ts';
import { CommandFailure, exitStatus } from './failure.ts';

/** All anchors from the server. */
export const readAnchors = async (client: ApiClient): Promise<readonly Anchor[]> => {
  const anchors: Anchor[] = [];
  for (let after = 0, ended = false; !ended; ) {
    const page: AnchorPage = await client.ask<AnchorPage>(`/anchors?limit=100&after=${after}`);
    anchors.push(...page.anchors);
    ({ next_after: after, ended } = page);
  }
  return anchors;
};

/** All anchors in a folder: a copy of the bucket, or the data folder's own. */
export const anchorsIn = (directory: string, folder: string): readonly Anchor[] => {
  const path = resolve(directory, folder);
  const names = namesIn(path, folder).filter(isAnchorName).sort();
  if (names.length === 0) throw new CommandFailure(exitStatus.usage, [`There are no anchors in ${folder}.`]);
  return names.flatMap((name) => {
    const read = readTextFile(join(path, name));
    const anchor = 'text' in read ? parseAnchor(read.text) : undefined;
    // An anchor under another name is misplaced, and a file that is no anchor counts as gone.
    return anchor !== undefined && Number.parseInt(name, 10) === anchor.sequence ? [anchor] : [];
  });
};

const namesIn = (path: string, folder: string): readonly string[] => {
  try {
    return readdirSync(path);
  } catch {
    throw new CommandFailure(exitStatus.usage, [`${folder} cannot be read as a folder.`]);
  }
};

/** A batch with its whole feed. One that the server does not know does not exist. */
export const readRecorded = async (client: ApiClient, batch_id: string): Promise<Omit<RecordedBatch, 'anchors'>> => {
  const path = `/batches/${encodeURIComponent(batch_id)}`;
  const batch = await client.ask<BatchView>(path).catch((error: unknown) => {
    if (error instanceof CommandFailure && error.status === exitStatus.notFound) return undefined;
    if (isExpired(error)) return 'expired';
    throw error;
  });
  if (batch === 'expired') return { batch_id, exists: true, expired: true, events: [] };
  if (batch === undefined) return { batch_id, exists: false, events: [] };
  const ended_at = batch.ended_at === undefined ? undefined : Date.parse(batch.ended_at);
  return { batch_id, exists: true, ended_at, events: await readFeed(client, path) };
};

const isExpired = (error: unknown): boolean =>
  error instanceof CommandFailure && 'code' in error.problem && error.problem.code === 'RecordExpired';

const readFeed = async (client: ApiClient, path: string): Promise<readonly FeedEvent[]> =>
  (await readEvents(client, path)).map((event) => ({ ...event, at: Date.parse(event.at) }) as unknown as FeedEvent);

/** The visible part of a batch's feed. */
export const readEventsOf = (client: ApiClient, batchId: string): Promise<readonly EventView[]> =>
  readEvents(client, `/batches/${encodeURIComponent(batchId)}`);

const readEvents = async (client: ApiClient, path: string): Promise<readonly EventView[]> => {
  const events: EventView[] = [];
  for (let after = 0; ; ) {
    const page: EventFeed = await client.ask<EventFeed>(`${path}/events?limit=1000&after=${after}`);
    events.push(...page.events);
    if (page.events.length === 0) return events;
    after = page.next_after;
  }
};
