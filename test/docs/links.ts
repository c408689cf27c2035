import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { read, root } from './pages.ts';

const withoutCode = (page: string): string =>
  page.replace(/^( *)```[\s\S]*?^\1```/gm, '').replace(/`[^`\n]*`/g, (span) => '.'.repeat(span.length));

/** The addresses that a page links to. */
export const linksOf = (page: string): readonly string[] =>
  [...withoutCode(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, address]) => address!);

/** The anchors of a page: on GitHub and on the site. */
export const anchorsOf = (page: string): readonly string[] => {
  const seen = new Map<string, number>();
  const headings = page.replace(/^```[\s\S]*?^```/gm, '').matchAll(/^#{1,6} (.+)$/gm);
  return [...headings].map(([, heading]) => {
    const slug = heading!
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-');
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  });
};

/** Why an address is broken, or nothing. Addresses elsewhere are only checked by form. */
export const brokenLink = (from: string, address: string): string | undefined => {
  if (/^[a-z]+:/.test(address)) {
    const isGood = URL.canParse(address) && /^(https:|mailto:)/.test(address);
    return isGood ? undefined : `${from}: ${address} is not https`;
  }
  const [file = '', anchor] = address.split('#');
  const path = file === '' ? from : join(dirname(from), decodeURIComponent(file));
  if (path.startsWith('..')) return `${from}: ${address} leads out of the repository`;
  if (!existsSync(join(root, path))) return `${from}: ${relative('.', path)} does not exist`;
  if (anchor === undefined) return undefined;
  return anchorsOf(read(path)).includes(anchor) ? undefined : `${from}: ${path} has no heading #${anchor}`;
};
