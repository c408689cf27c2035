import type { Trouble } from '../../domain/ports.ts';
import { rowsOfPipeline } from './event-run.ts';
import { isKeyUnderway, keyIdOf, lackOf, readKey } from './key-reader.ts';
import { type Candidates, newsOfSearch, sortCandidates, unreadOf } from './key-search.ts';
import type { Looking } from './looking.ts';
import { ownerOf } from './owner.ts';
import type { Row } from './run-rows.ts';
import type { HarnessSettings } from './settings.ts';
import type { Wanted } from './wanted-runs.ts';

const readsPerLook = 5;

/** All searches in one pipeline for the same kind of thing. They share one reading of each run. */
interface Group {
  readonly settings: HarnessSettings;
  readonly searches: readonly Wanted[];
  readonly rows: readonly Row[];
  readonly trouble?: Trouble;
}

/** Searches for runs that can only be found by key, in the rows that this look's lists have shown. */
export const findKeys = async (
  looking: Looking,
  searches: readonly Wanted[],
  { rows, trouble }: { readonly rows: readonly Row[]; readonly trouble: Trouble | undefined },
): Promise<void> => {
  if (searches.length === 0) return;
  const groups = await Promise.all(alike(searches).map((some) => groupOf(looking, some, { rows, trouble })));
  const chosen = groups.flatMap((group) => chooseReads(looking, group)).slice(0, readsPerLook);
  const troubles = new Map<Group, Trouble>();
  await Promise.all(
    chosen.filter(looking.take).map(async ({ group, row }) => {
      const failed = await readKey(looking, group.settings, row);
      if (failed !== undefined) troubles.set(group, failed);
    }),
  );
  for (const group of groups) tell(looking, group, group.trouble ?? troubles.get(group));
};

/** What an event's details said stays, unless the search knows better. */
const tell = (looking: Looking, group: Group, trouble: Trouble | undefined): void => {
  const candidates = candidatesOf(looking, group);
  for (const one of group.searches) {
    const told = newsOfSearch(looking, one, { candidates, trouble });
    if (told.kind !== 'none' || !looking.news.has(one.key)) looking.news.set(one.key, told);
  }
};

/** Groups searches by what they read: the notes or the events of one pipeline. */
const alike = (searches: readonly Wanted[]): readonly (readonly Wanted[])[] => {
  const groups = new Map<string, Wanted[]>();
  for (const one of searches) {
    const { mode, pipeline } = one.settings;
    const group = groups.get(`${mode} ${pipeline}`) ?? [];
    groups.set(`${mode} ${pipeline}`, [...group, one]);
  }
  return [...groups.values()];
};

const groupOf = async (
  looking: Looking,
  searches: readonly Wanted[],
  { rows, trouble }: { readonly rows: readonly Row[]; readonly trouble: Trouble | undefined },
): Promise<Group> => {
  const first = searches[0]!;
  const { settings } = first;
  const group = { settings, searches, ...(trouble === undefined ? {} : { trouble }) };
  const isSaid = rows.every(({ json }) => ownerOf(json, settings) !== 'unsaid');
  const ours = rows.filter(({ json }) => ownerOf(json, settings) === 'ours');
  if (isSaid || trouble !== undefined) return { ...group, rows: ours };
  const oldest = searches.reduce((one, other) => (other.sentAt < one.sentAt ? other : one), first);
  const listed = await rowsOfPipeline(looking, oldest);
  return 'answered' in listed ? { ...group, rows: ours, trouble: listed } : { ...group, rows: listed.all() };
};

const candidatesOf = (looking: Looking, { settings, searches, rows }: Group): Candidates =>
  sortCandidates(
    rows,
    { keys: new Set(searches.map(({ key }) => key)), mode: settings.mode },
    {
      textOf: (id) => looking.memory.texts.get(id),
      isHidden: looking.memory.lacks.has(lackOf(looking, settings), looking.now),
    },
  );

/** Oldest first. One that could not be read waits, so that the others get their turn. */
const chooseReads = (looking: Looking, group: Group): readonly { readonly group: Group; readonly row: Row }[] => {
  const { memory, now } = looking;
  const candidates = candidatesOf(looking, group);
  const wanted = new Set(group.searches.flatMap((one) => unreadOf(one, candidates)));
  return [...wanted]
    .filter((row) => memory.pauses.isDue(keyIdOf(row, group.settings), now) || isKeyUnderway(looking, row))
    .map((row) => ({ group, row }));
};
