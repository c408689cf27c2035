import * as z from 'zod';
import { readTextFile, type TextFile } from '../lib/local/read-text-file.ts';
import { askGitHub, type GitHubAccess, patiently } from './github-api.ts';
import type { ActionWorld } from './runner.ts';

/** What GitHub takes at most, in characters. */
export const longestComment = 65_536;

/** By this line the comment is found again; Markdown does not show it. */
export const markerOf = (id: string): string => `<!-- flotilla:${id} -->`;

export interface PullRequest {
  readonly repository: string;
  readonly number: number;
}

const event = z.object({ pull_request: z.object({ number: z.int().positive() }) });
const events = ['pull_request', 'pull_request_target'];

/** The pull request that this run is for; undefined for a push and all else. */
export const pullRequestOf = ({ env }: Pick<ActionWorld, 'env'>): PullRequest | undefined => {
  const { GITHUB_EVENT_NAME: name = '', GITHUB_EVENT_PATH: path = '', GITHUB_REPOSITORY: repository = '' } = env;
  if (!events.includes(name) || !/^[\w.-]+\/[\w.-]+$/.test(repository)) return undefined;
  const read = event.safeParse(jsonIn(readTextFile(path)));
  return read.success ? { repository, number: read.data.pull_request.number } : undefined;
};

const jsonIn = (file: TextFile): unknown => ('text' in file ? JSON.parse(file.text) : undefined);

const comments = z.array(
  z.object({
    id: z.int(),
    body: z.string().nullish(),
    user: z.object({ login: z.string() }).nullish(),
  }),
);

export interface OwnComment {
  readonly at: PullRequest;
  readonly marker: string;
  /** Who writes it. Somebody else's comment with the same marker is left alone. */
  readonly author: string;
  readonly body: string;
}

/**
 * Writes the comment, or writes it anew where an earlier run has left it. Every try looks for it again: an answer that got lost
 * must not lead to a second comment.
 */
export const writeComment = (access: GitHubAccess, own: OwnComment): Promise<'created' | 'updated'> =>
  patiently(access, async () => {
    const { at, body } = own;
    const issues = `/repos/${at.repository}/issues`;
    const found = await findComment(access, own);
    if (found === undefined)
      await askGitHub(access, { method: 'POST', path: `${issues}/${at.number}/comments`, body: { body } });
    else await askGitHub(access, { method: 'PATCH', path: `${issues}/comments/${found}`, body: { body } });
    return found === undefined ? 'created' : 'updated';
  });

const pageSize = 100;
/** 5,000 comments. */
const mostPages = 50;

const findComment = async (access: GitHubAccess, { at, marker, author }: OwnComment): Promise<number | undefined> => {
  for (let page = 1; page <= mostPages; page += 1) {
    const path = `/repos/${at.repository}/issues/${at.number}/comments?per_page=${pageSize}&page=${page}`;
    const list = comments.parse(await askGitHub(access, { path }));
    const own = list.find(({ body, user }) => user?.login === author && body?.startsWith(marker));
    if (own !== undefined) return own.id;
    if (list.length < pageSize) return undefined;
  }
  return undefined;
};
