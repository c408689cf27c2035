import type { Trouble } from '../../domain/ports.ts';
import { sooner } from './bell.ts';
import { findEvents } from './event-finder.ts';
import { findKeys } from './key-finder.ts';
import { fewEvents, fewRuns } from './list-plan.ts';
import { type Looking, unread } from './looking.ts';
import { type Listed, readLists } from './project-lists.ts';
import { newsOfExpected, newsOfFollowed } from './run-news.ts';
import { readPages } from './run-pages.ts';
import { RunRows } from './run-rows.ts';
import {
  type Expected,
  type Followed,
  isExpected,
  isFollowed,
  isSearched,
  type Project,
  type Wanted,
} from './wanted-runs.ts';

/** Lists that take longer count as slow for a minute. */
const slowMilliseconds = 2_000;
const slowFor = 60_000;

/** Known ends are reported soon: other requests then have this long, and the next look takes their answers. */
const hurryMilliseconds = 1_000;

/** One look at everything in one project: its lists, then what they do not show. */
export const lookAtProject = async (looking: Looking, project: Project): Promise<void> => {
  const rows = new RunRows(new Set(project.wanted.map(({ key }) => key)));
  remember(looking, project);
  const listed = await readLists(looking, project, rows);
  const missing = takeFollowed(looking, project, rows);
  const unseen = takeExpected(looking, project, rows);
  const hasEnds = noteLook(looking, project, { listed, unseen });
  const bell = hasEnds ? sooner(looking.bell, looking.clock, hurryMilliseconds) : looking.bell;
  const rest: Looking = { ...looking, bell };
  await Promise.all([
    readMissing(rest, missing, { rows, listed }),
    search(rest, project, { rows, listed, isOfEvent: false }),
    findEvents(rest, unseen, listed.trouble).then(() => search(rest, project, { rows, listed, isOfEvent: true })),
  ]);
  if (hasEnds) bell.stop();
};

/** Texts that we requested need not be read later, when nobody watches them any more. */
const remember = ({ memory }: Looking, { wanted }: Project): void => {
  for (const { ref, event, key } of wanted) {
    if (ref !== undefined) memory.texts.set(ref, key);
    if (event !== undefined) memory.texts.set(event, key);
  }
};

const takeFollowed = (looking: Looking, { wanted }: Project, rows: RunRows): readonly Followed[] => {
  const missing: Followed[] = [];
  for (const one of wanted.filter(isFollowed)) {
    const news = newsOfFollowed(looking, one, rows);
    if (news === undefined) missing.push(one);
    else looking.news.set(one.key, news);
  }
  return missing;
};

const takeExpected = (looking: Looking, { wanted }: Project, rows: RunRows): readonly Expected[] => {
  const unseen: Expected[] = [];
  for (const one of wanted.filter(isExpected)) {
    const news = newsOfExpected(looking, one, rows.ofEvent(one.event));
    if (news === undefined) unseen.push(one);
    else looking.news.set(one.key, news);
  }
  return unseen;
};

/** Whether there are ends to report. */
const noteLook = (
  { memory, now, news }: Looking,
  { id, wanted }: Project,
  { listed, unseen }: { readonly listed: Listed; readonly unseen: readonly Expected[] },
): boolean => {
  const ended = wanted.filter(({ key }) => {
    const told = news.get(key);
    return told?.kind === 'found' && told.state?.phase === 'terminal';
  });
  const isBusy = ended.length > fewRuns || unseen.length > fewEvents;
  const isSlow = listed.endedAt - now > slowMilliseconds;
  const slowUntil = isSlow ? now + slowFor : (memory.looks.get(id)?.slowUntil ?? 0);
  memory.looks.set(id, { at: now, pages: listed.pages, isBusy, slowUntil });
  return ended.length > 0;
};

const readMissing = async (
  looking: Looking,
  missing: readonly Followed[],
  { rows, listed }: { readonly rows: RunRows; readonly listed: Listed },
): Promise<void> => {
  const { trouble, isHopeless } = listed;
  if (!isHopeless || trouble === undefined) return readPages(looking, missing, { rows, trouble });
  for (const { key } of missing) looking.news.set(key, unread(trouble));
};

/** Runs of events are searched for only after their details were requested, and only if those do not decide. */
const search = async (
  looking: Looking,
  project: Project,
  { rows, listed, isOfEvent }: { readonly rows: RunRows; readonly listed: Listed; readonly isOfEvent: boolean },
): Promise<void> => {
  const isOpen = ({ key }: Wanted): boolean => ['none', 'unread'].includes(looking.news.get(key)?.kind ?? 'none');
  const searches = project.wanted.filter((one) => isSearched(one) && isExpected(one) === isOfEvent && isOpen(one));
  await findKeys(looking, searches, { rows: rows.all(), trouble: troubleOfSearch(project, listed) });
};

const troubleOfSearch = ({ id }: Project, { read, trouble }: Listed): Trouble | undefined => {
  if (trouble !== undefined || read.all?.isComplete === true) return trouble;
  return { asked: `the list of runs of ${id}`, answered: 'there are too many runs to search' };
};
