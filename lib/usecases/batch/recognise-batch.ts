import { FlotillaError } from '../../domain/errors.ts';
import { isLatest, prefixOfBatchIds, shortestPrefix } from '../../domain/record/batch-id.ts';
import { keys } from '../../domain/record/keys.ts';
import type { HeaderRow } from '../../domain/record/rows.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { findSeenBatches, isSeen } from '../grants/seen-batch.ts';
import { isoTime } from '../iso-time.ts';
import { batchNotFound, kept, lookForBatch } from './find-batch.ts';

type Needs = Pick<Deps, 'table' | 'documents'> & AskedBy;

export interface NamedBatch {
  /** A whole id, the beginning of an id in any letter case, or `latest`. */
  readonly named: string;
  /** The caller. `latest` is the batch that they submitted last. */
  readonly actor: string;
}

/** One of several batches that a name fits. */
export interface Candidate {
  readonly batch_id: string;
  readonly name: string;
  readonly status: string;
  readonly created_at: string;
}

/** How many candidates are listed. One more is read, to know whether there are more. */
const mostCandidates = 5;

/** How many of the latest batches are searched for the caller's own when no list has them. */
const mostLookedThrough = 25;

/** Finds the header of the named batch. Throws BatchNotFound, RecordExpired, or BatchAmbiguous with the candidates. */
export const recogniseBatch = async (deps: Needs, { named, actor }: NamedBatch): Promise<HeaderRow> => {
  if (isLatest(named)) return latestOf(deps, actor);
  const header = await lookForBatch(deps, named);
  if (header === undefined) return byPrefix(deps, named);
  if (await isSeen(deps, header)) return kept(header);
  throw batchNotFound(named);
};

/** How many batches that only others may see are skipped at most. */
const mostPassedOver = 500;

/** Skips automatic rollbacks: after one, `retry latest` means the batch that was rolled back. */
const latestOf = async (deps: Needs, actor: string): Promise<HeaderRow> => {
  const query = { pk: keys.submitted(actor, '').pk, newestFirst: true };
  const only = ({ origin }: HeaderRow): boolean => origin?.automatic === undefined;
  const { headers } = await findSeenBatches(deps, { query, limit: 1, mostLookedThrough: mostPassedOver, only });
  return headers[0] ?? latestUnlisted(deps, actor);
};

/** Batches of earlier versions are in no submitter's list, but their headers always named the submitter. */
const latestUnlisted = async (deps: Needs, actor: string): Promise<HeaderRow> => {
  const query = { pk: keys.listed('').pk, newestFirst: true };
  const { headers, next } = await findSeenBatches(deps, { query, limit: mostLookedThrough, mostLookedThrough });
  const latest = headers.find(({ submitted_by, origin }) => submitted_by === actor && origin?.automatic === undefined);
  if (latest !== undefined) return latest;
  const message =
    next === undefined
      ? 'You have submitted no batch to this server yet.'
      : `You have submitted none of the latest ${mostLookedThrough} batches of this server.`;
  throw new FlotillaError('BatchNotFound', message);
};

const byPrefix = async (deps: Needs, named: string): Promise<HeaderRow> => {
  const prefix = prefixOfBatchIds(named);
  if (prefix === undefined) throw batchNotFound(named);
  if (prefix.length < shortestPrefix) {
    const message = `Give at least ${shortestPrefix} characters of the id.`;
    throw new FlotillaError('BatchNotFound', message, { batch_id: named });
  }
  const query = { pk: keys.listed('').pk, prefix, newestFirst: true };
  const limit = mostCandidates + 1;
  const { headers } = await findSeenBatches(deps, { query, limit, mostLookedThrough: mostPassedOver });
  const [only, ...others] = headers;
  if (only === undefined) throw batchNotFound(named);
  if (others.length === 0) return only;
  throw ambiguous(named, headers.length, headers.slice(0, mostCandidates));
};

const ambiguous = (named: string, count: number, headers: readonly HeaderRow[]): FlotillaError => {
  const many = count > mostCandidates ? `more than ${mostCandidates}` : count;
  const candidates = headers.map(
    ({ batch_id, name, status, created_at }): Candidate => ({
      ...{ batch_id, name, status },
      created_at: isoTime(created_at),
    }),
  );
  const message = `${named} is the beginning of ${many} batch ids. Give more characters.`;
  return new FlotillaError('BatchAmbiguous', message, { candidates });
};
