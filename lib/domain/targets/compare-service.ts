import { partsOfTarget } from '../plan/lock-names.ts';
import type { TargetRow, TargetState } from './target-row.ts';

/**
 * How a service differs between two environments. It exists in only one, the version differs, or the same version has a
 * different digest. Or in one of them it failed, is unknown, or is being changed, so it may not stay as it is.
 */
export const differences = ['only_from', 'only_to', 'version', 'digest', 'state'] as const;
export type Difference = (typeof differences)[number];

const unsettled: ReadonlySet<TargetState> = new Set(['changing', 'failed', 'unknown']);

/**
 * Compares a service by what runs at its targets in both environments. Targets on clusters with the same name are
 * compared with each other; otherwise everything in one with everything in the other.
 */
export const compareService = (from: readonly TargetRow[], to: readonly TargetRow[]): readonly Difference[] => {
  const [here, there] = [present(from), present(to)];
  const state: readonly Difference[] = [...here, ...there].some((row) => unsettled.has(row.state)) ? ['state'] : [];
  if (here.length === 0 && there.length === 0) return [];
  if (there.length === 0) return ['only_from', ...state];
  if (here.length === 0) return ['only_to', ...state];
  const pairs = pairsOf(here, there);
  if (pairs.some(([one, other]) => wordsOf(one, versionOf) !== wordsOf(other, versionOf))) return ['version', ...state];
  return pairs.some(([one, other]) => isOtherDigest(one, other)) ? ['digest', ...state] : state;
};

type Rows = readonly TargetRow[];

const present = (rows: Rows): Rows => rows.filter(({ state }) => state !== 'deleted');

const pairsOf = (from: Rows, to: Rows): readonly (readonly [Rows, Rows])[] => {
  const byCluster = (rows: Rows) => new Map(rows.map((row) => [partsOfTarget(row.target).cluster, row]));
  const [here, there] = [byCluster(from), byCluster(to)];
  const isSame = here.size === there.size && [...here.keys()].every((cluster) => there.has(cluster));
  return isSame ? [...here].map(([cluster, row]) => [[row], [there.get(cluster)!]] as const) : [[from, to]];
};

/** An unknown version equals no other. */
const versionOf = ({ version = '?' }: TargetRow): string => version;

const wordsOf = (rows: Rows, word: (row: TargetRow) => string | undefined): string =>
  [...new Set(rows.map(word).filter((one) => one !== undefined))].sort().join(' ');

/** A digest that was not seen does not differ. */
const isOtherDigest = (one: Rows, other: Rows): boolean => {
  const [here, there] = [one, other].map((rows) => wordsOf(rows, ({ digest }) => digest));
  return here !== '' && there !== '' && here !== there;
};
