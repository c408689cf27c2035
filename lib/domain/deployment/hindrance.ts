import type { News } from '../ports.ts';
import type { RunWatchRow } from '../record/watch-rows.ts';
import type { Held, Hindrance, HindranceKind } from './held.ts';

interface Seen {
  readonly row: RunWatchRow;
  /** Absent where the executor was not asked for it. */
  readonly news: News | undefined;
  readonly now: number;
}

/** An event that was accepted has its run within seconds. */
const longestEvent = 60_000;

/** What holds a run up, as far as one look tells: of several what a person would want to know first. */
export const hindranceOf = (seen: Seen): Hindrance | undefined =>
  beforeSending(seen.row) ?? ofRun(seen) ?? ofReading(seen) ?? ofStart(seen);

/**
 * Whether nobody knows if something still holds a run up: a look saw it, and this look brought no news, because the turn of its
 * project is at a later one. What its row alone says is over when the row says so no more.
 */
export const isLeftOpen = (why: HindranceKind | undefined, news: News | undefined): boolean =>
  why !== undefined && news === undefined && !saidByRow.includes(why);

const saidByRow: readonly HindranceKind[] = ['budget', 'throttled'];

const beforeSending = ({ phase, turned_away, queued_at }: RunWatchRow): Hindrance | undefined => {
  if (phase !== 'queued' && phase !== 'paused') return undefined;
  const since = phase === 'paused' || queued_at === undefined ? {} : { since: queued_at };
  if (turned_away === undefined) return { why: 'budget', ...since };
  return { why: 'throttled', ...since, asked: 'the start', answered: turned_away.message };
};

const ofRun = ({ row, news }: Seen): Hindrance | undefined => {
  const { stopping, human_since } = row;
  if (news?.kind === 'found' && news.state?.phase === 'terminal') return undefined;
  // One that was refused for a cancel goes on, and nothing is waited for.
  if (stopping !== undefined && !(stopping.why === 'cancel' && stopping.answer === 'no')) {
    const answered = stopping.said ?? 'no answer is known';
    return { why: 'abort-unconfirmed', since: stopping.at, asked: 'the end of the run', answered, ...urlOf(news) };
  }
  if (news?.kind !== 'found') return undefined;
  const { step } = news.state ?? {};
  if (step !== undefined) return { why: 'steps', step, answered: news.state!.raw };
  if (news.state?.phase !== 'waiting-for-human') return undefined;
  const { raw, message } = news.state;
  const since = human_since === undefined ? {} : { since: human_since };
  if (row.deployment.executor.name === 'kubernetes')
    return { why: 'proceed', ...since, answered: message ?? raw, ...urlOf(news) };
  const answered = message === undefined ? raw : `${raw} (${message})`;
  return { why: 'person', ...since, asked: 'the run', answered, ...urlOf(news) };
};

const urlOf = (news: News | undefined): Pick<Hindrance, 'url'> => {
  const url = news?.kind === 'found' ? (news.state?.url ?? news.url) : undefined;
  return url === undefined ? {} : { url };
};

const ofReading = ({ row, news }: Seen): Hindrance | undefined => {
  if (news?.kind !== 'unread' || isUnanswered(row)) return undefined;
  return { why: 'unreadable', ...news.trouble };
};

const isUnanswered = ({ phase }: RunWatchRow): boolean => phase === 'unknown' || phase === 'intended';

const ofStart = ({ row, news, now }: Seen): Hindrance | undefined => {
  const { ref, correlation, answer = 'no answer is known', at, sent_at = at } = row;
  if (news === undefined) return undefined;
  if (isUnanswered(row) && (news.kind === 'none' || news.kind === 'unread')) {
    const looked = news.kind === 'unread' ? `; ${news.trouble.asked}: ${news.trouble.answered}` : '';
    return { why: 'start-unanswered', since: sent_at, asked: 'the start', answered: `${answer}${looked}` };
  }
  if (news.kind !== 'none') return undefined;
  if (ref !== undefined) return { why: 'run-missing', asked: `run ${ref}`, answered: 'there is none of that id' };
  if (now - sent_at <= longestEvent) return undefined;
  return { why: 'no-run-yet', since: sent_at, asked: `event ${correlation}`, answered: 'no run came of it yet' };
};

const words: Readonly<Record<HindranceKind, readonly [what: string, next: string]>> = {
  budget: ['The start waits for room in our budget of requests to the executor', 'It is sent when there is room.'],
  throttled: ['The executor turns the start away for now', 'It is asked for again until it is taken.'],
  unreadable: ['The executor cannot be read', 'It is read again; at the end of its time the deployment is UNKNOWN.'],
  'start-unanswered': [
    'Nobody knows whether the start was taken',
    'It is not sent again: its run is looked for by its key, and the deployment is UNKNOWN when none appears in time.',
  ],
  'no-run-yet': [
    'The executor has taken the start, and there is no run yet',
    'It is waited for, and the deployment is UNKNOWN when none appears in time.',
  ],
  'run-missing': ['The executor does not show the run any more', 'It is looked for until its time is over.'],
  'abort-unconfirmed': [
    'The run is being stopped',
    'Its end is waited for; where it is not seen within minutes, the deployment is UNKNOWN.',
  ],
  person: [
    'The run waits for a person in the executor',
    'It goes on when somebody decides there, or is aborted when `human_wait` is over.',
  ],
  proceed: [
    'The deployment waits for a person',
    'It goes on when somebody says so (`flotilla proceed`), or is stopped when `human_wait` is over.',
  ],
  steps: [
    'The new version takes over by steps',
    'It goes on by itself while all is well, and goes back by itself when it is not.',
  ],
  'cluster-unavailable': [
    'The cluster cannot be asked how the rollout goes',
    'It is asked again until it answers; at the end of its time the deployment is UNKNOWN.',
  ],
};

/** What happens next, in a sentence. */
export const nextOf = ({ why }: Pick<Hindrance, 'why'>): string => words[why][1];

/** For people: since when, what was asked for, what came back, and what happens next. */
export const describeHeld = ({ why, since, asked, answered }: Held): string => {
  if (why === 'steps') return `${words.steps[0]}: ${answered}.`;
  if (why === 'proceed' && asked === undefined && answered !== undefined)
    return `${words.proceed[0]}, since ${new Date(since).toISOString()}: ${answered}. ${nextOf({ why })}`;
  const told = asked === undefined ? '' : ` Asked for: ${asked}. Answer: ${answered}.`;
  return `${words[why][0]}, since ${new Date(since).toISOString()}.${told} ${nextOf({ why })}`;
};

/** That it is over, after so many milliseconds. */
export const describeEnd = ({ why, since }: Held, now: number): string => {
  const [what] = words[why];
  const before = `${what.charAt(0).toLowerCase()}${what.slice(1)}`;
  return `It goes on. Before, for ${Math.round((now - since) / 1_000)} s: ${before}.`;
};
