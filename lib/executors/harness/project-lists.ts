import type { Trouble } from '../../domain/ports.ts';
import type { HarnessReply } from './api.ts';
import { sooner } from './bell.ts';
import { learnFromLate } from './late-replies.ts';
import { clockSkewMilliseconds, type ListsRead, type ListWish, nextList, type Unseen } from './list-plan.ts';
import { type Looking, troubleOf } from './looking.ts';
import type { RunRows } from './run-rows.ts';
import { liveStatuses } from './run-status.ts';
import { isExpected, isFollowed, isSearched, type Project } from './wanted-runs.ts';
import { isSuccess, isThrottled, listAt, objectAt, timeAt } from './wire.ts';

const pageSize = 1000;

/** The result of reading one project's lists. */
export interface Listed {
  readonly read: ListsRead;
  readonly pages: number;
  readonly endedAt: number;
  readonly trouble?: Trouble;
  /** Denied, throttled or broken: further requests would meet the same. A slow list is not hopeless. */
  readonly isHopeless: boolean;
}

interface PagesRead {
  readonly pages: number;
  readonly isComplete: boolean;
  /** When the oldest run that they show began. */
  readonly oldest: number;
  /** The reply that ended it early. Without `reply`, none came in time. */
  readonly failed?: { readonly reply: HarnessReply | undefined };
}

/** The part of a look's time for its lists. The rest stays for what they do not show, even if they never answer. */
const listsMilliseconds = 6_500;

/** Reads what is worth reading of one project's lists, until all of our runs are seen. */
export const readLists = async (looking: Looking, project: Project, rows: RunRows): Promise<Listed> => {
  const bell = sooner(looking.bell, looking.clock, listsMilliseconds);
  try {
    return await readInTime({ ...looking, bell }, project, rows);
  } finally {
    bell.stop();
  }
};

const readInTime = async (looking: Looking, project: Project, rows: RunRows): Promise<Listed> => {
  const before = looking.memory.looks.get(project.id);
  const isBusy = before !== undefined && (before.isBusy || looking.now < before.slowUntil);
  let read: ListsRead = { live: false };
  let pages = 0;
  for (;;) {
    const wish = nextList(unseenOf(looking, project, rows), read, { now: looking.now, late: looking.late, isBusy });
    if (wish === undefined) return { read, pages, endedAt: looking.clock.now(), isHopeless: false };
    const result = await readPages(looking, project, { wish, rows });
    pages += result.pages;
    if (result.failed !== undefined) {
      const { reply } = result.failed;
      const trouble = troubleOf(`the list of runs of ${project.id}`, reply);
      const endedAt = looking.clock.now();
      return { read, pages, endedAt, trouble, isHopeless: reply !== undefined && isHopeless(reply) };
    }
    const { isComplete } = result;
    const all = { from: isComplete ? wish.from : result.oldest, isComplete };
    read = wish.kind === 'live' ? { ...read, live: true } : { ...read, all };
  }
};

const isHopeless = (reply: HarnessReply): boolean =>
  reply.kind !== 'reply' || isThrottled(reply) || reply.status >= 500 || [401, 403, 408].includes(reply.status);

const unseenOf = ({ memory }: Looking, { wanted }: Project, rows: RunRows): Unseen => ({
  followed: wanted
    .filter((one) => isFollowed(one) && rows.get(one.ref) === undefined && memory.ends.get(one.ref) === undefined)
    .map(({ sentAt }) => sentAt),
  events: wanted.filter((one) => isExpected(one) && rows.ofEvent(one.event).length === 0).map(({ sentAt }) => sentAt),
  searched: wanted.filter(isSearched).map(({ sentAt }) => sentAt),
});

const readPages = async (
  looking: Looking,
  project: Project,
  { wish, rows }: { readonly wish: ListWish; readonly rows: RunRows },
): Promise<PagesRead> => {
  let oldest = Number.POSITIVE_INFINITY;
  for (let page = 0; page < wish.pages; page += 1) {
    const answer = await readPage(looking, project, { wish, page });
    const so = { pages: page + 1, oldest, isComplete: false };
    if (answer === undefined || !isSuccess(answer)) return { ...so, failed: { reply: answer } };
    const data = objectAt(answer.body, 'data');
    const content = listAt(data, 'content');
    rows.add(content);
    oldest = timeAt(content.at(-1), 'startTs') ?? oldest;
    const isLast = typeof data.last === 'boolean' ? data.last : content.length < pageSize;
    if (isLast || content.length === 0) return { ...so, oldest, isComplete: true };
    if (!wish.isWhole && !mayGoOn(unseenOf(looking, project, rows), oldest)) return { ...so, oldest };
  }
  return { pages: wish.pages, oldest, isComplete: false };
};

/** Newest first: runs sent after the oldest row of a page began are on no later page. */
const mayGoOn = ({ followed, events }: Unseen, oldest: number): boolean =>
  [...followed, ...events].some((sentAt) => sentAt - clockSkewMilliseconds < oldest);

/** A service that rejects our words for statuses lists all of them. */
const readPage = async (
  looking: Looking,
  project: Project,
  { wish, page }: { readonly wish: ListWish; readonly page: number },
) => {
  const { api, memory, underway, bell, now } = looking;
  const { id, scope } = project;
  const { kind, from, to } = wish;
  const ask = (statuses: { readonly statuses?: readonly string[] }) => {
    const send = () => api.runs(scope, { ...statuses, page, size: pageSize, from, to });
    return underway.anew(`${kind} ${id} ${page}`, () => send().then(learnFromLate(looking, project)), bell);
  };
  if (kind === 'all' || memory.lacks.has('statuses', now)) return ask({});
  const answer = await ask({ statuses: liveStatuses });
  const isRefused = answer?.kind === 'reply' && answer.status === 400 && !isThrottled(answer);
  if (!isRefused) return answer;
  memory.lacks.missed('statuses', now);
  return ask({});
};
