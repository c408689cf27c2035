import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';

/** Copies the documents to `pages/`, where the generator can find its packages, and changes their links for the site. */
const site = import.meta.dirname;
const root = join(site, '..', '..');

const atRoot = { 'README.md': 'index.md', 'CONTRIBUTING.md': 'contributing.md', 'CHANGELOG.md': 'changelog.md', 'SECURITY.md': 'reporting.md' };
const ofDocs = globSync('docs/{*,adr/*}.md', { cwd: root });
const placeOf = (path) => atRoot[path] ?? (ofDocs.includes(path) ? path.slice('docs/'.length) : undefined);

/** A link between pages leads to the page. A link to another file of the repository becomes its text. */
const onSite = (from) => (link, text, address) => {
  if (/^([a-z]+:|#)/.test(address)) return link;
  const [file, anchor] = address.split('#');
  const path = posix.join(posix.dirname(from), file);
  if (!existsSync(join(root, path))) throw new Error(`${from} links to ${address}, which is not there`);
  const place = placeOf(path);
  if (place === undefined) return text;
  const to = posix.relative(posix.dirname(placeOf(from)), place);
  return `[${text}](./${to}${anchor === undefined ? '' : `#${anchor}`})`;
};

const forSite = (path, page) =>
  page
    .split(/(^```[\s\S]*?^```$)/m)
    .map((part) => (part.startsWith('```') ? part : part.replace(/<!--.*?-->\n?/g, '').replace(/\[([^\]]*)\]\(([^)\s]+)\)/g, onSite(path))))
    .join('');

rmSync(join(site, 'pages'), { recursive: true, force: true });
for (const path of [...Object.keys(atRoot), ...ofDocs]) {
  const target = join(site, 'pages', placeOf(path));
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, forSite(path, readFileSync(join(root, path), 'utf8')));
}
cpSync(join(root, 'LICENSE'), join(site, 'pages', 'public', 'LICENSE.txt'));
