import * as z from 'zod';
import { readTextFile, type TextFile } from '../lib/local/read-text-file.ts';
import { askGitHub, type GitHubAccess, patiently } from './github-api.ts';
import type { ActionWorld } from './runner.ts';

/** GitHub's limit, in characters. */
export const longestComment = 65_536;

/** Identifies the comment at the next push. Markdown hides this line. */
export const markerOf = (id: string): string => `<!-- flotilla:${id} -->`;

export interface PullRequest {
  readonly repository: string;
  readonly number: number;
  /** The last commit of its branch. The commit of the run is a merge of it. */
  readonly head?: string;
}

const event = z.object({
  pull_request: z.object({
    number: z.int().positive(),
    head: z.object({ sha: z.string().regex(/^[0-9a-f]{40,64}$/) }).optional(),
  }),
});
const events = ['pull_request', 'pull_request_target'];

/** The pull request of this run; undefined for other events. */
export const pullRequestOf = ({ env }: Pick<ActionWorld, 'env'>): PullRequest | undefined => {
  const { GITHUB_EVENT_NAME: name = '', GITHUB_EVENT_PATH: path = '', GITHUB_REPOSITORY: repository = '' } = env;
  if (!events.includes(name) || !/^[\w.-]+\/[\w.-]+$/.test(repository)) return undefined;
  const read = event.safeParse(jsonIn(readTextFile(path)));
  if (!read.success) return undefined;
  const { number, head } = read.data.pull_request;
  return { repository, number, ...(head === undefined ? {} : { head: head.sha }) };
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
  /** The account that writes it. A comment of another account with the same marker stays untouched. */
  readonly author: string;
  readonly body: string;
}

/**
 * Creates the comment, or updates the one of an earlier run. Every try looks for it again, because a lost answer must not lead to
 * a second comment.
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
