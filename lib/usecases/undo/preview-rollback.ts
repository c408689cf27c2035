import { askedFor } from '../../domain/plan/action.ts';
import { placeOfTarget } from '../../domain/plan/lock-names.ts';
import { type HeaderRow, isSealed } from '../../domain/record/rows.ts';
import type { Left } from '../../domain/undo/left.ts';
import { hasNothingToUndo } from '../../domain/undo/left.ts';
import type { RollbackMember } from '../../domain/undo/plan-rollback.ts';
import { stepsOf } from '../../domain/undo/rollback-batch.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { findSeenBatch } from '../grants/seen-batch.ts';
import { sightOf } from '../grants/sight.ts';
import { checkNames, prepareRollback, type Wished, whyNothing } from './prepare-rollback.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'catalogue'> & AskedBy;

export interface RollbackPreview {
  readonly rolls_back: string;
  readonly name: string;
  /** False while the batch runs. The preview then shows things as they are now. */
  readonly ended: boolean;
  /** An explanation where the effect is not obvious: a rollback of a rollback, or nothing. */
  readonly means?: string;
  /** The batch, and the retries that are undone with it. */
  readonly covers: readonly string[];
  /** In the order in which they go back, by step. */
  readonly deployments: readonly MemberPreview[];
  /** What was changed and stays, and what has nothing to undo. */
  readonly left: readonly Left[];
  /** How many of the left ones have nothing to undo. */
  readonly nothing_to_undo: number;
}

export interface MemberPreview {
  readonly key: string;
  readonly target: string;
  /** Counted from 0. Deployments of one step do not wait for each other. */
  readonly step: number;
  readonly from: string;
  readonly to: string;
  readonly waits_for: readonly string[];
  readonly forced?: true;
}

/**
 * What a rollback would put back, in which order, and what it would leave and why. Writes nothing and asks no cluster.
 */
export const previewRollback = async (
  deps: Needs,
  { batchId, ...wished }: Wished & { readonly batchId: string },
): Promise<RollbackPreview> => {
  const header = await findSeenBatch(deps, batchId);
  const { plan, nodes, covered } = await prepareRollback(deps, header, wished);
  const sight = await sightOf(deps, header);
  checkNames(batchId, { nodes, wished, sight });
  const isSeen = ({ target }: { readonly target: string }): boolean =>
    sight.isWhole || deps.rights.may('read', placeOfTarget(target));
  const steps = stepsOf(plan);
  const deployments = plan.members.filter(isSeen).map((member) => viewMember(member, steps.get(member.key)!));
  const left = plan.left.filter(isSeen);
  const means = deployments.length === 0 ? nothingGoesBack(left) : meaningOf(header);
  return sight.shown({
    rolls_back: header.batch_id,
    name: header.name,
    ended: isSealed(header),
    ...(means === undefined ? {} : { means }),
    covers: covered.map((one) => one.batch_id),
    deployments: deployments.sort((a, b) => a.step - b.step),
    left,
    nothing_to_undo: left.filter(hasNothingToUndo).length,
  });
};

const viewMember = ({ key, target, from, to, waits_for, forced }: RollbackMember, step: number): MemberPreview => ({
  ...{ key, target, step, from, to: askedFor(to.deployment, to.version), waits_for },
  ...(forced ? { forced } : {}),
});

/** The deployments in `left` have their own reasons. */
const nothingGoesBack = (left: readonly Left[]): string =>
  left.every(hasNothingToUndo) ? `Nothing goes back.${whyNothing(left)}` : 'Nothing goes back.';

const meaningOf = ({ batch_id, origin }: HeaderRow): string | undefined => {
  if (origin?.kind !== 'rollback') return undefined;
  const of = origin.of === undefined ? (origin.target ?? 'one deployment') : `batch ${origin.of}`;
  return `Batch ${batch_id} rolled ${of} back. Rolling that back deploys the versions again that it took away. The record of ${of} does not change.`;
};
