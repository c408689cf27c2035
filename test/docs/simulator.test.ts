import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseFaultFile, parseFaultOrder } from '../../lib/simulators/harness/fault-file.ts';
import { type FaultName, faultNames, routeNames, ruleOf } from '../../lib/simulators/harness/fault-rules.ts';
import { faultFileSchema, faultOrderSchema, installationSchema } from '../../lib/simulators/harness/fault-schema.ts';
import { tableRows } from './table-rows.ts';

/** docs/simulator.md lists every order, and nothing else; its examples are parsed as they are. */
const root = join(import.meta.dirname, '..', '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const page = read('docs/simulator.md');

/** The rows, below the head, of the table whose head begins with this word. */
const table = (head: string): string[][] => tableRows(page, `of ${head}`, (line) => line.startsWith(`| ${head} |`));

const code = (text: string): string => `\`${text}\``;

const takenBy = (fault: FaultName): string => {
  const { takes = [], milliseconds, statuses } = ruleOf(fault);
  const words = takes.map((name) => {
    if (name === 'milliseconds') return `${code(name)}: ${milliseconds}`;
    return name === 'status' && Array.isArray(statuses) ? `${code(name)}: ${statuses.join(', ')}` : code(name);
  });
  return words.join('; ');
};

const expected = (strikes: string): string[][] =>
  faultNames
    .filter((fault) => ruleOf(fault).strikes === strikes)
    .map((fault) => {
      const { does, version } = ruleOf(fault);
      return [code(fault), does, takenBy(fault), version === undefined ? '' : code(version)];
    });

describe('docs/simulator.md', () => {
  test.each([
    ['request', 'of a request'],
    ['event', 'of an event'],
    ['run', 'of a run'],
  ])('describes every fault of a %s, as its row does', (strikes, head) => {
    expect(table(head)).toEqual(expected(strikes));
  });

  test.each<[head: string, names: readonly string[]]>([
    ['an order says', Object.keys(faultOrderSchema.shape)],
    ['installation', Object.keys(installationSchema.shape)],
    ['call', routeNames],
  ])('has a row for each name in its table of %s', (head, names) => {
    expect(table(head).map(([name]) => name)).toEqual(names.map(code));
  });

  test('shows the example, which is valid', () => {
    const [, shown] = /^```yaml\n([\s\S]*?)^```$/m.exec(page) ?? [];
    expect(shown).toBe(read('examples/faults.yaml'));
    expect(parseFaultFile(shown!)).toMatchObject({ orders: { length: 4 }, installation: { details: 'v1' } });
    expect(Object.keys(faultFileSchema.shape)).toEqual(['installation', 'faults']);
  });

  test('shows an order that the simulator accepts', () => {
    const [, body] = /--data '([^']+)'/.exec(page) ?? [];
    expect(parseFaultOrder(body!)).not.toHaveProperty('issues');
  });
});
