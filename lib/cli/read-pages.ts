import type { CommandContext } from './command-context.ts';

interface Leading {
  readonly next_after?: string;
}

/** All pages of a list, or as many as it takes to have more than `most` of what is in them. The path has a query. */
export const readPages = async <Page extends Leading>(
  { client }: Pick<CommandContext, 'client'>,
  path: string,
  { count, most = Number.POSITIVE_INFINITY }: { readonly count: (page: Page) => number; readonly most?: number },
): Promise<readonly [Page, ...Page[]]> => {
  const first = await client.ask<Page>(path);
  const pages: [Page, ...Page[]] = [first];
  let found = count(first);
  for (let { next_after } = first; next_after !== undefined && found <= most; ) {
    const page = await client.ask<Page>(`${path}&after=${encodeURIComponent(next_after)}`);
    pages.push(page);
    found += count(page);
    next_after = page.next_after;
  }
  return pages;
};
