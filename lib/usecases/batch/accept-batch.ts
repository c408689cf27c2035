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

/** Who sends something that becomes a batch. */
export interface Sender {
  readonly actor: string;
  readonly formerly?: string | undefined;
  readonly idempotencyKey?: string | undefined;
  /** What set it off, said beside the batch itself. By these no two requests differ. */
  readonly links?: Links | undefined;
}

export interface Submitted {
  readonly header: HeaderRow;
  /** False when this answers a request that the same sender has made before with the same Idempotency-Key. */
  readonly created: boolean;
}

/** A batch that may be taken in. */
export interface ReadyBatch {
  readonly batch: Batch;
  /** What `source` gives. */
  readonly text: string;
  /** What its deployments apply, by SHA-256: stored before it is taken in. */
  readonly manifests?: ReadonlyMap<string, { readonly text: string }>;
  readonly warnings: readonly string[];
  readonly origin?: Origin | undefined;
  /** What is written together with it. */
  readonly writes?: (batchId: string) => readonly Write[];
  /** What it means when one of these fails. */
  readonly inVain?: () => FlotillaError;
}

/**
 * Takes a batch in that is made ready only where the request is new; with the same key the same is answered again. The body is what
 * was sent: by it requests are told apart.
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
    // Of a request in the name of somebody else the name of whoever sends it is not that of the batch.
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
  const message = `With those of the batch itself there are more than ${mostLinks} links.`;
  throw new FlotillaError('RequestInvalid', message);
};

/** What was allowed when it was first sent may not be any more. */
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
