import { FlotillaError } from '../../domain/errors.ts';
import type { Write } from '../../domain/ports.ts';
import { keys } from '../../domain/record/keys.ts';
import { type HeaderRow, itemOf, rowOf } from '../../domain/record/rows.ts';
import type { Deps } from '../deps.ts';
import { findBatch } from './find-batch.ts';

/** A submit with an Idempotency-Key. The key belongs to its sender alone. */
export interface KeyedRequest {
  readonly actor: string;
  readonly formerly?: string | undefined;
  readonly key: string;
  readonly body_sha256: string;
}

/** `IDEMPOTENCY#<who>/submit#<key>`. */
interface IdempotencyRow {
  readonly batch_id: string;
  readonly body_sha256: string;
  readonly created_at: number;
  /**
   * Seconds since 1970, as DynamoDB wants it. Absent in old rows, from when keys were shared by all and never expired.
   */
  readonly expires_at?: number;
}

/** What the key was used for earlier: the batch to answer with, or a row that has expired. */
export interface EarlierUse {
  readonly answer?: HeaderRow;
  readonly expired?: Pick<IdempotencyRow, 'batch_id'>;
}

const keptMilliseconds = 30 * 24 * 3_600_000;

/** Throws IdempotencyKeyReused if the same sender used the key for another body. Other senders' keys don't count. */
export const earlierUse = async (deps: Pick<Deps, 'table' | 'clock'>, request: KeyedRequest): Promise<EarlierUse> => {
  const { actor, key, body_sha256 } = request;
  const row = rowOf<IdempotencyRow>(await deps.table.get(keys.idempotency(actor, key)));
  if (row === undefined) return earlierUseByAll(deps, request);
  // The table removes expired rows only after a while.
  if (hasExpired(deps, row)) return { expired: row };
  return { answer: answerOf(await findBatch(deps, row.batch_id), row, body_sha256) };
};

/** Rows of earlier versions don't say whose they are; the batch does. */
const earlierUseByAll = async (
  deps: Pick<Deps, 'table' | 'clock'>,
  { actor, formerly, key, body_sha256 }: KeyedRequest,
): Promise<EarlierUse> => {
  const row = rowOf<IdempotencyRow>(await deps.table.get(keys.idempotencyOfAll(key)));
  if (row === undefined || hasExpired(deps, row)) return {};
  const header = await findBatch(deps, row.batch_id);
  return [actor, formerly].includes(header.submitted_by) ? { answer: answerOf(header, row, body_sha256) } : {};
};

const hasExpired = ({ clock }: Pick<Deps, 'clock'>, { created_at }: IdempotencyRow): boolean =>
  created_at + keptMilliseconds <= clock.now();

const answerOf = (header: HeaderRow, { body_sha256 }: IdempotencyRow, asked: string): HeaderRow => {
  if (body_sha256 === asked) return header;
  const { batch_id } = header;
  throw new FlotillaError(
    'IdempotencyKeyReused',
    `You have used this Idempotency-Key for batch ${batch_id} with another body. Send a new key with a new batch.`,
    { batch_id },
  );
};

/** Records what the key was used for. Fails if another request with the same key was faster. */
export const keyWrite = (
  { actor, key, body_sha256 }: KeyedRequest,
  { batch_id, created_at }: HeaderRow,
  { expired }: EarlierUse,
): Write => {
  const expires_at = Math.ceil((created_at + keptMilliseconds) / 1000);
  const row: IdempotencyRow = { batch_id, body_sha256, created_at, expires_at };
  return {
    put: itemOf(keys.idempotency(actor, key), row),
    when: expired === undefined ? { exists: false } : { equals: { batch_id: expired.batch_id } },
  };
};
