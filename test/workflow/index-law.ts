import type { Batch } from '../../lib/domain/batch/batch.ts';
import { isTerminal, statuses } from '../../lib/domain/deployment/status.ts';
import type { PlannedDeployment } from '../../lib/domain/plan/plan.ts';
import type { Item, Key } from '../../lib/domain/ports.ts';
import { type BatchDimension, type EnvironmentRow, monthOf } from '../../lib/domain/record/index-rows.ts';
import { batchesBy, changesOf, documentPaths, keys, targetsOf } from '../../lib/domain/record/keys.ts';
import { type EventRow, type HeaderRow, type ItemRow, itemOf, rowOf } from '../../lib/domain/record/rows.ts';
import type { TargetRow } from '../../lib/domain/targets/target-row.ts';
import { migrate } from '../../lib/usecases/migrate/migrate.ts';
import { readPlanned } from '../../lib/usecases/plan/plan-store.ts';
import { all } from './report.ts';
import type { World } from './world.ts';

/** The record of a batch, from which its index rows follow. */
interface Recorded {
  readonly header: HeaderRow;
  readonly batch: Batch;
  readonly planned: readonly PlannedDeployment[];
  readonly items: readonly { readonly item: ItemRow; readonly events: readonly EventRow[] }[];
}

const readRecorded = async (world: World): Promise<readonly Recorded[]> => {
  const recorded: Recorded[] = [];
  for (const { sk: batchId } of await all(world, { pk: 'BATCHES' })) {
    const header = await world.header(batchId);
    const events = (await all(world, { pk: `EVENTS#${batchId}` })).map((row) => rowOf<EventRow>(row)!);
    const items = (await all(world, { pk: `BATCH#${batchId}`, prefix: 'ITEM#' })).map((row) => rowOf<ItemRow>(row)!);
    const count = header.plan_hash === undefined ? 0 : header.total;
    const indexes = Array.from({ length: count }, (_, index) => index);
    recorded.push({
      header,
      batch: JSON.parse((await world.deps.documents.get(documentPaths.batch(batchId)))!) as Batch,
      planned: await Promise.all(indexes.map((index) => readPlanned(world.deps, batchId, index))),
      items: items.map((item) => ({ item, events: events.filter(({ index }) => index === item.index) })),
    });
  }
  return recorded;
};

type Rows = ReadonlyMap<string, object>;

const nameOf = ({ pk, sk }: Key): string => `${pk} ${sk}`;
const rowsOf = (items: readonly Item[]): Rows =>
  new Map(items.map((item) => [nameOf(item), item] as const).sort(([one], [other]) => (one < other ? -1 : 1)));

/** The values that find it, derived again from its record. */
const batchRows = ({ header, batch, planned }: Recorded): readonly Item[] => {
  const { batch_id, created_at, status, submitted_by, origin, metadata } = header;
  const marks: readonly (readonly [BatchDimension, string])[] = [
    ['status', status],
    ['actor', submitted_by],
    ['origin', origin?.kind ?? 'file'],
    ...batch.deployments.map(({ environment_id }) => ['environment', environment_id] as const),
    ...(metadata?.tags ?? []).map((tag) => ['tag', tag] as const),
    ...planned.map(({ pillar }) => ['pillar', pillar] as const),
    ...planned.map(({ pillar, service_name }) => ['service', `${pillar}/${service_name}`] as const),
  ];
  return marks.map((mark) => itemOf(keys.batchBy(...mark, header), { batch_id, created_at }));
};

/** When the first of the batches that were planned for it was made. */
const environmentRows = (recorded: readonly Recorded[]): readonly Item[] => {
  const made = recorded.flatMap(({ header, planned }) =>
    planned.map(({ environment_id }) => ({ environment: environment_id, at: header.created_at })),
  );
  return [...Map.groupBy(made, ({ environment }) => environment)].map(([environment, some]) =>
    itemOf(keys.environment(environment), { environment, since: Math.min(...some.map(({ at }) => at)) }),
  );
};

/** After these it is unknown what runs, unless it was seen. */
const open = ['RestoreFailed', 'Superseded', 'ResolvedByOperator'];

interface Told {
  readonly release_before?: string;
  readonly release_after?: string;
  readonly digest?: string;
}

/**
 * Its end, and that it was resolved, as its events have it. Not that it was taken back, which is the rollback's change.
 */
const changeRows = ({ header, planned, items }: Recorded): readonly Item[] =>
  items.flatMap(({ item, events }) => {
    const { batch_id, index, runs, touched } = item;
    const { target, docker_image_version, environment_id, action, replicas } = planned[index]!;
    const words = action === 'delete' ? 'delete' : `scale to ${replicas}`;
    const version = action === undefined ? docker_image_version : words;
    const ends = events.filter(({ to }) => isTerminal(to) && to !== 'ROLLBACK');
    return ends.flatMap(({ to: status, reason, actor, at }, nth) => {
      const mayHave = runs.length > 0 && (touched === true || status === 'UNKNOWN' || nth > 0);
      if (status !== 'SUCCESS' && !mayHave) return [];
      const { release_before: before, release_after, digest } = (ends[0]!.detail ?? {}) as Told;
      const left = action === undefined ? version : action === 'scale' ? before : undefined;
      const asked = status === 'UNKNOWN' || open.includes(reason) ? undefined : left;
      const seen = status === 'UNKNOWN' ? undefined : release_after;
      const after = status === 'SUCCESS' ? left : (seen ?? asked);
      const row = {
        ...{ target, batch_id, index, status, reason, version, by: header.submitted_by, at },
        ...(action === undefined ? {} : { action }),
        ...(replicas === undefined ? {} : { replicas }),
        ...(before === undefined ? {} : { before }),
        ...(after === undefined ? {} : { after }),
        ...(digest === undefined ? {} : { digest }),
        ...(nth > 0 ? { resolved_by: actor } : {}),
      };
      const place = { at, batch_id, index };
      return [
        itemOf(keys.change(environment_id, place), row),
        ...(status === 'SUCCESS' && action === undefined ? [] : [itemOf(keys.targetOutcome(target, place), row)]),
      ];
    });
  });

const readNows = async (world: World, recorded: readonly Recorded[]): Promise<readonly TargetRow[]> => {
  const environments = new Set(recorded.flatMap(({ planned }) => planned.map((one) => one.environment_id)));
  const rows = await Promise.all([...environments].map((environment) => all(world, { pk: targetsOf(environment) })));
  return rows.flat().map((row) => rowOf<TargetRow>(row)!);
};

const pointersOf = (nows: readonly TargetRow[]): readonly Item[] =>
  nows.map(({ target }) => itemOf(keys.targetPointer(target), { target }));

/** All existing rows, wherever a row may be. This includes rows of a status that a batch no longer has. */
const readIndex = async (world: World, recorded: readonly Recorded[], expected: Rows): Promise<Rows> => {
  const months = new Set(
    recorded.flatMap(({ header, items }) => [header.created_at, ...items.flatMap(endsAt)].map(monthOf)),
  );
  const environments = new Set(recorded.flatMap(({ planned }) => planned.map((one) => one.environment_id)));
  const services = recorded.flatMap(({ planned }) => planned);
  const partitions = new Set([
    ...[...expected.values()].map((row) => (row as Item).pk),
    ...[...months].flatMap((month) => [
      ...statuses.map((status) => batchesBy('status', status, month)),
      ...[...environments].map((environment) => changesOf(environment, month)),
    ]),
    ...services.map(({ pillar, service_name }) => `SERVICES#${pillar}/${service_name}`),
    ...services.map(({ target }) => `TARGET#${target}`),
  ]);
  const found = await Promise.all([...partitions].map((pk) => all(world, { pk })));
  return rowsOf(found.flat().filter((row) => !row.pk.startsWith('TARGET#') || row.sk.startsWith('OUTCOME#')));
};

const endsAt = ({ events }: Recorded['items'][number]): readonly number[] => events.map(({ at }) => at);

const differences = (what: string, found: Rows, expected: Rows): readonly string[] => {
  const told = (rows: Rows, name: string): string => JSON.stringify(sorted(rows.get(name)));
  return [...new Set([...found.keys(), ...expected.keys()])].flatMap((name) =>
    told(found, name) === told(expected, name)
      ? []
      : [`${what}: ${name} is ${told(found, name)}, and should be ${told(expected, name)}`],
  );
};

const sorted = (row: object | undefined): object | undefined =>
  row && Object.fromEntries(Object.entries(row).sort(([one], [other]) => (one < other ? -1 : 1)));

/** A plan that failed may have got this far: what its rows lead to shows that they do not hold. */
const withoutUnplanned = (rows: Rows, recorded: readonly Recorded[]): Rows => {
  const headers = recorded.flatMap(({ header, planned }) => (planned.length === 0 ? [header] : []));
  const unplanned = new Set(headers.map(({ batch_id }) => batch_id));
  const since = new Set(headers.map(({ created_at }) => created_at));
  const byPlans = rowsOf(environmentRows(recorded));
  const isLeft = ([name, row]: readonly [string, object]): boolean =>
    /^BY#(?:pillar|service)#/.test(name) && unplanned.has((row as HeaderRow).batch_id);
  const isEarlier = (row: object): boolean => since.has((row as EnvironmentRow).since);
  const asPlanned = ([name, row]: readonly [string, object]): readonly [string, object] => [
    name,
    (isEarlier(row) ? byPlans.get(name) : undefined) ?? row,
  ];
  return new Map([...rows].filter((row) => !isLeft(row)).map(asPlanned));
};

/**
 * What is wrong with the rows that find batches, targets and changes. They must be what headers, items, events and
 * plans give. Where they are all lost, `migrate` must give the same ones. For a world in which nobody is at work.
 */
export const wrongIndex = async (world: World): Promise<readonly string[]> => {
  const recorded = await readRecorded(world);
  const nows = await readNows(world, recorded);
  const expected = rowsOf([
    ...environmentRows(recorded),
    ...recorded.flatMap(batchRows),
    ...recorded.flatMap(changeRows),
    ...pointersOf(nows),
  ]);
  const read = async () => withoutUnplanned(await readIndex(world, recorded, expected), recorded);
  const written = await read();
  const wrong = [...differences('written', written, expected), ...wrongSubmitters(recorded, nows)];
  for (const { pk, sk } of written.values() as Iterable<Item>) await world.table.transact([{ delete: { pk, sk } }]);
  for (let after: string | undefined; ; ) {
    after = (await migrate(world.deps, { after })).next_after;
    if (after === undefined) break;
  }
  return [...wrong, ...differences('migrated', await read(), expected)];
};

const wrongSubmitters = (recorded: readonly Recorded[], nows: readonly TargetRow[]): readonly string[] => {
  const headers = new Map(recorded.map(({ header }) => [header.batch_id, header]));
  return nows.flatMap(({ target, batch_id, by }) =>
    by === headers.get(batch_id)?.submitted_by ? [] : [`NOW of ${target} is by ${by}`],
  );
};
