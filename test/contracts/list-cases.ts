import { statuses } from '../../lib/domain/deployment/status.ts';
import type { Item } from '../../lib/domain/ports.ts';
import { pendingItem } from '../../lib/domain/record/change.ts';
import type { ChangeRow } from '../../lib/domain/record/index-rows.ts';
import { documentPaths, keys } from '../../lib/domain/record/keys.ts';
import { itemOf } from '../../lib/domain/record/rows.ts';
import { Cells } from '../../lib/domain/schedule/cells.ts';
import type { Sheet } from '../../lib/domain/schedule/sheet.ts';
import { targetStates } from '../../lib/domain/targets/target-row.ts';
import { headerOf, idOf, type Listed, rowsOf } from '../usecases/batch/listed-world.ts';

/** Cases of the contract of lists: how much each may read, for any total. A new list is a row here. */
export interface ListCase {
  /** Path and query, without `limit` and `after`. */
  readonly path: string;
  /** Rows that may be read for a page with this many items. */
  readonly reads: (shown: number) => number;
  /** Its first page shows something. */
  readonly finds: boolean;
}

/** Many items of one kind, and how they are listed. */
export interface Listing {
  readonly what: string;
  readonly items: (count: number) => Iterable<Item>;
  readonly documents?: (count: number) => Readonly<Record<string, string>>;
  readonly cases: readonly ListCase[];
}

/** By one index, or by none: each item costs its row in the list, its header, and its progress row. */
const threeEach = (shown: number): number => 3 * shown + 10;
const oneEach = (shown: number): number => shown + 10;
const twoEach = (shown: number): number => 2 * shown + 10;
/** With several filters: the page may be short, or empty. */
const aThousand = (): number => 1_000;

export const listedAt = Date.UTC(2026, 10, 20);
const day = 24 * 3_600_000;
/** Batches of two years. */
const longest = 730;

/** The environments of the configuration: when nothing is found, others are refused. */
const pillars = ['risk', 'clearing', 'shared', 'data'];

const batchAt = (nth: number, count: number): Listed => ({
  at: listedAt - Math.floor(((count - nth) * longest * day) / count),
  status: statuses[nth % statuses.length]!,
  actor: `person-${nth % 7}`,
  ...(nth % 11 === 0 ? { origin: 'retry' as const } : {}),
  tags: [`tag-${nth % 5}`],
  places: [`env-${nth % 3}/${pillars[nth % pillars.length]}/service-${nth % 9}`],
});

const batches: Listing = {
  what: 'batches',
  *items(count) {
    for (let nth = 0; nth < count; nth += 1) {
      for (const write of rowsOf(batchAt(nth, count), nth)) if ('put' in write) yield write.put;
    }
  },
  cases: [
    ...[
      ...['', 'status=FAILED', 'status=PROCESSING', 'actor=person-3', 'origin=retry', 'origin=file', 'tag=tag-4'],
      ...['environment=env-1', 'pillar=risk', 'service=risk/service-2'],
      ...['since=2026-06-01&tag=tag-4', 'until=2026-06-01&environment=env-1', 'since=2026-06-01', 'until=2026-06-01'],
    ].map((query) => ({ path: `/batches?${query}`, reads: threeEach, finds: true })),
    ...[
      ...['text=nothing', 'text=batch', 'status=FAILED&environment=env-2', 'status=PENDING&service=risk/service-2'],
      ...['tag=tag-1&actor=person-2&origin=file', 'environment=env-1&text=nothing&since=2025-01-01'],
    ].map((query) => ({ path: `/batches?${query}`, reads: aThousand, finds: false })),
  ],
};

const environments = 8;
const clusters = 5;

const targetAt = (nth: number): string =>
  `env-${nth % environments}/cluster-${Math.floor(nth / environments) % clusters}/risk/service-${Math.floor(nth / environments / clusters)}`;

const targets: Listing = {
  what: 'targets',
  *items(count) {
    for (let nth = 0; nth < environments; nth += 1) {
      yield itemOf(keys.environment(`env-${nth}`), { environment: `env-${nth}`, since: listedAt });
    }
    for (let nth = 0; nth < count; nth += 1) {
      const target = targetAt(nth);
      const state = targetStates[nth % targetStates.length]!;
      const row = { target, batch_id: 'B', index: nth % 100, state, version: '1.0.0', since: listedAt, by: 'ada' };
      yield itemOf(keys.targetNow(target), row);
      yield itemOf(keys.targetPointer(target), { target });
    }
  },
  cases: [
    { path: '/targets?environment=env-3', reads: oneEach, finds: true },
    { path: '/targets?environment=env-3&cluster=cluster-2', reads: oneEach, finds: true },
    { path: '/targets?service=risk/service-7', reads: twoEach, finds: true },
    { path: '/targets?cluster=cluster-2', reads: twoEach, finds: true },
    { path: '/targets?', reads: twoEach, finds: true },
    { path: '/targets?environment=env-3&cluster=cluster-2&pillar=risk', reads: oneEach, finds: true },
    { path: '/targets?environment=env-3&service=risk/service-7', reads: twoEach, finds: true },
    { path: '/targets/diff?from=env-1&to=env-2', reads: aThousand, finds: true },
    { path: '/targets?environment=env-3&state=failed', reads: aThousand, finds: false },
    { path: '/targets?environment=env-3&text=nothing', reads: aThousand, finds: false },
    { path: '/targets?cluster=cluster-2&actor=nobody', reads: aThousand, finds: false },
  ],
};

/** The first of each month of a year, over all environments. */
const changeAt = (nth: number, count: number): ChangeRow => ({
  ...{ target: targetAt(nth % 4_000), batch_id: `B${nth}`, index: nth % 100, by: 'ada', version: '1.0.0' },
  ...(nth % 3 === 0 ? { status: 'FAILED', reason: 'CrashLoopBackOff' } : { status: 'SUCCESS', reason: 'Verified' }),
  at: listedAt - Math.floor(((count - nth) * 365 * day) / count),
});

const changes: Listing = {
  what: 'changes',
  *items(count) {
    for (let nth = 0; nth < environments; nth += 1) {
      yield itemOf(keys.environment(`env-${nth}`), { environment: `env-${nth}`, since: listedAt - 366 * day });
    }
    for (let nth = 0; nth < Math.min(count, 4_000); nth += 1) {
      const target = targetAt(nth);
      yield itemOf(keys.targetPointer(target), { target });
      yield itemOf(keys.targetNow(target), { target, batch_id: 'B', index: 0, state: 'verified', since: listedAt });
    }
    for (let nth = 0; nth < count; nth += 1) {
      const row = changeAt(nth, count);
      const { target } = row;
      yield itemOf(keys.change(target.split('/')[0]!, row), row);
      yield row.status === 'SUCCESS'
        ? itemOf(keys.release(target, `01K${String(nth).padStart(23, '0')}`), {
            ...row,
            deployment: { target, infrastructure_id: 'eu' },
          })
        : itemOf(keys.targetOutcome(target, row), row);
    }
  },
  cases: [
    { path: '/changes?since=2026-01-01&environment=env-3', reads: (shown) => 2 * shown + 20, finds: true },
    { path: '/changes?since=2026-01-01', reads: (shown) => 3 * shown + 60, finds: true },
    { path: '/changes?since=2026-01-01&until=2026-06-01', reads: (shown) => 3 * shown + 60, finds: true },
    { path: '/changes?since=2026-01-01&service=risk/service-7', reads: aThousand, finds: true },
    { path: '/changes?since=2026-01-01&environment=env-3&actor=nobody', reads: aThousand, finds: false },
    { path: '/changes?since=1970-01-01&status=UNKNOWN', reads: aThousand, finds: false },
    { path: `/targets/${targetAt(7)}/releases?all=true`, reads: (shown) => 2 * shown + 10, finds: true },
  ],
};

/** Besides the rows of deployments: header and outcomes. */
const deploymentCase =
  (finds: boolean) =>
  (query: string): ListCase => ({ path: `/batches/${largeId}/deployments?${query}`, reads: () => 1_000 + 10, finds });

/** A finished one, whose deployments all have rows. */
const large: Listed = { at: listedAt };
const largeId = idOf(large, 0);

const deployments: Listing = {
  what: 'deployments of one batch',
  *items(count) {
    const cells = Cells.waitingFor(Array.from({ length: count }, () => 0));
    for (let index = 0; index < count; index += 1) {
      const isGood = index % 10 !== 0;
      cells.set(index, isGood ? 'S' : 'F');
      const told = isGood
        ? { status: 'SUCCESS', reason: 'Verified' }
        : { status: 'FAILED', reason: 'CrashLoopBackOff' };
      yield itemOf(keys.item(largeId, index), { ...pendingItem(largeId, index, keyAt(index)), ...told, seq: 1 });
    }
    const pages = Array.from({ length: cells.pages }, (_, page) => cells.page(page));
    yield itemOf(keys.outcomes(largeId), { cells: pages.join('') });
    yield itemOf(keys.header(largeId), { ...headerOf(large, 0), total: count });
  },
  documents: (count) => {
    const indexes = Array.from({ length: count }, (_, index) => index);
    const sheet: Pick<Sheet, 'keys' | 'classes' | 'class_of' | 'dependents'> = {
      keys: indexes.map(keyAt),
      classes: [['environment:uat', 'pillar:risk', 'cluster:eu-1']],
      class_of: indexes.map(() => 0),
      dependents: indexes.map(() => []),
    };
    const chunks = Array.from({ length: Math.ceil(count / 100) }, (_, chunk) => [
      documentPaths.planChunk(largeId, chunk),
      JSON.stringify(indexes.slice(chunk * 100, chunk * 100 + 100).map(plannedAt)),
    ]);
    return { ...Object.fromEntries(chunks), [documentPaths.schedule(largeId)]: JSON.stringify(sheet) };
  },
  cases: [
    ...['', 'status=FAILED', 'sort=trouble', 'text=service-77', 'status=FAILED&pillar=risk'].map(deploymentCase(true)),
    ...['text=nothing', 'reason=CrashLoopBackOff&text=nothing', 'held_by=nobody'].map(deploymentCase(false)),
  ],
};

const keyAt = (index: number): string => `risk/service-${index}`;

const plannedAt = (index: number) => ({
  ...{ index, key: keyAt(index), pillar: 'risk', service_name: `service-${index}`, docker_artifact_type: 'docker' },
  ...{ docker_image_version: '1.0.0', environment_id: 'uat', infrastructure_id: 'eu', cluster: 'eu-1', priority: 5 },
});

export const listings = { batches, targets, changes, deployments } as const;
