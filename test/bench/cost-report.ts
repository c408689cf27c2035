import type { Counts, Load } from './count-costs.ts';
import { type Item, priceOf, prices, totalOf } from './price.ts';

/** The loads in docs/cost.md. */
export const loads: readonly Load[] = [
  { deployments: 100, atOnce: 50 },
  { deployments: 1_000, atOnce: 50 },
  { deployments: 10_000, atOnce: 500 },
];

export interface Column {
  readonly load: Load;
  readonly counts: Counts;
}

const grouped = (value: number): string => value.toLocaleString('en-US');

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(head), row(head.map((_, at) => (at === 0 ? '---' : '---:'))), ...rows.map(row)].join('\n');

const titleOf = ({ deployments, atOnce }: Load): string => `${grouped(deployments)}, ${grouped(atOnce)} at once`;

/** All counts, in whole numbers. */
export const countsTable = (columns: readonly Column[]): string => {
  const names = [...new Set(columns.flatMap(({ counts }) => Object.keys(counts)))];
  return table(
    ['counted', ...columns.map(({ load }) => titleOf(load))],
    names.map((name) => [name, ...columns.map(({ counts }) => grouped(counts[name] ?? 0))]),
  );
};

/** The inverse: the columns of such a table. */
export const parseCounts = (text: string): readonly Column[] => {
  const lines = text.split('\n').map((line) => line.split('|').map((cell) => cell.trim().replaceAll(',', '')));
  const [head = [], , ...rows] = lines.slice(lines.findIndex((cells) => cells[1] === 'counted'));
  const end = rows.findIndex((cells) => cells.length < 3);
  return head.slice(2, -1).map((title, at) => {
    const [deployments = 0, atOnce = 0] = [...title.matchAll(/\d+/g)].map(Number);
    const counts = rows.slice(0, end < 0 ? rows.length : end).map((cells) => [cells[1], Number(cells[at + 2])]);
    return { load: { deployments, atOnce }, counts: Object.fromEntries(counts) as Counts };
  });
};

/** US dollars for 1,000 deployments, largest item first. */
export const priceTable = (columns: readonly Column[]): string => {
  const bills = columns.map(({ load, counts }) =>
    priceOf(counts).map(({ name, usd }): Item => ({ name, usd: (usd / load.deployments) * 1_000 })),
  );
  const usdOf = (bill: readonly Item[], name: string): number => bill.find((item) => item.name === name)!.usd;
  const order = [...bills[1]!].sort((a, b) => b.usd - a.usd).map(({ name }) => name);
  return table(
    ['USD for 1,000 deployments', ...columns.map(({ load }) => titleOf(load))],
    [
      ...order.map((name) => [name, ...bills.map((bill) => usdOf(bill, name).toFixed(4))]),
      ['**all**', ...bills.map((bill) => `**${totalOf(bill).toFixed(3)}**`)],
      ['one deployment', ...bills.map((bill) => (totalOf(bill) / 1_000).toFixed(6))],
    ],
  );
};

/** When somebody last checked `prices`. */
const written = 'November 2026';

export const ratesTable = (): string => {
  const where = 'Prices in us-east-1 without free tiers and taxes';
  const sentence = `${where}, written down in ${written}; look them up before you rely on them.`;
  const rows = Object.values(prices).map(({ shown, per, source }) => [
    String(shown),
    per,
    `aws.amazon.com/${source}/pricing`,
  ]);
  return `${sentence}\n\n${table(['price in USD', 'for', 'from'], rows)}`;
};

const minutes = 6;
/** A state machine that waits, asks and evaluates the answer: three transitions for each look. */
const polling = (seconds: number): number => (4 + (3 * minutes * 60) / seconds) * 1_000 * prices.transition.usd;

/** What others pay for 1,000 deployments of six minutes: only the named part, nothing around it. */
export const comparison = (columns: readonly Column[]): string => {
  const { load, counts } = columns.find(({ load }) => load.deployments === 1_000)!;
  const all = (totalOf(priceOf(counts)) / load.deployments) * 1_000;
  return table(
    ['design', 'USD for 1,000 deployments', 'what is counted'],
    [
      ['Flotilla', all.toFixed(2), 'everything'],
      ...[10, 15, 30, 60].map((seconds) => [
        `each execution asks every ${seconds} s`,
        polling(seconds).toFixed(2),
        'its state transitions alone',
      ]),
      [
        'CodePipeline V2',
        (minutes * prices.actionMinute.usd * 1_000).toFixed(2),
        'its action minutes alone, source and build left out',
      ],
    ],
  );
};

/** The part of docs/cost.md that comes from `npm run bench -- cost`. */
export const costReport = (columns: readonly Column[]): string =>
  [countsTable(columns), priceTable(columns), ratesTable(), comparison(columns)].join('\n\n');
