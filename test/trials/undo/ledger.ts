import { isTerminal } from '../../../lib/domain/deployment/status.ts';
import type { PlannedDeployment } from '../../../lib/domain/plan/plan.ts';
import { keys } from '../../../lib/domain/record/keys.ts';
import {
  type CaptureRow,
  type EventRow,
  type HeaderRow,
  type ItemRow,
  rowOf,
} from '../../../lib/domain/record/rows.ts';
import { readPlanned } from '../../../lib/usecases/plan/plan-store.ts';
import { readSheet } from '../../../lib/usecases/schedule/schedule-store.ts';
import { all, itemsOf } from '../../workflow/report.ts';
import type { World } from '../../workflow/world.ts';
import { batchesOf } from './do-deed.ts';

export interface LedgerPlan {
  readonly deployments: readonly PlannedDeployment[];
  readonly forced: ReadonlySet<number>;
  readonly isRollback: boolean;
}

/** Everything that is stored about a batch. */
export interface Ledger {
  readonly batchId: string;
  readonly header: HeaderRow;
  /** Undefined when it could not be planned. */
  readonly plan: LedgerPlan | undefined;
  readonly items: readonly ItemRow[];
  readonly events: readonly EventRow[];
  readonly captures: ReadonlyMap<number, CaptureRow>;
  /** Intents, the restores' too. */
  readonly intents: readonly Intent[];
}

export interface Intent {
  readonly index: number;
  readonly isRestore: boolean;
  readonly at: number;
}

export const readLedgers = async (world: World): Promise<readonly Ledger[]> => {
  const ledgers: Ledger[] = [];
  for (const batchId of await batchesOf(world)) ledgers.push(await readLedger(world, batchId));
  return ledgers;
};

const readLedger = async (world: World, batchId: string): Promise<Ledger> => {
  const { pk } = keys.header(batchId);
  const header = await world.header(batchId);
  const captures = await all(world, { pk, prefix: 'CAPTURE#' });
  const intents = await all(world, { pk, prefix: 'ATTEMPT#' });
  const events = await all(world, { pk: `EVENTS#${batchId}` });
  return {
    batchId,
    header,
    plan: header.plan_hash === undefined ? undefined : await readPlan(world, header),
    items: await itemsOf(world, batchId),
    events: events.map((item) => rowOf<EventRow>(item)!),
    captures: new Map(captures.map((item) => [Number(item.sk.split('#')[1]), rowOf<CaptureRow>(item)!])),
    intents: intents.map(({ sk, at }) => ({
      index: Number(sk.split('#')[1]),
      isRestore: sk.endsWith('#restore'),
      at: at as number,
    })),
  };
};

const readPlan = async ({ deps }: World, { batch_id, total }: HeaderRow): Promise<LedgerPlan> => {
  const { lane, forced = [] } = await readSheet(deps, batch_id);
  const deployments: PlannedDeployment[] = [];
  for (let index = 0; index < total; index += 1) deployments.push(await readPlanned(deps, batch_id, index));
  return { deployments, forced: new Set(forced), isRollback: lane === 'rollback' };
};

/** When a deployment ended first, even if that was replaced since. */
export const endOf = ({ events }: Ledger, index: number): number =>
  events.find((event) => event.index === index && isTerminal(event.to))?.at ?? Number.POSITIVE_INFINITY;

export const serviceOf = (key: string): string => key.split('/')[1]!;
