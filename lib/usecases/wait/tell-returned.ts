import type { InboxMessage } from '../../domain/record/inbox-message.ts';
import { keys, type Wait } from '../../domain/record/keys.ts';
import { type ItemRow, rowOf, type TurnRow } from '../../domain/record/rows.ts';
import { hasReturned, turnReturned } from '../deployment/return-turn.ts';
import type { Deps } from '../deps.ts';
import { type BoundToken, waitedWith } from '../settle/free-waits.ts';
import { failBound } from './answer-wait.ts';

type Delivery = Pick<Deps, 'table' | 'workflow'>;

const said = turnReturned('It gave its turn back.');

/**
 * If Step Functions calls a function twice, it may give the turn back for the first call and die before it answers the
 * second call's token. So the dispatcher answers every token before it takes the turn back. While its message exists,
 * nobody can get another turn. A child that has moved on is not affected.
 */
export const tellReturned = async (deps: Delivery, messages: readonly InboxMessage[]): Promise<void> => {
  const returned = messages.filter((message) => message.type === 'returned');
  await Promise.all(
    returned.map(async ({ batch_id, index }) => {
      const item = rowOf<ItemRow>(await deps.table.get(keys.item(batch_id, index)));
      if (item === undefined || !hasReturned(item)) return;
      await failBound(deps, { batch_id, index, wait: `deploy-${item.attempt}` }, said);
    }),
  );
};

interface Returned {
  readonly row: ItemRow | undefined;
  /** Its next turn, granted or refused. */
  readonly turn: Pick<TurnRow, 'at'>;
  readonly tokens: readonly BoundToken[];
}

/** The start wait of a returned turn, if a new turn has come but the child does not come for it. */
export const waitOfReturned = ({ row, turn, tokens }: Returned): Wait | undefined => {
  if (row?.returns === undefined || row.outcome !== undefined || !['turn', 'capture'].includes(row.step))
    return undefined;
  const [latest] = waitedWith(tokens);
  return latest?.wait.startsWith('deploy-') && latest.at < turn.at ? latest.wait : undefined;
};

/** Repeats what the dispatcher could not send because Step Functions did not answer. */
export const tellAgain = (deps: Delivery, place: { readonly batch_id: string; readonly index: number }, wait: Wait) =>
  failBound(deps, { ...place, wait }, said);
