import { type ErrorName, type FlotillaError, isFlotillaError } from '../../domain/errors.ts';
import type { Write } from '../../domain/ports.ts';
import { keys, type Wait } from '../../domain/record/keys.ts';
import { type AnswerRow, type ItemRow, rowOf, type TokenRow, type TurnRow } from '../../domain/record/rows.ts';
import type { Deps } from '../deps.ts';
import { retryConflict } from '../retry-conflict.ts';

type Delivery = Pick<Deps, 'table' | 'workflow'>;

/**
 * Sends a wait's answer to the child that waits for it now. Sends nothing if none waits yet: a child that registers
 * later reads the answer row. Token and answer are each written before the other is read, so one of the two always
 * sends. Returns the executions it was sent to.
 */
export const deliverAnswer = async (
  deps: Delivery,
  place: { readonly batch_id: string; readonly index: number; readonly wait: Wait },
): Promise<TokenRow | undefined> => {
  const answer = await readAnswer(deps, place);
  if (answer === undefined) return undefined;
  return sendToBound(deps, place, answer);
};

/** To every bound token: nobody knows which one the child waits with. */
const sendToBound = async (
  deps: Delivery,
  { batch_id, index, wait }: Parameters<typeof deliverAnswer>[1],
  answer: Sent,
): Promise<TokenRow | undefined> => {
  const row = rowOf<TokenRow>(await deps.table.get(keys.token(batch_id, index, wait)));
  for (const token of boundTokensOf(row)) await send(deps, token, answer);
  return row;
};

/** Ends a wait that has no answer row, because the same wait comes again. */
export const failBound = async (
  deps: Delivery,
  place: Parameters<typeof deliverAnswer>[1],
  { name, message }: FlotillaError,
): Promise<void> => {
  try {
    await sendToBound(deps, place, { error: name, message });
  } catch (error) {
    if (!isFlotillaError(error, 'WorkflowUnavailable')) throw error;
  }
};

interface Sent {
  readonly error?: ErrorName | undefined;
  readonly message: string;
  /** For a turn: the place whose functions ask the cluster. */
  readonly place?: string | undefined;
}

const boundPrefix = 'bound:';

/** Every token bound to a wait. */
export const boundTokensOf = (row: TokenRow | undefined): readonly string[] =>
  Object.keys(row ?? {})
    .filter((name) => name.startsWith(boundPrefix))
    .map((name) => name.slice(boundPrefix.length));

/**
 * For callers that have already done their part: if the answer cannot be sent now, the sweeper sends it. A state must
 * not fail because of that.
 */
export const tryToDeliver = async (deps: Delivery, place: Parameters<typeof deliverAnswer>[1]): Promise<void> => {
  try {
    await deliverAnswer(deps, place);
  } catch (error) {
    if (!isFlotillaError(error, 'WorkflowUnavailable')) throw error;
  }
};

/**
 * For a state that has bound its token. Once a deployment has its outcome, nobody looks after its waits, so the state
 * ends here or with an error. The outcome is checked last, because it is written before the turn is removed.
 */
export const answerBound = async (
  deps: Delivery,
  { token, ...place }: Parameters<typeof deliverAnswer>[1] & { readonly token: string },
): Promise<void> => {
  await tryToDeliver(deps, place);
  const item = rowOf<ItemRow>(await deps.table.get(keys.item(place.batch_id, place.index)));
  if (item?.outcome === undefined) return;
  const error = place.wait === 'turn' ? 'TurnRefused' : 'AttemptEnded';
  await send(deps, token, { error, message: `It has already ended: ${item.outcome.message}` });
};

/** The answer of AwaitTurn is the turn row itself: a grant or a refusal. */
const readAnswer = async (
  { table }: Delivery,
  { batch_id, index, wait }: { readonly batch_id: string; readonly index: number; readonly wait: Wait },
): Promise<Sent | undefined> => {
  if (wait !== 'turn') return rowOf<AnswerRow>(await table.get(keys.answer(batch_id, index, wait)));
  const turn = rowOf<TurnRow>(await table.get(keys.turn(batch_id, index)));
  if (turn === undefined) return undefined;
  return turn.state === 'refused'
    ? { error: 'TurnRefused', message: turn.message }
    : { message: turn.message, place: turn.place };
};

/** An answer that comes too late or twice is not an error: the row is the truth. */
const send = async ({ workflow }: Pick<Deps, 'workflow'>, token: string, answer: Sent): Promise<void> => {
  try {
    if (answer.error === undefined)
      await workflow.succeed(token, answer.place === undefined ? {} : { place: answer.place });
    else await workflow.fail(token, answer.error, answer.message);
  } catch (error) {
    if (!isFlotillaError(error, 'TokenGone')) throw error;
  }
};

/**
 * Binds a task token to a wait. A repeated invocation has a new token, and the earlier one may still be running and
 * come last. So none replaces another: all are kept, and the child waits with at most one of them.
 */
export const bindToken = async (
  { table, clock, random }: Pick<Deps, 'table' | 'clock' | 'random'>,
  place: { readonly batch_id: string; readonly index: number; readonly wait: Wait },
  { token, execution_arn }: { readonly token: string; readonly execution_arn: string },
): Promise<void> => {
  // An AWS token has up to 2 KB and is stored once, because a row is billed by its size.
  const set = { execution_arn, at: clock.now(), [`${boundPrefix}${token}`]: true };
  const bound: Write = { update: keys.token(place.batch_id, place.index, place.wait), set };
  await retryConflict({ clock, random }, () => table.transact([bound]));
};
