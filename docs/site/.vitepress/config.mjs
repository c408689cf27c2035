import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitepress';

/** The list of pages. The tests of the repository know it too. */
const groups = JSON.parse(readFileSync(new URL('../sidebar.json', import.meta.url), 'utf8'));

/** As GitHub names headings, so that a link works in both places. */
const slugify = (heading) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-');

export default defineConfig({
  title: 'Flotilla',
  description: 'Batch deployments in a safe order, verified on the cluster, restored when they fail',
  srcDir: 'pages',
  outDir: 'dist',
  cacheDir: 'node_modules/.cache/vitepress',
  cleanUrls: true,
  ignoreDeadLinks: false,
  markdown: {
    html: false,
    anchor: { slugify },
    config: (md) => {
      // Documents show templates with double braces, which the generator would evaluate.
      const plain = md.renderer.rules.code_inline;
      md.renderer.rules.code_inline = (tokens, index, ...rest) => {
        tokens[index].attrSet('v-pre', '');
        return plain(tokens, index, ...rest);
      };
    },
  },
  themeConfig: {
    search: { provider: 'local' },
    sidebar: groups.map(({ text, items }) => ({
      text,
      items: items.map((item) => ({ text: item.text, link: `/${item.page.replace(/index$/, '')}` })),
    })),
    nav: [
      { text: 'First steps', link: '/first-steps' },
      { text: 'Commands', link: '/commands' },
      { text: 'Changelog', link: '/changelog' },
    ],
    outline: [2, 3],
  },
});
