import { type ExecutionEnd, errorOfEnd, withTold } from '../../domain/deployment/execution-end.ts';
import { isFlotillaError } from '../../domain/errors.ts';
import type { Write } from '../../domain/ports.ts';
import { keys } from '../../domain/record/keys.ts';
import { type Ended, recordOutcomeIf } from '../deployment/record-outcome.ts';
import type { Deps } from '../deps.ts';
import { endOf } from './execution-status.ts';
import { type BoundToken, boundTokens, freeWaits, waitedWith } from './free-waits.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'workflow' | 'clock' | 'random' | 'ids'>;

interface Place {
  readonly batch_id: string;
  readonly index: number;
}

/**
 * The answers of Step Functions may be some moments old. An execution that has just bound a token runs, or did a moment
 * ago. After a redrive it may still be reported as ended.
 */
export const settlesAfter = 5_000;

export interface ChildLook extends Place {
  readonly tokens: readonly BoundToken[];
  /** How a child ended, if an event said so. The others must be looked up. */
  readonly told?: { readonly execution_arn: string; readonly end: ExecutionEnd };
}

/** The executions to look up to know whether anybody still works on a deployment. */
export const childrenOf = (tokens: readonly BoundToken[]): readonly string[] => [
  ...new Set(waitedWith(tokens).map(({ execution_arn }) => execution_arn)),
];

/** Records the outcome of a deployment whose child ended without doing so. Returns true if it is recorded. */
export const settleChild = async (deps: Needs, { tokens, told, ...place }: ChildLook): Promise<boolean> => {
  const children = childrenOf(tokens);
  const [latest] = children;
  if (latest === undefined || isFresh(deps, tokens, told)) return false;
  let end: ExecutionEnd | undefined;
  for (const child of children) {
    const found = await endOf(deps, child);
    if (found === 'RUNNING') return false;
    if (child === latest) end = told?.execution_arn === child ? withTold(found, told.end) : found;
  }
  const error = errorOfEnd(end!);
  if (!(await unlessTakenUp(deps, { execution_arn: latest, ...place, error }, tokens))) return false;
  await freeWaits(deps, place);
  return true;
};

/** An event comes after the end that it reports, so what it says about that child is not outdated. */
const isFresh = ({ clock }: Needs, tokens: readonly BoundToken[], told: ChildLook['told']): boolean =>
  told === undefined && tokens.some(({ at }) => clock.now() - at < settlesAfter);

/** Why a deployment's child died; needed to conclude its batch. Undefined if that cannot be read. */
export const errorOfChild = async (deps: Pick<Needs, 'table' | 'workflow'>, { batch_id, index }: Place) => {
  const [latest] = childrenOf(await boundTokens(deps, batch_id, index));
  if (latest === undefined) return undefined;
  try {
    const end = await endOf(deps, latest);
    return end === 'RUNNING' || end.status === 'SUCCEEDED' ? undefined : errorOfEnd(end);
  } catch (error) {
    // Looking up thousands at once is too much for Step Functions. Their batch ends all the same.
    if (!isFlotillaError(error, 'WorkflowUnavailable')) throw error;
    return undefined;
  }
};

/**
 * Another child may take the deployment over while this one is found dead: in its second round the Map starts again. It
 * binds a token before anything else, so nothing is recorded over its head. If it comes later, it finds the outcome.
 */
const unlessTakenUp = async (deps: Needs, ended: Ended, tokens: readonly BoundToken[]): Promise<boolean> => {
  const { batch_id, index } = ended;
  const unbound: Write = { check: keys.token(batch_id, index, 'turn'), when: { exists: false } };
  const unchanged = tokens.map(
    ({ wait, at, execution_arn }): Write => ({
      check: keys.token(batch_id, index, wait),
      when: { equals: { at, execution_arn } },
    }),
  );
  try {
    await recordOutcomeIf(deps, ended, tokens.length === 0 ? [unbound] : unchanged);
    return true;
  } catch (error) {
    // Somebody was faster. The next sweep looks again.
    if (!isFlotillaError(error, 'ConditionFailed')) throw error;
    return false;
  }
};

/** Settles a child whose end an event reported. */
export const settleToldChild = async (
  deps: Needs,
  place: Place,
  told: { readonly execution_arn: string; readonly end: ExecutionEnd },
): Promise<void> => {
  const tokens = await boundTokens(deps, place.batch_id, place.index);
  if (tokens.length === 0) return settleUnseen(deps, place, told);
  // Another child has taken the deployment over since.
  if (!childrenOf(tokens).includes(told.execution_arn)) return;
  await settleChild(deps, { ...place, tokens, told });
};

/** It was stopped before it came for its turn. */
const settleUnseen = async (
  deps: Needs,
  place: Place,
  { execution_arn, end }: { readonly execution_arn: string; readonly end: ExecutionEnd },
): Promise<void> => {
  if ((await endOf(deps, execution_arn)) === 'RUNNING') return;
  if (await unlessTakenUp(deps, { ...place, execution_arn, error: errorOfEnd(end) }, [])) await freeWaits(deps, place);
};

/**
 * Milliseconds after a turn is granted. Children come for their turn as soon as they begin. All children of a Map have
 * begun after 100 seconds, and one that cannot call its function fails within minutes.
 */
const comesWithin = 15 * 60_000;

/** Settles a turn that nobody came for: its child was stopped earlier, or never began, and no event reported it. */
export const settleNobodysTurn = async (
  deps: Needs,
  { at, ...place }: Place & { readonly at: number },
): Promise<void> => {
  if (deps.clock.now() - at < comesWithin) return;
  const error = { Error: 'ExecutionEnded', Cause: 'nobody came for its turn' };
  if (await unlessTakenUp(deps, { ...place, error }, [])) await freeWaits(deps, place);
};
