import type { Catalogue } from '../catalogue/catalogue.ts';
import { resolveInfrastructure, resolveWorkload } from '../catalogue/resolve.ts';
import { describeObject } from '../plan/describe-deployment.ts';
import { locksOfObject, type NamesOfClusters } from '../plan/lock-names.ts';
import type { Workload } from '../plan/plan.ts';
import { infrastructurePath } from './draft-copies.ts';
import { type Draft, serviceKeyOf } from './drafts.ts';
import type { Finding, LineOf, Path } from './findings.ts';
import { issueCodes } from './issues.ts';

interface Places {
  readonly ownOffsetOf: (path: Path, within: Path) => number;
  readonly lineOf: LineOf;
}

interface Changed {
  readonly draft: Draft;
  readonly infrastructure: string;
}

/**
 * Two deployments of one batch that change the same object, because two services map to it or two infrastructures lead
 * to it. The second would overwrite the first, and both would seem successful.
 */
export const checkObjects = (
  drafts: readonly Draft[],
  catalogue: Catalogue,
  {
    namesOf,
    workloadOf = () => undefined,
    ...places
  }: Places & {
    readonly namesOf: NamesOfClusters;
    /** By item index, if something other than the catalogue identifies it. */
    readonly workloadOf?: (place: number) => Workload | undefined;
  },
): Finding[] => {
  const owners = new Map<string, Changed>();
  const names = new Map<string, readonly string[]>();
  const findings: Finding[] = [];
  for (const [place, draft] of drafts.entries()) {
    const { item } = draft;
    const cluster = item === undefined ? undefined : resolveInfrastructure(catalogue, item.infrastructure_id)?.cluster;
    if (item === undefined || cluster === undefined) continue;
    if (!names.has(cluster)) names.set(cluster, namesOf(cluster));
    const workload = workloadOf(place) ?? resolveWorkload(catalogue, item);
    const locks = locksOfObject(workload, names.get(cluster)!);
    const changed = { draft, infrastructure: item.infrastructure_id };
    const first = locks.map((lock) => owners.get(lock)).find((owner) => owner !== undefined);
    for (const lock of locks) owners.set(lock, owners.get(lock) ?? changed);
    if (first === undefined || isTwice(first.draft, draft)) continue;
    findings.push(changedTwice(first, changed, { object: describeObject({ workload, cluster }), places }));
  }
  return findings;
};

/** Two items that name one service are reported elsewhere. */
const isTwice = (one: Draft, other: Draft): boolean =>
  one.path !== other.path && serviceKeyOf(one) === serviceKeyOf(other);

const nameOf = ({ draft: { key, listed }, infrastructure }: Changed): string =>
  listed === undefined || listed.infrastructures.length === 1 ? `${key} on ${infrastructure}` : `${key}`;

const changedTwice = (
  first: Changed,
  second: Changed,
  { object, places: { ownOffsetOf, lineOf } }: { readonly object: string; readonly places: Places },
): Finding => {
  const isOneItem = first.draft.path === second.draft.path;
  const path = isOneItem ? infrastructurePath(second.draft) : [...second.draft.path, 'service_name'];
  const describe = () => {
    const { line } = lineOf(ownOffsetOf([...first.draft.path, 'service_name'], first.draft.path));
    const [one, other] = [nameOf(first), nameOf(second)];
    return {
      message: `${other} leads to ${object}, and so does ${one}${isOneItem ? '' : ` on line ${line}`}`,
      hint: 'one would overwrite the other; a batch may change an object only once',
      found: second.draft.key,
    };
  };
  return { offset: ownOffsetOf(path, second.draft.path), path, code: issueCodes.Duplicate, describe };
};
