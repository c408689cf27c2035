import { stripVTControlCharacters } from 'node:util';
import { createColors } from 'picocolors';
import { describe, expect, test } from 'vitest';
import { fitTable } from '../../lib/cli/fit-table.ts';
import { tableText } from '../../lib/cli/follow-views.ts';
import { batchTable, deploymentTable } from '../../lib/cli/tables.ts';
import { printable } from '../../lib/cli/terminal.ts';
import { timesIn } from '../../lib/cli/times.ts';
import { batch, deployment } from './answers.ts';

const widest = (text: string): number =>
  Math.max(
    ...stripVTControlCharacters(text)
      .split('\n')
      .map((line) => line.length),
  );

describe('fitTable', () => {
  const columns = (...heads: readonly [string, string, string]) =>
    heads.map((head, at) => ({ head, ...([{}, { cut: 'constant' }, { cut: 'sentence' }] as const)[at] }));
  const rows = [
    ['shared/login-api', 'SUCCESS', 'x'.repeat(120)],
    ['risk/limit-check', '\u001b[31mFAILED\u001b[39m', 'short'],
  ];

  test.each([40, 60, 80, 120, 300])('is not wider than %i columns', (space) => {
    const text = fitTable(columns('DEPLOYMENT', 'STATUS', 'WHY'), rows, space);
    expect(widest(text)).toBeLessThanOrEqual(space);
    expect(text.split('\n')).toHaveLength(3);
    expect(text.includes('x'.repeat(120))).toBe(space === 300);
  });

  test('a batch of the largest size is shown in moments, every row of it', () => {
    const many = Array.from({ length: 10_000 }, (_, at) => [`risk/service-${at}`, '1.0', 'x'.repeat(at % 150)]);
    const text = fitTable(columns('DEPLOYMENT', 'VERSION', 'WHY'), many, 100).split('\n');
    expect(text).toHaveLength(10_001);
    expect(text.findIndex((line, at) => at > 0 && !line.startsWith(`risk/service-${at - 1} `))).toBe(-1);
    expect(new Set(text.map((line) => line.search(/VERSION|1\.0/))).size).toBe(1);
  });

  test('colours take no room', () => {
    const [, first, second] = stripVTControlCharacters(fitTable(columns('A', 'B', 'C'), rows, 300)).split('\n');
    expect(first!.indexOf('x')).toBe(second!.indexOf('short'));
  });
});

describe('ids, names and versions are shown whole while anything else can give way', () => {
  const colours = createColors(false);
  const id = '01M7Z82VGHV3GT6X1EMB454VBS';
  const simulated = { harness: true, clusters: ['cluster-eu-1'] };

  test.each([
    [200, 'BATCH STATUS SUBMITTED BY NAME MESSAGE'],
    [80, 'BATCH STATUS SUBMITTED BY NAME'],
    [60, 'BATCH STATUS BY NAME'],
  ])('list, %i columns', (columns, heads) => {
    const listed = batch({ batch_id: id, name: 'Autumn release', status: 'PROCESSING' });
    const [head, line] = batchTable([listed], { columns, colours }, timesIn('Europe/Berlin')).split('\n');
    expect(head!.split(/\s+/).join(' ')).toBe(heads);
    expect([line!.length <= columns, line!.includes(id), line!.includes('Autumn release')]).toEqual([true, true, true]);
  });

  test.each([
    [200, /cluster-eu-1 \(simulated\) +PROCESSING +Deploying: The pipeline runs, and nobody knows how long\.$/],
    [80, /cluster-eu-1 \(simulated\) +PROCESSING +Deploying: The…$/],
    [70, /cluster-eu-1 \(simula… +PROCESSING +Deployi…$/],
    [60, /cluster-eu-1 … +PROCES… +Deployi…$/],
    [50, /cluster-eu-1 … +PROCES…$/],
    [30, /3\.0\.2 +PROCES…$/],
  ])('deployments, %i columns', (columns, rest) => {
    const line = deployment({
      status: 'PROCESSING',
      cluster: 'cluster-eu-1',
      reason: 'Deploying',
      message: 'The pipeline runs, and nobody knows how long.',
    });
    const shown = deploymentTable([line], { terminal: { columns, colours }, simulated }).split('\n')[1]!;
    expect(shown).toMatch(/^shared\/login-api +3\.0\.2 /);
    expect(shown).toMatch(rest);
  });

  test('at last versions are cut, and never an id', () => {
    const version = `1.4.0@sha256:${'a'.repeat(64)}`;
    const line = deployment({ key: 'a-pillar/of-the-length-of-a-line', docker_image_version: version });
    const shown = deploymentTable([line], { terminal: { columns: 60, colours }, simulated }).split('\n')[1]!;
    expect(shown).toMatch(/^a-pillar\/of-the-length-of-a-line {2}1\.4\.0@s\S*… {2}PENDING$/);
  });
});

describe('tableText', () => {
  const look = { simulated: { harness: false, clusters: ['eu-1'] }, batch: undefined };
  const colours = createColors(false);
  const lines = Array.from({ length: 500 }, (_, at) =>
    deployment({ key: `risk/service-${at}`, status: at === 400 ? 'PROCESSING' : at < 300 ? 'SUCCESS' : 'PENDING' }),
  );

  test('shows what is in work when there is no room for all, and counts all', () => {
    const text = tableText(lines, { ...look, terminal: { columns: 100, rows: 24, colours } });
    expect(text.split('\n').length).toBeLessThan(24);
    expect(text).toContain('risk/service-400 ');
    expect(text).not.toContain('risk/service-1 ');
    expect(text).toContain('… and 481 more');
    expect(text).toContain('500 deployments: 300 succeeded, 1 in work, 199 waiting.');
  });

  test.each([
    ['PROCESSING', 'Planned', 'Planned 2 deployments.', ['PROCESSING 2 deployments: 2 succeeded.']],
    ['PROCESSING', 'CancelRequested', 'Ada.', ['PROCESSING CancelRequested: Ada.', '2 deployments: 2 succeeded.']],
    ['SUCCESS', 'AllSucceeded', 'Over.', ['SUCCESS AllSucceeded: Over.']],
  ] as const)('below it how far the batch is: %s %s', (to, reason, message, foot) => {
    const terminal = { columns: 100, rows: 24, colours };
    const text = tableText(lines.slice(0, 2), { ...look, terminal, batch: { to, reason, message } });
    expect(text.split('\n').slice(3)).toEqual(foot);
  });

  test.each([40, 80, 200])('fits in %i columns', (columns) => {
    expect(
      widest(tableText(lines.slice(0, 9), { ...look, terminal: { columns, rows: 50, colours } })),
    ).toBeLessThanOrEqual(Math.max(columns, 60));
  });
});

test('text from elsewhere cannot move the cursor', () => {
  expect(printable('a\u001b[2J\u001b]0;title\u0007b\r\nc\u0000')).toBe('ab c ');
});
