import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { workloadKinds } from '../../lib/domain/plan/plan.ts';
import { rules } from '../conformance/rules.ts';

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'verdicts.md'), 'utf8');

test('the page has the rules as they are in code, word for word', () => {
  const rows = rules.map(
    ({ name, systems, theirs, ours, when, reason }) =>
      `| ${name} | ${systems.join(', ')} | ${theirs.join(', ')} | ${ours.join(', ')} | ${when} | ${reason} |`,
  );
  const begin = page.indexOf('| rule |');
  const written = page.slice(begin, page.indexOf('\n\n', begin)).split('\n').slice(2);
  expect(written).toEqual(rows);
});

test('the page has every kind', () => {
  const written = [...page.matchAll(/^\| `([a-z-]+)`/gm)].map(([, kind]) => kind);
  expect(written).toEqual([...workloadKinds]);
});
