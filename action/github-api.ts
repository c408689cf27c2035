import { networkMessage } from '../lib/adapters/network-failure.ts';
import { ask } from '../lib/adapters/own-fetch.ts';
import { CommandFailure, exitStatus, Unreachable } from '../lib/cli/failure.ts';
import { parsedJson } from '../lib/cli/whole-answer.ts';
import type { ActionWorld } from './runner.ts';

/** The version of GitHub's REST API that this code uses. */
export const apiVersion = '2022-11-28';

/** The job's token may not do this: the pull request is from a fork, or `permissions` are missing. */
export class NotPermitted extends CommandFailure {}

interface GitHubRequest {
  readonly method?: 'GET' | 'POST' | 'PATCH';
  readonly path: string;
  readonly body?: object;
}

interface GitHubAnswer {
  readonly status: number;
  readonly body: unknown;
  header(name: string): string | undefined;
}

export interface GitHubAccess extends Pick<ActionWorld, 'env' | 'clock'> {
  readonly token: string;
}

const mostBytes = 32 * 1024 * 1024;

/** Sends one request. Throws NotPermitted, Unreachable if another try may help, else CommandFailure. */
export const askGitHub = async (access: GitHubAccess, request: GitHubRequest): Promise<unknown> => {
  const answered = await send(access, request);
  if (answered.status >= 200 && answered.status < 300) return answered.body;
  throw failureOf(access, request, answered);
};

const send = async ({ env, token }: GitHubAccess, request: GitHubRequest): Promise<GitHubAnswer> => {
  const { method = 'GET', path, body } = request;
  const headers = {
    accept: 'application/vnd.github+json',
    authorization: `Bearer ${token}`,
    'user-agent': 'flotilla-action',
    'x-github-api-version': apiVersion,
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  const signal = AbortSignal.timeout(30_000);
  const sent = { method, headers, signal, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  try {
    const url = `${env.GITHUB_API_URL ?? 'https://api.github.com'}${path}`;
    const { status, headers: got, read } = await ask(url, { ...sent, credential: true, limit: mostBytes });
    const text = new TextDecoder().decode((await read()).bytes);
    return { status, body: parsedJson(text), header: (name) => got.get(name) ?? undefined };
  } catch (error) {
    throw new Unreachable('time', [`GitHub does not answer: ${networkMessage(error)}`]);
  }
};

/** GitHub asks to wait this long, in milliseconds. */
export class RateLimited extends Unreachable {
  readonly pause: number;

  constructor(pause: number, lines: readonly string[]) {
    super('time', lines);
    this.pause = pause;
  }
}

const failureOf = ({ clock }: GitHubAccess, request: GitHubRequest, answered: GitHubAnswer): CommandFailure => {
  const { status, body } = answered;
  const { message } = (body ?? {}) as { readonly message?: unknown };
  const said = typeof message === 'string' ? `: ${message.slice(0, 300)}` : '';
  const lines = [`GitHub answered ${request.method ?? 'GET'} ${request.path} with ${status}${said}`];
  if (isLimit(answered, said)) return new RateLimited(pauseOf(answered, clock.now()), lines);
  if (status >= 500) return new Unreachable('time', lines);
  if (status === 403 || status === 404) return new NotPermitted(exitStatus.refused, lines);
  return new CommandFailure(status === 401 ? exitStatus.refused : exitStatus.usage, lines);
};

/** GitHub reports too many requests as 429 or as 403. */
const isLimit = ({ status, header }: GitHubAnswer, said: string): boolean =>
  status === 429 ||
  (status === 403 &&
    (header('retry-after') !== undefined || header('x-ratelimit-remaining') === '0' || /rate limit/i.test(said)));

/** What GitHub recommends when a limit names no time. */
const usualPause = 60_000;

const pauseOf = ({ header }: GitHubAnswer, now: number): number => {
  const [after, reset] = [header('retry-after'), header('x-ratelimit-reset')];
  if (after !== undefined && /^\d{1,6}$/.test(after)) return Number(after) * 1000;
  if (header('x-ratelimit-remaining') === '0' && reset !== undefined && /^\d{1,12}$/.test(reset))
    return Math.max(0, Number(reset) * 1000 - now);
  return usualPause;
};

const mostTries = 4;
const firstPause = 1_000;
const longestPause = 120_000;

/** Tries again while GitHub is unreachable or asks to wait. It does not wait longer than two minutes. */
export const patiently = async <Answer>(access: GitHubAccess, act: () => Promise<Answer>): Promise<Answer> => {
  for (let nth = 1, pause = firstPause; ; nth += 1, pause *= 2) {
    try {
      return await act();
    } catch (error) {
      const wait = error instanceof RateLimited ? Math.max(pause, error.pause) : pause;
      if (!(error instanceof Unreachable) || nth >= mostTries || wait > longestPause) throw error;
      await access.clock.sleep(wait);
    }
  }
};
