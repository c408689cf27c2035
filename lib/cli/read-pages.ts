import type { CommandContext } from './command-context.ts';

interface Leading {
  readonly next_after?: string;
}

interface PagesAsked<Page> {
  /** How many wanted items a page has; needed with `most` only. */
  readonly count?: (page: Page) => number;
  readonly most?: number;
  readonly signal?: AbortSignal | undefined;
}

/** All pages of a list, or enough to have more than `most` items. The path has a query. */
export const readPages = async <Page extends Leading>(
  { client }: Pick<CommandContext, 'client'>,
  path: string,
  { count = () => 0, most = Number.POSITIVE_INFINITY, signal }: PagesAsked<Page> = {},
): Promise<readonly [Page, ...Page[]]> => {
  const ask = (from: string): Promise<Page> => client.ask<Page>(from, signal === undefined ? {} : { signal });
  const first = await ask(path);
  const pages: [Page, ...Page[]] = [first];
  let found = count(first);
  for (let { next_after } = first; next_after !== undefined && found <= most; ) {
    const page = await ask(`${path}&after=${encodeURIComponent(next_after)}`);
    pages.push(page);
    found += count(page);
    next_after = page.next_after;
  }
  return pages;
};
