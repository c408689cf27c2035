import type { ChangeView } from '../usecases/targets/change-view.ts';
import type { ServiceDifference } from '../usecases/targets/diff-targets.ts';
import type { TargetView } from '../usecases/targets/target-view.ts';
import { type FittedTable, fitTable } from './fit-table.ts';
import { colourOf } from './status-lines.ts';
import type { Terminal } from './terminal.ts';
import type { Times } from './times.ts';

type Look = Pick<Terminal, 'columns' | 'colours'>;

/** What has changed, newest first. */
export const changeTable = (changes: readonly ChangeView[], { columns, colours }: Look, times: Times): FittedTable =>
  fitTable(
    [
      { head: 'WHEN' },
      { head: 'SERVICE' },
      { head: 'ENVIRONMENT', cut: 'name' },
      { head: 'ON', cut: 'name', spare: 2 },
      { head: 'VERSION', cut: 'name' },
      { head: 'STATUS', cut: 'constant', least: 7, paint: (status) => colourOf(status, colours) },
      { head: 'WHY', cut: 'name', spare: 3 },
      { head: 'BY', cut: 'name', spare: 4, early: true },
      { head: 'BATCH', spare: 1 },
    ],
    changes.map((change) => [
      times.minute(change.at),
      change.key,
      change.environment,
      change.cluster,
      versionsOf(change),
      change.status,
      change.reason,
      change.by_name ?? change.by ?? '-',
      change.batch_id,
    ]),
    columns,
  );

/** The requested version, the one it replaces and, if different, the one that runs since. */
const versionsOf = ({ before, version, after, status }: ChangeView): string => {
  const asked = before === undefined || before === version ? version : `${before} -> ${version}`;
  const isKnown = status !== 'SUCCESS' && after !== undefined && after !== version;
  return isKnown ? `${asked}, ${after} runs` : asked;
};

interface Sides {
  readonly from: string;
  readonly to: string;
}

/** The services that differ between two environments. */
export const diffTable = (found: readonly ServiceDifference[], { from, to }: Sides, { columns }: Look): FittedTable =>
  fitTable(
    [
      { head: 'SERVICE' },
      { head: from, cut: 'name' },
      { head: to, cut: 'name' },
      { head: 'WHY', cut: 'sentence', least: 8 },
    ],
    found.map((one) => [one.key, cellOf(one.from), cellOf(one.to), whyOf(one, { from, to })]),
    columns,
  );

const settled: ReadonlySet<string> = new Set(['verified', 'restored', 'adopted']);

const cellOf = (targets: readonly TargetView[]): string => {
  const told = targets.map(({ version = '?', state }) => (settled.has(state) ? version : `${version} ${state}`));
  if (told.length === 0) return '-';
  if (new Set(told).size === 1) return told[0]!;
  return told.map((word, at) => `${word} on ${targets[at]!.cluster}`).join(', ');
};

const whyOf = ({ differs, ...sides }: ServiceDifference, names: Sides): string =>
  differs
    .flatMap((one) => {
      if (one === 'only_from' || one === 'only_to') return [`only in ${one === 'only_from' ? names.from : names.to}`];
      return one === 'state' ? statesOf(sides, names) : [one];
    })
    .join(', ');

const statesOf = (sides: Readonly<Record<keyof Sides, readonly TargetView[]>>, names: Sides): readonly string[] =>
  (['from', 'to'] as const).flatMap((side) => {
    const open = sides[side].map(({ state }) => state).filter((state) => !settled.has(state) && state !== 'deleted');
    return [...new Set(open)].sort().map((state) => `${state} in ${names[side]}`);
  });
