import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { statuses } from '../../lib/domain/deployment/status.ts';
import { allText, inBackticks, matches, read, root, table, unique } from './pages.ts';

/** What the documents name exists. */
const text = allText();
const concepts = read('docs/concepts.md');
const manifest = JSON.parse(read('package.json')) as {
  readonly scripts: Readonly<Record<string, string>>;
  readonly bin: Readonly<Record<string, string>>;
};

test('the scripts of package.json, all of them', () => {
  const named = [...matches(text, /npm run ([\w:]+)/g), ...matches(text, /npm (test|start)\b/g)];
  const scripts = Object.keys(manifest.scripts).filter((name) => !/^(pre|post)/.test(name));
  expect(unique(named)).toEqual(unique(scripts));
});

test('the programs for npx', () => {
  for (const name of unique(matches(text, /npx (?:--no-install )?([a-z][\w-]*)/g))) {
    expect(manifest.bin[name] ?? `node_modules/.bin/${name}`).toSatisfy((path: string) => existsSync(join(root, path)));
  }
});

test('the alias for the command leads to the launcher', () => {
  const aliases = unique(matches(text, /^alias flotilla="node '\$PWD\/([^']+)'"$/gm));
  expect(aliases).toEqual([manifest.bin.flotilla]);
});

const files = globSync(['lib/**/*.ts', 'functions/**/*.ts'], { cwd: root });
const code = [...files, 'test/recordings/cases.ts'].map(read).join('\n');

test('environment variables', () => {
  const variables = unique(matches(text, /\$?\b(FLOTILLA_[A-Z_]+|AWS_REGION)\b/g));
  expect(variables).toEqual(
    expect.arrayContaining(['FLOTILLA_BY', 'FLOTILLA_CASES', 'FLOTILLA_TOKEN', 'FLOTILLA_URL']),
  );
  expect(variables.filter((name) => !code.includes(`env.${name}`))).toEqual([]);
});

describe('statuses and reasons', () => {
  const ofTable = table(concepts, '| status | of a deployment |').flatMap(([, cell]) => inBackticks(cell!));
  const ofText = matches(text, /`[A-Z]{4,} \/ (\w+)`/g);
  const ofTranscripts = matches(text, /^\d\d:\d\d:\d\d\.\d{3}Z simulated \S+ +[A-Z]+ +(\w+):/gm);

  test('reasons', () => {
    for (const some of [ofTable, ofText, ofTranscripts]) expect(some.length).toBeGreaterThan(3);
    const reasons = unique([...ofTable, ...ofText, ...ofTranscripts]).filter((name) => !/^[a-z_]+$/.test(name));
    expect(reasons.filter((name) => !code.includes(`'${name}'`))).toEqual([]);
  });

  test('statuses', () => {
    expect(unique(table(concepts, '| status | of a deployment |').flatMap(([cell]) => inBackticks(cell!)))).toEqual(
      unique(statuses),
    );
    const elsewhere = [...matches(text, /`([A-Z]{4,}) \/ \w+`/g), ...matches(text, /simulated \S+ +([A-Z]+) /g)];
    const first = ['README', 'docs/concepts', 'docs/first-steps', 'docs/batch', 'docs/operations', 'docs/commands'];
    elsewhere.push(...first.flatMap((page) => matches(read(`${page}.md`), /`([A-Z]{4,})`/g)));
    const known: readonly string[] = [...statuses, 'WHAT', 'EBADENGINE'];
    expect(unique(elsewhere).filter((name) => !known.includes(name))).toEqual([]);
  });
});
