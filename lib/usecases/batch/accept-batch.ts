import { createHash } from 'node:crypto';
import type { Batch } from '../../domain/batch/batch.ts';
import { type Links, linksTogether, mostLinks } from '../../domain/batch/links.ts';
import type { Origin } from '../../domain/batch/origin.ts';
import { FlotillaError, isFlotillaError } from '../../domain/errors.ts';
import type { Write } from '../../domain/ports.ts';
import type { HeaderRow } from '../../domain/record/rows.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { checkWholeBatch } from '../grants/seen-batch.ts';
import { startInTurn } from '../requests/in-turn.ts';
import { earlierUse, type KeyedRequest, keyWrite } from './idempotency.ts';
import { openBatch } from './open-batch.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'workflow' | 'clock' | 'ids'> & AskedBy;

/** The caller that submits a request. */
export interface Sender {
  readonly actor: string;
  readonly formerly?: string | undefined;
  readonly idempotencyKey?: string | undefined;
  /** What triggered the batch, given beside it. Links don't distinguish one request from another. */
  readonly links?: Links | undefined;
}

export interface Submitted {
  readonly header: HeaderRow;
  /** False when this repeats an answer: the same sender already used this Idempotency-Key for the same request. */
  readonly created: boolean;
}

/** A batch that is ready to be accepted. */
export interface ReadyBatch {
  readonly batch: Batch;
  /** The text that `source` returns. */
  readonly text: string;
  /** The manifests its deployments apply, by SHA-256. They are stored before the batch is accepted. */
  readonly manifests?: ReadonlyMap<string, { readonly text: string }>;
  readonly warnings: readonly string[];
  readonly origin?: Origin | undefined;
  /** Writes for the transaction that accepts the batch. */
  readonly writes?: (batchId: string) => readonly Write[];
  /** The error to throw when one of these writes fails. */
  readonly inVain?: () => FlotillaError;
}

/**
 * Accepts a batch, and builds it only if the request is new. A repeated key gets the same answer. The request body, as
 * sent, tells requests apart.
 */
export const acceptBatch = async (
  deps: Needs,
  sender: Sender & { readonly body: string },
  makeReady: () => Promise<ReadyBatch>,
): Promise<Submitted> => {
  const keyed = keyedRequest(sender);
  const earlier = keyed === undefined ? {} : await earlierUse(deps, keyed);
  if (earlier.answer !== undefined) return answerAgain(deps, earlier.answer);
  const { batch, text, manifests, warnings, origin, writes: further, inVain } = await makeReady();
  const { header, writes } = await openBatch(deps, {
    batch: withLinks(batch, sender.links),
    ...{ text, manifests },
    actor: sender.actor,
    // When somebody submits for another person, the sender's name isn't the batch's.
    ...(sender.actor === deps.rights.actor.subject ? { actorName: deps.rights.actor.name } : {}),
    warnings,
    origin,
  });
  const once = [
    ...(keyed === undefined ? [] : [keyWrite(keyed, header, earlier)]),
    ...(further?.(header.batch_id) ?? []),
  ];
  try {
    await deps.table.transact([...writes, ...once]);
  } catch (error) {
    if (!isFlotillaError(error, 'ConditionFailed')) throw error;
    const { answer } = keyed === undefined ? {} : await earlierUse(deps, keyed);
    if (answer !== undefined) return answerAgain(deps, answer);
    throw inVain?.() ?? error;
  }
  await startInTurn(deps, header);
  return { header, created: true };
};

const withLinks = (batch: Batch, given: Links | undefined): Batch => {
  if (given === undefined) return batch;
  const links = linksTogether(batch.metadata.links, given);
  if (Object.keys(links).length <= mostLinks) return { ...batch, metadata: { ...batch.metadata, links } };
  const message = `Together with the batch's own links there are more than ${mostLinks}.`;
  throw new FlotillaError('RequestInvalid', message);
};

/** Checks the rights again: what was allowed at the first submit may not be allowed now. */
const answerAgain = async (deps: Needs, header: HeaderRow): Promise<Submitted> => {
  await checkWholeBatch(deps, header, 'deploy');
  return { header, created: false };
};

const keyedRequest = ({
  actor,
  formerly,
  idempotencyKey: key,
  body,
}: Sender & { readonly body: string }): KeyedRequest | undefined =>
  key === undefined
    ? undefined
    : { actor, formerly, key, body_sha256: createHash('sha256').update(body).digest('hex') };
