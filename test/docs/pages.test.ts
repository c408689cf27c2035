import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { anchorsOf, brokenLink, linksOf } from './links.ts';
import { matches, pages, read, root, unique } from './pages.ts';

interface Group {
  readonly text: string;
  readonly items: readonly { readonly text: string; readonly page: string }[];
}

const sidebar = JSON.parse(read('docs/site/sidebar.json')) as readonly Group[];
const inSidebar = sidebar.flatMap(({ items }) => items.map(({ page }) => `docs/${page}.md`));
const decisions = pages.filter((path) => /^docs\/adr\/\d/.test(path));
const ofDocs = pages.filter((path) => path.startsWith('docs/') && !decisions.includes(path));

describe('pages', () => {
  test.each(pages.filter((path) => path !== 'CHANGELOG.md'))('%s is short', (path) => {
    expect(read(path).trimEnd().split('\n').length).toBeLessThanOrEqual(path === 'README.md' ? 180 : 200);
  });

  test.each(ofDocs)('%s begins with its purpose, in a sentence', (path) => {
    expect(read(path)).toMatch(/^# .+\n\nThis page [^\n]{20,200}\n/);
  });

  test('the sidebar has each page once, and no other', () => {
    expect(inSidebar.toSorted()).toEqual(ofDocs.toSorted());
    const names = sidebar.flatMap(({ items }) => items.map(({ text }) => text));
    expect(unique(names)).toHaveLength(names.length);
  });

  test('the list of decisions has each of them, under its title', () => {
    const listed = [...read('docs/adr/index.md').matchAll(/^(\d+)\. \[(.+)\]\((.+)\)$/gm)];
    expect(listed.map(([, number, title, file]) => [`docs/adr/${file}`, `# ${number}. ${title}`])).toEqual(
      decisions.map((path) => [path, read(path).split('\n')[0]]),
    );
  });
});

describe('links', () => {
  test.each(pages)('%s has no broken link', (path) => {
    expect(linksOf(read(path)).flatMap((address) => brokenLink(path, address) ?? [])).toEqual([]);
  });

  test('there are links to check', () => {
    expect(pages.flatMap((path) => linksOf(read(path))).length).toBeGreaterThan(300);
  });

  test('README links to the pages that people start with', () => {
    const links = linksOf(read('README.md'));
    for (const name of [
      'first-steps',
      'install',
      'concepts',
      'batch',
      'commands',
      'configuration',
      'api',
      'operations',
    ])
      expect(links).toContain(`docs/${name}.md`);
  });

  test.each([
    ['a missing file', 'docs/nowhere.md', 'README.md: docs/nowhere.md does not exist'],
    ['a missing heading', 'docs/api.md#nowhere', 'README.md: docs/api.md has no heading #nowhere'],
    ['a path out of the repository', '../x', 'README.md: ../x leads out of the repository'],
    ['no TLS', 'http://example.com', 'README.md: http://example.com is not https'],
    ['an address elsewhere', 'https://example.com/a#b', undefined],
    ['a heading', 'docs/api.md#routes', undefined],
    ['a heading of the same page', '#limits', undefined],
  ])('%s', (_, address, problem) => {
    expect(brokenLink('README.md', address)).toBe(problem);
  });

  test('makes anchors as GitHub does', () => {
    expect(anchorsOf('# A `b`: c\n## With an account: `npm run test:aws`\n# A b c\n## [x](y) & z\n')).toEqual([
      ...['a-b-c', 'with-an-account-npm-run-testaws', 'a-b-c-1', 'x--z'],
    ]);
  });

  test('pages that texts of the program and comments name exist', () => {
    const folders = ['lib', 'functions', 'bin', 'statemachines', 'test', 'examples', 'findings'];
    const files = folders.flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
        .filter((one) => one.isFile() && /\.(ts|js|json|ya?ml|sh|py)$/.test(one.name))
        .map((one) => join(one.parentPath, one.name)),
    );
    const named = files
      .map((path) => path.slice(root.length + 1))
      // Hidden folders belong to other tests while they run.
      .filter((path) => !path.startsWith('test/docs/') && !path.includes('/.'))
      .flatMap((path) => matches(read(path), /(?<![\w/])(docs\/[\w/-]+\.md)/g).map((page) => `${path}: ${page}`));
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((one) => !pages.includes(one.split(': ')[1]!))).toEqual([]);
  });
});
