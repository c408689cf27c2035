import { keyHint } from '../../domain/batch/key-hint.ts';
import { asKeys, keysCalled } from '../../domain/batch/keys-called.ts';
import { FlotillaError } from '../../domain/errors.ts';
import type { HeaderRow } from '../../domain/record/rows.ts';
import { countLeft, describeLeft } from '../../domain/undo/left.ts';
import { planRollback, type RollbackPlan, type UndoNode } from '../../domain/undo/plan-rollback.ts';
import type { Retries } from '../../domain/undo/retries.ts';
import { retriesOf } from '../../domain/undo/retries.ts';
import { findBatch } from '../batch/find-batch.ts';
import type { Deps } from '../deps.ts';
import type { Sight } from '../grants/sight.ts';
import { readFamily, readRollbacks } from './descendants.ts';
import { readChanges } from './read-changes.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'catalogue'>;

export interface Wished {
  /** Keys. Absent: everything that the batch changed. */
  readonly only?: readonly string[] | undefined;
  readonly force?: readonly string[] | undefined;
}

export interface Prepared {
  readonly plan: RollbackPlan;
  /** In plan order. */
  readonly nodes: readonly UndoNode[];
  /** The batch, and its retries that would be rolled back with it. */
  readonly covered: readonly HeaderRow[];
  readonly family: Retries;
  /** The request, with the keys of its deployments. */
  readonly wished: Wished;
  /** How many earlier rollbacks of it there were. */
  readonly earlier: number;
}

/** Reads what a batch and its retries changed, and plans how to undo it as things are now. Writes nothing. */
export const prepareRollback = async (deps: Needs, header: HeaderRow, wished: Wished = {}): Promise<Prepared> => {
  const { batch_id } = header;
  const family = await readFamily(deps, header);
  const retries = await Promise.all(retriesOf(family, batch_id).map((row) => findBatch(deps, row.batch_id)));
  const chain = [header, ...retries];
  const rollbacks = await Promise.all(chain.map((one) => readRollbacks(deps, one.batch_id)));
  const ours = new Set([...chain.map((one) => one.batch_id), ...rollbacks.flat().map((row) => row.batch_id)]);
  const nodes = await readChanges(deps, chain);
  const named = keysIn(wished, new Set(nodes.map(({ key }) => key)));
  const plan = planRollback({ nodes, ours, catalogue: await deps.catalogue(), ...named });
  const taken = new Set(plan.members.flatMap(({ of }) => of.map((place) => place.batch_id)));
  const covered = chain.filter((one) => one.batch_id === batch_id || taken.has(one.batch_id));
  return { plan, nodes, covered, family, wished: named, earlier: rollbacks[0]!.length };
};

/** A service on several infrastructures may be named as a whole. */
const keysIn = ({ only, force }: Wished, keys: ReadonlySet<string>): Wished => ({
  ...(only === undefined ? {} : { only: asKeys(only, keys) }),
  ...(force === undefined ? {} : { force: asKeys(force, keys) }),
});

interface Named {
  readonly nodes: readonly UndoNode[];
  readonly wished: Wished;
  readonly sight: Pick<Sight, 'sees'>;
}

/** Suggests the nearest key for one that does not exist. Keys that the caller may not see do not exist. */
export const checkNames = (batchId: string, { nodes, wished: { only = [], force = [] }, sight }: Named): void => {
  const known = nodes.flatMap(({ key }, index) => (sight.sees(index) ? [key] : []));
  const set = new Set(known);
  const unknown = [...new Set([...only, ...force])].filter((name) => keysCalled(name, set).length === 0);
  if (unknown.length === 0) return;
  const told = unknown.slice(0, 10).map((key) => `${key}${keyHint(key, known)}`);
  const message = `Batch ${batchId} has no deployment ${told.join(', ')}.`;
  throw new FlotillaError('DeploymentNotFound', message, { batch_id: batchId });
};

/** Throws if nothing goes back, with the reasons, or if a named deployment must never be rolled back. */
export const checkSomething = (batchId: string, { members, left }: RollbackPlan, { only = [] }: Wished): void => {
  const named = new Set(only);
  const never = left.filter(({ key, reason }) => reason === 'StrategyNone' && named.has(key));
  if (never.length > 0) {
    const keys = never.map(({ key }) => key).join(', ');
    const message = `${keys}: rollback_strategy is none, so it is not rolled back. Deploy the version that you want.`;
    throw new FlotillaError('NotRolledBack', message, { batch_id: batchId });
  }
  if (members.length > 0) return;
  throw new FlotillaError(
    'NothingToRollBack',
    `There is nothing to roll back in batch ${batchId}.${whyNothing(left)}`,
    {
      batch_id: batchId,
    },
  );
};

const mostTold = 3;

/** Why nothing goes back, naming a few of the changed deployments. */
export const whyNothing = (left: RollbackPlan['left']): string => {
  const counts = describeLeft(countLeft(left));
  if (counts === '') return ' It changed nothing, or its changes are already back.';
  const told = left.filter(({ reason }) => reason !== 'NothingChanged' && reason !== 'AlreadyRestored');
  const some = told.slice(0, mostTold).map(({ key, message }) => `${key}: ${message}`);
  return ` Left: ${counts}. ${some.join(' ')}`;
};
