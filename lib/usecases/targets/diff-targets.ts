import { type Complaint, invalidRequest } from '../../domain/complaint.ts';
import { partsOf } from '../../domain/parts-of.ts';
import { partsOfTarget } from '../../domain/plan/lock-names.ts';
import { keys, targetsOf, targetsOfService } from '../../domain/record/keys.ts';
import { rowOf } from '../../domain/record/rows.ts';
import { compareService, type Difference } from '../../domain/targets/compare-service.ts';
import type { TargetRow } from '../../domain/targets/target-row.ts';
import { cursorFor, positionIn } from '../cursor.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { everyItem } from '../schedule/schedule-store.ts';
import { serviceOf } from './asked-service.ts';
import { readNames, unknownNames } from './check-target-names.ts';
import { mostRead } from './list-targets.ts';
import { Reads } from './merged-rows.ts';
import { type TargetView, viewTarget } from './target-view.ts';

type Needs = Pick<Deps, 'table' | 'catalogue'> & AskedBy;

/** A service that differs between the two environments. */
export interface ServiceDifference {
  /** `pillar/service_name`. */
  readonly key: string;
  readonly differs: readonly Difference[];
  /** Its targets in each environment, by cluster. */
  readonly from: readonly TargetView[];
  readonly to: readonly TargetView[];
}

export interface TargetDiff {
  readonly from: string;
  readonly to: string;
  /** In pages: first the targets of `from` by cluster and name, then those only in `to`. */
  readonly differences: readonly ServiceDifference[];
  /** How many services were compared for this page. */
  readonly compared: number;
  readonly limit: number;
  readonly next_after?: string;
}

export interface DiffAsked {
  readonly from: string;
  readonly to: string;
  readonly cluster?: string | undefined;
  readonly pillar?: string | undefined;
  readonly service?: string | undefined;
  readonly limit: number;
  readonly after?: string | undefined;
}

type Asked = Omit<DiffAsked, 'limit' | 'after'>;
type Side = 'from' | 'to';

/** Concurrent reads of places, and services compared together. Each takes several reads. */
const atOnce = 50;
const together = 5;
/** With the last group, reads stay within a page's limit. */
const mostBefore = mostRead / 2;

/**
 * Which services differ between two environments, as far as the caller may see both. First goes through one
 * environment's targets and compares each with the other's. Then goes through the other's, for what exists only there.
 */
export const diffTargets = async (deps: Needs, { limit, after, ...given }: DiffAsked): Promise<TargetDiff> => {
  const asked = { ...given, service: serviceOf(given) };
  const of = { list: 'diff', filters: asked };
  const position = positionIn(of, after);
  if (position === undefined) await checkEnvironments(deps, asked);
  const reads = new Reads(mostBefore);
  const found: ServiceDifference[] = [];
  let compared = 0;
  let last = position;
  const page = (next?: string): TargetDiff => ({
    ...{ from: asked.from, to: asked.to, differences: found, compared, limit },
    ...(next === undefined ? {} : { next_after: cursorFor(of, next) }),
  });
  for await (const rows of rowsToCompare(deps, asked, { position, reads })) {
    const services = await Promise.all(rows.map((row) => compareAt(deps, asked, { ...row, reads })));
    for (const [nth, service] of services.entries()) {
      const isShown = service !== undefined && service.differs.length > 0;
      if (isShown && found.length === limit) return page(last);
      if (isShown) found.push(service);
      if (service !== undefined) compared += 1;
      last = `${rows[nth]!.side}:${rows[nth]!.place}`;
    }
    if (reads.isSpent) return page(last);
  }
  return page();
};

interface RowToCompare {
  readonly side: Side;
  /** `cluster/pillar/service_name`. */
  readonly place: string;
}

async function* rowsToCompare(
  deps: Needs,
  asked: Asked,
  { position, reads }: { readonly position: string | undefined; readonly reads: Reads },
): AsyncGenerator<readonly RowToCompare[]> {
  const begun = position?.split(':');
  for (const side of ['from', 'to'] as const) {
    if (side === 'from' && begun?.[0] === 'to') continue;
    let after = begun?.[0] === side ? begun[1] : undefined;
    do {
      const page = await readPlaces(deps, asked, { side, after });
      reads.add(page.places.length);
      yield* partsOf(
        page.places.map((place) => ({ side, place })),
        together,
      );
      after = page.next;
    } while (after !== undefined);
  }
}

/** A page of the places in an environment. */
const readPlaces = async (
  { table }: Needs,
  { cluster, service, ...asked }: Asked,
  { side, after }: { readonly side: Side; readonly after: string | undefined },
): Promise<{ readonly places: readonly string[]; readonly next: string | undefined }> => {
  const from = { limit: atOnce, ...(after === undefined ? {} : { after }) };
  if (service !== undefined) {
    const begin = `${asked[side]}/`;
    const { items } = await table.query({ pk: targetsOfService(service), prefix: begin, limit: 1_000 });
    const places = items.map(({ sk }) => `${sk.slice(begin.length)}/${service}`);
    return { places: places.filter((place) => after === undefined || place > after), next: undefined };
  }
  const prefix = cluster === undefined ? {} : { prefix: `${cluster}/` };
  const page = await table.query({ pk: targetsOf(asked[side]), ...from, ...prefix });
  return { places: page.items.map(({ sk }) => sk), next: page.next };
};

/** Undefined if it does not match the request, may not be seen in both, or is compared at another place. */
const compareAt = async (
  deps: Needs,
  asked: Asked,
  { side, place, reads }: RowToCompare & { readonly reads: Reads },
): Promise<ServiceDifference | undefined> => {
  const { cluster, pillar, service } = partsOfTarget(`-/${place}`);
  const key = `${pillar}/${service}`;
  const maySee = [asked.from, asked.to].every((environment) => deps.rights.may('read', { pillar, environment }));
  if (!maySee || (asked.pillar ?? pillar) !== pillar || (asked.cluster ?? cluster) !== cluster) return undefined;
  const clustersOf = async (environment: string): Promise<readonly string[]> =>
    asked.cluster === undefined ? readClusters(deps, { key, environment, reads }) : [asked.cluster];
  const own = [...new Set([cluster, ...(await clustersOf(asked[side]))])].sort();
  if (own[0] !== cluster) return undefined;
  const others = await clustersOf(asked[side === 'from' ? 'to' : 'from']);
  const rowsOf = (environment: string, clusters: readonly string[]) =>
    readRows(
      deps,
      clusters.map((one) => `${environment}/${one}/${key}`),
      reads,
    );
  const [from, to] =
    side === 'from'
      ? await Promise.all([rowsOf(asked.from, own), rowsOf(asked.to, others)])
      : await Promise.all([rowsOf(asked.from, others), rowsOf(asked.to, own)]);
  if (side === 'to' && from.length > 0) return undefined;
  return {
    key,
    differs: compareService(from, to),
    from: from.map((row) => viewTarget(row)),
    to: to.map((row) => viewTarget(row)),
  };
};

const readClusters = async (
  { table }: Needs,
  { key, environment, reads }: { readonly key: string; readonly environment: string; readonly reads: Reads },
): Promise<readonly string[]> => {
  const clusters: string[] = [];
  const prefix = `${environment}/`;
  for await (const { sk } of everyItem(table, { pk: targetsOfService(key), prefix }))
    clusters.push(sk.slice(prefix.length));
  reads.add(clusters.length);
  return clusters;
};

const readRows = async ({ table }: Needs, targets: readonly string[], reads: Reads): Promise<readonly TargetRow[]> => {
  reads.add(targets.length);
  const rows = await Promise.all(
    targets.map(async (target) => rowOf<TargetRow>(await table.get(keys.targetNow(target)))),
  );
  return rows.filter((row) => row !== undefined);
};

/** An environment removed from the configuration may still have targets. */
const checkEnvironments = async (deps: Needs, asked: Asked): Promise<void> => {
  const issues: Complaint[] = [];
  if (asked.from === asked.to) issues.push({ path: 'query.to', message: 'is the same environment' });
  const catalogue = await deps.catalogue();
  const known = await readNames(deps, catalogue);
  const sides = deps.rights.any ? (['from', 'to'] as const) : [];
  for (const side of sides) {
    const [unknown] = unknownNames(catalogue, known, { environment: asked[side] });
    if (unknown === undefined) continue;
    const { items } = await deps.table.query({ pk: targetsOf(asked[side]), limit: 1 });
    if (items.length === 0) issues.push({ path: `query.${side}`, message: unknown.message });
  }
  if (issues.length > 0) throw invalidRequest(...issues);
};
