import type { CommandContext } from './command-context.ts';

type Words = Readonly<Record<string, string | number | undefined>>;

/** A path of the API with its query: what is undefined is left out. */
export const pathOf = (path: string, ...words: readonly Words[]): string => {
  const given = words
    .flatMap((some) => Object.entries(some))
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`]));
  return given.length === 0 ? path : `${path}?${given.join('&')}`;
};

interface Leading {
  readonly next_after?: string;
}

/** All pages of a list, or as many as it takes for the first `most`. */
export const readPages = async <One, Page extends Leading>(
  { client }: Pick<CommandContext, 'client'>,
  path: string,
  { of, most = Number.POSITIVE_INFINITY }: { readonly of: (page: Page) => readonly One[]; readonly most?: number },
): Promise<readonly One[]> => {
  const found: One[] = [];
  for (let after: string | undefined; ; ) {
    const from = after === undefined ? '' : `${path.includes('?') ? '&' : '?'}after=${encodeURIComponent(after)}`;
    const page: Page = await client.ask<Page>(`${path}${from}`);
    found.push(...of(page));
    after = page.next_after;
    if (after === undefined || found.length >= most) return found.slice(0, most);
  }
};
