import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Looks at the built site: links and their headings lead somewhere, and nothing is loaded from elsewhere. */
const dist = join(import.meta.dirname, 'dist');
const files = globSync('**/*.{html,css,js}', { cwd: dist });
const read = (path) => readFileSync(join(dist, path), 'utf8');
const problems = [];

const elsewhere = /(?:<(?:script|img|iframe|source)[^>]*\ssrc|<link[^>]*\shref|@import\s|url\()\s*[=(]?\s*["']?(https?:)?\/\/[^"')\s]+/g;
for (const path of files) {
  for (const [found] of path.endsWith('.js') ? [] : read(path).matchAll(elsewhere)) problems.push(`${path} loads ${found}`);
}

const pages = files.filter((path) => path.endsWith('.html') && path !== '404.html');
const idsOf = new Map(pages.map((path) => [path, new Set([...read(path).matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id))]));
let links = 0;
for (const path of pages) {
  for (const [, address] of read(path).matchAll(/<a [^>]*?href="((?:\/|\.|#)[^"]*)"/g)) {
    links += 1;
    const { pathname, hash } = new URL(address, `http://site/${path.replace(/index\.html$/, '')}`);
    const [file, anchor] = [decodeURIComponent(pathname).slice(1), hash.slice(1)];
    const name = [file, `${file}.html`, `${file}index.html`].find((one) => idsOf.has(one)) ?? file;
    if (!idsOf.has(name) && !existsSync(join(dist, file))) problems.push(`${path} links to ${address}, which is not there`);
    else if (anchor !== '' && !idsOf.get(name)?.has(decodeURIComponent(anchor))) problems.push(`${path} links to ${address}: no such heading`);
  }
}

// Templates in double braces are shown as they are written.
const source = join(import.meta.dirname, 'pages');
const braces = (text) => text.split('{{').length - 1;
for (const path of globSync('**/*.md', { cwd: source })) {
  const [written, shown] = [readFileSync(join(source, path), 'utf8'), read(path.replace(/\.md$/, '.html'))].map(braces);
  if (written > shown) problems.push(`${path} has ${written} double braces, and the site shows ${shown}`);
}

for (const problem of problems) console.error(problem);
console.log(`${pages.length} pages, ${links} links, ${problems.length} problems`);
process.exitCode = problems.length === 0 && links > 1000 ? 0 : 1;
