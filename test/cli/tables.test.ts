import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { printable } from '../../lib/cli/clean-text.ts';
import { type Column, fitTable } from '../../lib/cli/fit-table.ts';
import { makePalette } from '../../lib/cli/palette.ts';
import { batchTable, deploymentTable, planTable } from '../../lib/cli/tables.ts';
import { timesIn } from '../../lib/cli/times.ts';
import type { PlanPreview } from '../../lib/usecases/plan/preview-plan.ts';
import { batch, deployment } from './answers.ts';

const widest = (lines: readonly string[]): number =>
  Math.max(...lines.map((line) => stripVTControlCharacters(line).length));

const { colours } = makePalette(false);

describe('fitTable', () => {
  const columns = (...heads: readonly [string, string, string]) =>
    heads.map((head, at): Column => ({ head, ...kinds[at] }));
  const kinds = [{}, { cut: 'constant', paint: () => makePalette(true).colours.red }, { cut: 'sentence' }] as const;
  const rows = [
    ['shared/login-api', 'SUCCESS', 'x'.repeat(120)],
    ['risk/limit-check', 'FAILED', 'short'],
  ];

  test.each([40, 60, 80, 120, 300])('is at most %i columns wide', (space) => {
    const { lines } = fitTable(columns('DEPLOYMENT', 'STATUS', 'WHY'), rows, space);
    expect(widest(lines)).toBeLessThanOrEqual(space);
    expect(lines).toHaveLength(3);
    expect(lines.join('\n').includes('x'.repeat(120))).toBe(space === 300);
  });

  test('shows every row of a batch of the largest size quickly', () => {
    const many = Array.from({ length: 10_000 }, (_, at) => [`risk/service-${at}`, '1.0', 'x'.repeat(at % 150)]);
    const lines = fitTable(columns('DEPLOYMENT', 'VERSION', 'WHY'), many, 100).lines.map(stripVTControlCharacters);
    expect(lines).toHaveLength(10_001);
    expect(lines.findIndex((line, at) => at > 0 && !line.startsWith(`risk/service-${at - 1} `))).toBe(-1);
    expect(new Set(lines.map((line) => line.search(/VERSION|1\.0/))).size).toBe(1);
  });

  test('colours take no space', () => {
    const { lines } = fitTable(columns('A', 'B', 'C'), rows, 300);
    const [, first, second] = lines.map(stripVTControlCharacters);
    expect(lines[2]).not.toBe(second);
    expect(first!.indexOf('x')).toBe(second!.indexOf('short'));
  });
});

describe('shows ids, names and versions in full as long as other columns can shrink', () => {
  const id = '01M7Z82VGHV3GT6X1EMB454VBS';
  const simulated = { harness: true, clusters: ['cluster-eu-1'] };

  test.each([
    [200, 'BATCH STATUS SUBMITTED BY NAME MESSAGE'],
    [100, 'BATCH STATUS SUBMITTED NAME MESSAGE'],
    [80, 'BATCH STATUS SUBMITTED NAME'],
    [60, 'BATCH STATUS NAME'],
  ])('list, %i columns', (columns, heads) => {
    const listed = batch({ batch_id: id, name: 'Autumn release', status: 'PROCESSING' });
    const [head, line] = batchTable([listed], { columns, colours }, timesIn('Europe/Berlin')).lines;
    expect(head!.split(/\s+/).join(' ')).toBe(heads);
    expect([line!.length <= columns, line!.includes(id), line!.includes('Autumn release')]).toEqual([true, true, true]);
  });

  test.each([
    [100, 'Autumn release of… 2 deployments: 1 i…'],
    [80, 'Autumn release of …'],
    [60, 'Autumn release of all …'],
  ])('leaves room for others next to a long name: list, %i columns', (columns, rest) => {
    const listed = batch({ batch_id: id, name: 'Autumn release of all that there is', status: 'SUCCESS' });
    const [, line] = batchTable([listed], { columns, colours }, timesIn('Europe/Berlin')).lines;
    expect(line!.replaceAll(/ +/g, ' ')).toContain(columns === 60 ? `SUCCESS ${rest}` : `+02:00 ${rest}`);
  });

  test.each([
    [200, /cluster-eu-1 \(simulated\) +PROCESSING +Deploying: The pipeline runs, and its end is not known\.$/],
    [80, /cluster-eu-1 +PROCESSING +Deploying: The pipeline ru…$/],
    [70, /3\.0\.2 +PROCESSING +Deploying: The pipeline runs, …$/],
    [60, /3\.0\.2 +PROCESSING +Deploying: The pipel…$/],
    [50, /3\.0\.2 +PROCESSING +Deploying:…$/],
    [30, /3\.0\.2 +PROCES…$/],
  ])('deployments, %i columns', (columns, rest) => {
    const line = deployment({
      status: 'PROCESSING',
      cluster: 'cluster-eu-1',
      reason: 'Deploying',
      message: 'The pipeline runs, and its end is not known.',
    });
    const shown = deploymentTable([line], { terminal: { columns, colours }, simulated }).lines[1]!;
    expect(shown).toMatch(/^shared\/login-api +3\.0\.2 /);
    expect(shown).toMatch(rest);
  });

  test('shortens a digest where there is no room for it', () => {
    const line = deployment({
      docker_image_version: `2.4.0@sha256:${'0123456789abcdef'.repeat(4)}`,
      status: 'SUCCESS',
    });
    const [, shown] = deploymentTable([line], { terminal: { columns: 80, colours }, simulated }).lines;
    expect(shown).toMatch(
      /^shared\/login-api {2}2\.4\.0@sha256:0123456789ab… {2}eu-1 {2}SUCCESS {2}Waits for its turn\.$/,
    );
  });

  const digest = (of: string): string => `sha256:${of.repeat(64)}`;
  const planned = (version: string, before?: string) =>
    ({
      simulated,
      deployments: [
        {
          ...{ level: 0, priority: 5, key: 'clearing/settlement-api', environment_id: 'production' },
          ...{ cluster: 'cluster-eu-1', dependencies: ['clearing/netting-engine'] },
          docker_image_version: version,
          ...(before === undefined ? {} : { recorded: { version: before }, change: 'older' }),
        },
      ],
    }) as unknown as PlanPreview;
  const placed = (version: string) => {
    const { deployments, ...plan } = planned(version);
    return { ...plan, deployments: deployments.map((one) => ({ ...one, place: 'payments' })) } as PlanPreview;
  };
  const of = (plan: PlanPreview, columns: number) => {
    const { lines, leftOut } = planTable(plan, { columns });
    return [lines[1], leftOut.join(' ')];
  };

  test.each([
    [planned('1.1.0'), 200, 'cluster-eu-1 (simulated)', ''],
    [placed('1.1.0'), 200, 'cluster-eu-1 (simulated) at payments', ''],
    [planned('1.1.0'), 100, 'cluster-eu-1', 'PRIORITY'],
    [planned('1.1.0'), 80, 'cluster-eu-1', 'LEVEL PRIORITY'],
    [planned('1.1.0', '1.4.0'), 80, '1.4.0 → 1.1.0 (older)', 'LEVEL PRIORITY WAITS FOR'],
    [planned('1.1.0', '1.4.0'), 80, 'cluster-eu-1', 'LEVEL PRIORITY WAITS FOR'],
    [planned(digest('a'), digest('b')), 300, `${digest('b')} → ${digest('a')} (older)`, ''],
    [planned(digest('a'), digest('b')), 120, 'sha256:bbbbbbbbbbbb… → sha256:aaaaaaaaaaaa… (older)', 'LEVEL PRIORITY'],
    [
      planned(digest('a'), digest('b')),
      80,
      'sha256:bbbbbbbbbbbb… → sha256:aaaaaaaaaaaa… (older)',
      'LEVEL PRIORITY ENVIRONMENT ON WAITS FOR',
    ],
    [
      planned(digest('a'), digest('b')),
      60,
      '→ sha256:aaaaaaaaaaaa… (older)',
      'LEVEL PRIORITY ENVIRONMENT ON WAITS FOR',
    ],
  ])(
    'a plan keeps version changes and destinations, and says what it leaves out: %#',
    (plan, columns, told, leftOut) => {
      expect(of(plan, columns)).toEqual([expect.stringContaining(told), leftOut]);
    },
  );

  test('cuts versions last, and never an id', () => {
    const version = `1.4.0@sha256:${'a'.repeat(64)}`;
    const line = deployment({ key: 'a-pillar/of-the-length-of-a-line', docker_image_version: version });
    const shown = deploymentTable([line], { terminal: { columns: 60, colours }, simulated }).lines[1]!;
    expect(shown).toMatch(/^a-pillar\/of-the-length-of-a-line {2}1\.4\.0@s\S*… {2}PENDING$/);
  });
});

test.each([
  ['a\u001b[2J', 'a\\u001b[2J'],
  ['\u001b]0;title\u0007b\r\nc\u0000', '\\u001b]0;title\\u0007b c\\u0000'],
  ['one\ntwo\n', 'one two'],
  ['\u009b31m \u202etxt\u2066 \u2028', '\\u009b31m \\u202etxt\\u2066 \\u2028'],
  ['Ärger 👩‍💻 日本', 'Ärger 👩‍💻 日本'],
])('shows invisible characters of foreign text: %j', (text, shown) => {
  expect(printable(text)).toBe(shown);
});
