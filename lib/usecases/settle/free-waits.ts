import { isFlotillaError } from '../../domain/errors.ts';
import { keys, type Wait } from '../../domain/record/keys.ts';
import { type ItemRow, rowOf, type TokenRow } from '../../domain/record/rows.ts';
import type { Deps } from '../deps.ts';
import { answerBound, boundTokensOf } from '../wait/answer-wait.ts';

export type BoundToken = TokenRow & { readonly wait: Wait };

/** All waits of a deployment that have a bound token. */
export const boundTokens = async (
  { table }: Pick<Deps, 'table'>,
  batchId: string,
  index: number,
): Promise<readonly BoundToken[]> => {
  const { pk, sk } = keys.token(batchId, index, 'turn');
  const { items } = await table.query({ pk, prefix: sk.slice(0, -'turn'.length), limit: 100 });
  return items.map((item) => ({
    ...rowOf<TokenRow>(item)!,
    wait: item.sk.slice(item.sk.lastIndexOf('#') + 1) as Wait,
  }));
};

/**
 * A child waits for the last token that it bound, whatever its row says by now: its answer may have moved the row on.
 * Returns several, latest first, if they were bound within a millisecond. Remains of a dead child may bind one after
 * the child that took the deployment over. That child then waits for its turn.
 */
export const waitedWith = (tokens: readonly BoundToken[]): readonly BoundToken[] => {
  const [latest, ...others] = tokens.toSorted((one, other) => other.at - one.at);
  if (latest === undefined) return [];
  const isWaitedWith = ({ at, wait, execution_arn }: BoundToken): boolean =>
    at === latest.at || (wait === 'turn' && execution_arn !== latest.execution_arn);
  return [latest, ...others.filter(isWaitedWith)];
};

/**
 * Answers everybody who still waits for a deployment whose outcome was recorded without them. A redriven child has
 * bound a token that nobody else would answer. The outcome is written before tokens are read here, and a token before
 * the outcome is read there. So one of the two sees the other.
 */
export const freeWaits = async (
  deps: Pick<Deps, 'table' | 'workflow'>,
  { batch_id, index }: { readonly batch_id: string; readonly index: number },
): Promise<void> => {
  const item = rowOf<ItemRow>(await deps.table.get(keys.item(batch_id, index)));
  if (item?.outcome === undefined) return;
  try {
    for (const row of waitedWith(await boundTokens(deps, batch_id, index))) {
      for (const token of boundTokensOf(row)) await answerBound(deps, { batch_id, index, wait: row.wait, token });
    }
  } catch (error) {
    // The record stands. The waiting child has the time-out of its state.
    if (!isFlotillaError(error, 'WorkflowUnavailable')) throw error;
  }
};
