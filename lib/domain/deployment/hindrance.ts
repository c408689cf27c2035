import type { News } from '../ports.ts';
import type { RunWatchRow } from '../record/watch-rows.ts';
import type { Held, Hindrance, HindranceKind } from './held.ts';
import { humanWaitOf } from './human-wait.ts';

interface Seen {
  readonly row: RunWatchRow;
  /** Absent if the executor was not asked. */
  readonly news: News | undefined;
  readonly now: number;
}

/** An accepted event has its run within seconds. */
const longestEvent = 60_000;

/** What holds a run up, as far as one look shows. Of several hindrances, the one a person wants to know first. */
export const hindranceOf = (seen: Seen): Hindrance | undefined =>
  beforeSending(seen.row) ?? ofRun(seen) ?? ofReading(seen) ?? ofStart(seen);

/**
 * Whether it is open if something still holds a run up: an earlier look saw it, and this look brought no news, because
 * its project's turn comes later. A hindrance that only the row shows is over once the row no longer shows it.
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
  // If the executor refused to cancel, the run goes on and nothing is waited for.
  if (stopping !== undefined && !(stopping.why === 'cancel' && stopping.answer === 'no')) {
    const answered = stopping.said ?? 'no known answer';
    return { why: 'abort-unconfirmed', since: stopping.at, asked: 'the end of the run', answered, ...urlOf(news) };
  }
  if (news?.kind !== 'found') return undefined;
  const { step } = news.state ?? {};
  if (step !== undefined) return { why: 'steps', step, answered: news.state!.raw };
  if (news.state?.phase !== 'waiting-for-human') return undefined;
  const { raw, message } = news.state;
  const since = human_since === undefined ? {} : { since: human_since, until: endOfWait(row, human_since) };
  if (row.deployment.executor.name === 'kubernetes')
    return { why: 'proceed', ...since, answered: message ?? raw, ...urlOf(news) };
  const answered = message === undefined ? raw : `${raw} (${message})`;
  return { why: 'person', ...since, asked: 'the run', answered, ...urlOf(news) };
};

/** What it waited for people before counts too. */
const endOfWait = ({ deployment, human_ms = 0 }: RunWatchRow, since: number): number =>
  since + humanWaitOf(deployment) * 1_000 - human_ms;

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
  const { ref, correlation, answer = 'no known answer', at, sent_at = at } = row;
  if (news === undefined) return undefined;
  if (isUnanswered(row) && (news.kind === 'none' || news.kind === 'unread')) {
    const looked = news.kind === 'unread' ? `; ${news.trouble.asked}: ${news.trouble.answered}` : '';
    return { why: 'start-unanswered', since: sent_at, asked: 'the start', answered: `${answer}${looked}` };
  }
  if (news.kind !== 'none') return undefined;
  if (ref !== undefined) return { why: 'run-missing', asked: `run ${ref}`, answered: 'no run has that id' };
  if (now - sent_at <= longestEvent) return undefined;
  return { why: 'no-run-yet', since: sent_at, asked: `event ${correlation}`, answered: 'it has not led to a run yet' };
};

const words: Readonly<Record<HindranceKind, readonly [what: string, next: string]>> = {
  budget: ['The start waits for room in our request budget for the executor', 'It is sent when there is room.'],
  throttled: ['The executor rejects the start for now', 'Flotilla tries again until it is accepted.'],
  unreadable: ['The executor cannot be read', 'Flotilla keeps trying; at its deadline the deployment becomes UNKNOWN.'],
  'start-unanswered': [
    'It is not known whether the executor accepted the start',
    'It is not sent again. Flotilla looks for the run by its key; if none appears in time, the deployment becomes UNKNOWN.',
  ],
  'no-run-yet': [
    'The executor accepted the start, but there is no run yet',
    'Flotilla waits for it; if none appears in time, the deployment becomes UNKNOWN.',
  ],
  'run-missing': ['The executor no longer shows the run', 'Flotilla keeps looking until its deadline.'],
  'abort-unconfirmed': [
    'The run is being stopped',
    'Flotilla waits for its end; if none is seen within minutes, the deployment becomes UNKNOWN.',
  ],
  person: ['The run waits for a person in the executor', 'It continues when somebody decides there, or is aborted'],
  proceed: ['The deployment waits for a person', 'It continues after `flotilla proceed`, or is stopped'],
  steps: [
    'The new version takes over in steps',
    'It continues by itself while all is well, and goes back by itself otherwise.',
  ],
  'cluster-unavailable': [
    'The cluster cannot be read to follow the rollout',
    'Flotilla keeps trying; at its deadline the deployment becomes UNKNOWN.',
  ],
};

/** What happens next, as a sentence. */
export const nextOf = ({ why, until }: Pick<Hindrance, 'why' | 'until'>): string => {
  const next = words[why][1];
  if (why !== 'person' && why !== 'proceed') return next;
  return `${next} ${until === undefined ? 'when `human_wait` ends' : `at ${new Date(until).toISOString()}`}.`;
};

/** For people: since when, what was requested, what came back, and what happens next. */
export const describeHeld = ({ why, since, until, asked, answered }: Held): string => {
  const next = nextOf({ why, ...(until === undefined ? {} : { until }) });
  if (why === 'steps') return `${words.steps[0]}: ${answered}.`;
  if (why === 'proceed' && asked === undefined && answered !== undefined)
    return `${words.proceed[0]}, since ${new Date(since).toISOString()}: ${answered}. ${next}`;
  const told = asked === undefined ? '' : ` Requested: ${asked}. Answer: ${answered}.`;
  return `${words[why][0]}, since ${new Date(since).toISOString()}.${told} ${next}`;
};

/** Says that it is over, and how long it took in milliseconds. */
export const describeEnd = ({ why, since }: Held, now: number): string => {
  const [what] = words[why];
  const before = `${what.charAt(0).toLowerCase()}${what.slice(1)}`;
  return `It continues. For ${Math.round((now - since) / 1_000)} s before: ${before}.`;
};
