import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { openApiDocument } from '../../functions/api/openapi/document.ts';
import { referencePage } from '../../functions/api/openapi/page.ts';
import { pagePolicy } from '../../functions/api/openapi/page-style.ts';
import { allRoutes } from '../functions/contract-check.ts';

const document = openApiDocument(allRoutes);
const page = referencePage(document);

describe('the page of the reference', () => {
  test('has every route, and a target for every link in it', () => {
    const { paths } = document as unknown as { readonly paths: Readonly<Record<string, object>> };
    expect(Object.keys(paths).filter((path) => !page.includes(`<span class="path">${path}</span>`))).toEqual([]);
    const places = new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
    const links = [...page.matchAll(/ href="#([^"]+)"/g)].map(([, id]) => id);
    expect(links.filter((link) => !places.has(link))).toEqual([]);
  });

  test('runs nothing, loads nothing, and has no style that its policy does not name', () => {
    expect(page).not.toMatch(/<script|<link|<img|<iframe| style="| on\w+="|@import|url\(/);
    const styles = [...page.matchAll(/<style>(.*?)<\/style>/gs)].map(([, style]) => style!);
    const named = styles.map((style) => `'sha256-${createHash('sha256').update(style).digest('base64')}'`);
    expect(pagePolicy).toBe(
      `default-src 'none'; style-src ${named.join(' ')}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
  });

  test('shows the text of a document as text', () => {
    const hostile = JSON.parse(JSON.stringify(document).replaceAll('Shows a batch', '<img src=x>&\\"'));
    expect(referencePage(hostile)).toContain('&lt;img src=x&gt;&amp;&quot;');
  });
});
