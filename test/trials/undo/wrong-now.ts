import { targetsOf } from '../../../lib/domain/record/keys.ts';
import { type ItemRow, rowOf } from '../../../lib/domain/record/rows.ts';
import type { TargetRow } from '../../../lib/domain/targets/target-row.ts';
import { all } from '../../workflow/report.ts';
import type { World } from '../../workflow/world.ts';
import type { Doings } from './do-deed.ts';
import { type Ledger, serviceOf } from './ledger.ts';

/** A look, a record and somebody else's change may cross within this. */
const slack = 120_000;

/** NOW says what runs on the cluster, where it says anything; and what was verified was there then. */
export const wrongNow = async (
  world: World,
  ledgers: readonly Ledger[],
  doings: Doings,
): Promise<readonly string[]> => {
  const rows: TargetRow[] = [];
  for (const environment of ['staging', 'uat']) {
    rows.push(...(await all(world, { pk: targetsOf(environment) })).map((item) => rowOf<TargetRow>(item)!));
  }
  const items = ledgers.flatMap((ledger) => ledger.items);
  return [
    ...rows.flatMap((row) => wrongRow(row, { world, items, doings })),
    ...items.flatMap((item) => neverThere(world, ledgers, item)),
    ...withoutRow(rows, items),
  ];
};

interface Scene {
  readonly world: World;
  readonly items: readonly ItemRow[];
  readonly doings: Doings;
}

const wrongRow = (row: TargetRow, { world, items, doings }: Scene): readonly string[] => {
  const { target, state, version, batch_id, index, since } = row;
  const told = `NOW of ${target} is ${state} ${version} by ${batch_id} ${index}`;
  if (state === 'changing') return [`${told}, and nothing is at work`];
  const service = target.split('/').at(-1)!;
  const item = items.find((one) => one.batch_id === batch_id && one.index === index);
  if (item === undefined) return [`${told}, which does not exist`];
  const later = items.find((one) => serviceOf(one.key) === service && hasPut(one) && one.outcome!.ended_at > since);
  if (later !== undefined && later !== item)
    return [`${told}, and ${later.batch_id} ${later.index} has changed it since`];
  const isSeen =
    state === 'verified' || state === 'restored' || state === 'deleted' || item.outcome?.release_after !== undefined;
  if (state === 'unknown' || !isSeen || item.outcome?.resolved_by !== undefined) return [];
  if (doings.hotfixes.some((fix) => fix.service === service && fix.at > since - slack)) return [];
  const stands = world.cluster.running(service);
  return stands === version ? [] : [`${told}, and ${stands} is there`];
};

/** A verified deployment. Its outcome may say since that it was taken back. */
const hasPut = ({ status, outcome }: ItemRow): boolean => status === 'SUCCESS' && outcome?.resolved_by === undefined;

const neverThere = (world: World, ledgers: readonly Ledger[], item: ItemRow): readonly string[] => {
  const { batch_id, index, key, outcome } = item;
  if (!hasPut(item)) return [];
  const { plan } = ledgers.find(({ batchId }) => batchId === batch_id)!;
  const { action, docker_image_version } = plan!.deployments[index]!;
  // A scale applies to the version that runs.
  if (action === 'scale') return [];
  const asked = action === 'delete' ? undefined : docker_image_version;
  const end = outcome!.ended_at;
  const seen = Array.from({ length: slack / 1_000 }, (_, at) =>
    world.cluster.running(serviceOf(key), end - at * 1_000),
  );
  return seen.includes(asked) ? [] : [`${batch_id}: ${key} was verified, and ${asked ?? 'nothing'} was not there`];
};

const withoutRow = (rows: readonly TargetRow[], items: readonly ItemRow[]): readonly string[] => {
  const known = new Set(rows.map(({ target }) => target.split('/').at(-1)));
  return items.flatMap((item) =>
    hasPut(item) && !known.has(serviceOf(item.key)) ? [`${item.key} was deployed, and has no NOW`] : [],
  );
};
