import type { PlannedDeployment } from '../../../lib/domain/plan/plan.ts';
import type { ItemRow } from '../../../lib/domain/record/rows.ts';
import type { World } from '../../workflow/world.ts';
import type { Doings } from './do-deed.ts';
import { endOf, type Ledger, serviceOf } from './ledger.ts';

interface Scene {
  readonly world: World;
  readonly doings: Doings;
}

/** Rollbacks go in order, and a batch that claims to be rolled back is. */
export const wrongReturns = (ledgers: readonly Ledger[], scene: Scene): readonly string[] => {
  const byId = new Map(ledgers.map((ledger) => [ledger.batchId, ledger]));
  return [
    ...ledgers.flatMap((ledger) => wrongOrder(ledger, byId)),
    ...ledgers.flatMap((ledger) => ledger.items.flatMap((item) => wrongReturn(item, ledger, byId))),
    ...ledgers.flatMap((ledger) => stayed(ledger, byId, scene)),
  ];
};

type ById = ReadonlyMap<string, Ledger>;

const passes = ({ status, reason }: ItemRow): boolean =>
  status === 'SUCCESS' || status === 'ROLLBACK' || (status === 'SKIPPED' && reason === 'Superseded');

/** For each member: the members that depended on it, directly or indirectly, went back before. */
const wrongOrder = (rollback: Ledger, byId: ById): readonly string[] => {
  const { origin } = rollback.header;
  const original = origin?.kind === 'rollback' && origin.of !== undefined ? byId.get(origin.of) : undefined;
  if (original?.plan === undefined || rollback.plan === undefined) return [];
  const members = new Map(rollback.plan.deployments.map((member) => [member.key, member]));
  const forced = new Set([...rollback.plan.forced].map((index) => rollback.plan!.deployments[index]!.key));
  return [...members.values()].flatMap((member) => {
    const began = beganIn(rollback, member.index);
    if (began === undefined || forced.has(member.key)) return [];
    return dependentsOf(member.key, original.plan!.deployments, forced).flatMap((key) => {
      const other = members.get(key);
      if (other === undefined) return wrongAbsence(member.key, original, key);
      const item = rollback.items.find(({ index }) => index === other.index);
      const isBefore = item !== undefined && passesOnce(rollback, item) && endOf(rollback, other.index) <= began;
      return isBefore ? [] : [`${rollback.batchId}: ${member.key} went back before ${key}, which depended on it`];
    });
  });
};

/** What was resolved later did not pass then, but nothing waits for what has ended. */
const passesOnce = (rollback: Ledger, item: ItemRow): boolean =>
  passes(item) || rollback.events.some(({ index, to }) => index === item.index && to === 'SUCCESS');

const wrongAbsence = (key: string, original: Ledger, dependent: string): readonly string[] => {
  const item = original.items.find((one) => one.key === dependent);
  return item?.status === 'UNKNOWN'
    ? [`${original.batchId}: ${key} went back, and ${dependent}, which depends on it, is UNKNOWN`]
    : [];
};

const beganIn = ({ intents }: Ledger, index: number): number | undefined =>
  intents.find((intent) => intent.index === index)?.at;

const dependentsOf = (
  key: string,
  deployments: readonly PlannedDeployment[],
  forced: ReadonlySet<string>,
): readonly string[] => {
  const found = new Set<string>();
  const visit = (of: string): void => {
    const index = deployments.findIndex((one) => one.key === of);
    for (const one of deployments) {
      if (!one.dependencies.includes(index) || found.has(one.key)) continue;
      found.add(one.key);
      // A forced one does not wait for its dependents.
      if (!forced.has(one.key)) visit(one.key);
    }
  };
  visit(key);
  return [...found];
};

/** The named batch has taken it back. */
const wrongReturn = (item: ItemRow, { batchId, captures }: Ledger, byId: ById): readonly string[] => {
  const { status, outcome, index, key } = item;
  if (status !== 'ROLLBACK') return [];
  const told = `${batchId}: ${key} was rolled back by ${outcome?.rolled_back_by}`;
  const rollback = byId.get(outcome?.rolled_back_by ?? '');
  const member = rollback?.plan?.deployments.find(({ replay }) =>
    replay?.of.some((place) => place.batch_id === batchId && place.index === index),
  );
  if (rollback === undefined || member === undefined) return [`${told}, which says nothing of it`];
  const back = rollback.items.find((one) => one.index === member.index);
  if (back === undefined || !passes(back)) return [`${told}, where it is ${back?.status} / ${back?.reason}`];
  const before = (captures.get(index)?.previous ?? captures.get(index)?.tombstone)?.version;
  return before === undefined || member.replay!.of[0]!.batch_id !== batchId || member.docker_image_version === before
    ? []
    : [`${told} to ${member.docker_image_version}, and before it ran ${before}`];
};

/** The batch claims that it was rolled back as a whole, and something that could have gone back is still there. */
const stayed = ({ batchId, header, items, plan, captures }: Ledger, byId: ById, { world, doings }: Scene) => {
  if (header.reason !== 'RolledBack' || plan === undefined) return [];
  const isWhole = [...doings.wishes].every(
    ([rollback, wish]) => byId.get(rollback)?.header.origin?.of !== batchId || wish.only === undefined,
  );
  if (!isWhole) return [];
  return items.flatMap(({ index, key, status }) => {
    const { rollback_strategy, docker_image_version, action } = plan.deployments[index]!;
    const isLeft = rollback_strategy === 'none' || captures.get(index)?.previous === undefined;
    if (action !== undefined) return [];
    if (status !== 'SUCCESS' || isLeft || world.cluster.running(serviceOf(key)) !== docker_image_version) return [];
    const later = [...byId.values()].some(
      (other) => other.batchId !== batchId && other.items.some((one) => one.key === key && one.runs.length > 0),
    );
    return later ? [] : [`${batchId} is RolledBack, and ${key} still runs ${docker_image_version}`];
  });
};
