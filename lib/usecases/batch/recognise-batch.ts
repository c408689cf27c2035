import { FlotillaError } from '../../domain/errors.ts';
import { isLatest, prefixOfBatchIds, shortestPrefix } from '../../domain/record/batch-id.ts';
import { keys } from '../../domain/record/keys.ts';
import type { HeaderRow } from '../../domain/record/rows.ts';
import type { Deps } from '../deps.ts';
import { isoTime } from '../iso-time.ts';
import { batchNotFound, findBatch, lookForBatch } from './find-batch.ts';

type Needs = Pick<Deps, 'table'>;

export interface NamedBatch {
  /** A whole id, the beginning of one in any letter case, or `latest`. */
  readonly named: string;
  /** Who asks: `latest` is the latest batch that they have submitted. */
  readonly actor: string;
}

/** A batch that a name fits which fits others, too. */
export interface Candidate {
  readonly batch_id: string;
  readonly name: string;
  readonly status: string;
  readonly created_at: string;
}

/** So many are told of; one more is read, to know that there are more. */
const mostCandidates = 5;

/** So many of the latest are looked through for one of who asks, where no list has theirs. */
const mostLookedThrough = 25;

/** The header of the batch that is meant; throws BatchNotFound, or BatchAmbiguous with those that it may be. */
export const recogniseBatch = async (deps: Needs, { named, actor }: NamedBatch): Promise<HeaderRow> => {
  if (isLatest(named)) return latestOf(deps, actor);
  return (await lookForBatch(deps, named)) ?? byPrefix(deps, named);
};

const latestOf = async (deps: Needs, actor: string): Promise<HeaderRow> => {
  const { pk } = keys.submitted(actor, '');
  const { items } = await deps.table.query({ pk, limit: 1, newestFirst: true });
  const latest = items[0];
  return latest === undefined ? latestUnlisted(deps, actor) : findBatch(deps, latest.sk);
};

/** Batches of earlier versions are in no list of one who submits; their headers have said by whom they are from the first. */
const latestUnlisted = async (deps: Needs, actor: string): Promise<HeaderRow> => {
  const { items, next } = await deps.table.query({
    pk: keys.listed('').pk,
    limit: mostLookedThrough,
    newestFirst: true,
  });
  const headers = await Promise.all(items.map(({ sk }) => findBatch(deps, sk)));
  const latest = headers.find(({ submitted_by }) => submitted_by === actor);
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
  const limit = mostCandidates + 1;
  const { items } = await deps.table.query({ pk: keys.listed('').pk, prefix, limit, newestFirst: true });
  const [only, ...others] = items;
  if (only === undefined) throw batchNotFound(named);
  if (others.length === 0) return findBatch(deps, only.sk);
  const headers = await Promise.all(items.slice(0, mostCandidates).map(({ sk }) => findBatch(deps, sk)));
  throw ambiguous(named, items.length, headers);
};

const ambiguous = (named: string, count: number, headers: readonly HeaderRow[]): FlotillaError => {
  const many = count > mostCandidates ? `more than ${mostCandidates}` : count;
  const candidates = headers.map(
    ({ batch_id, name, status, created_at }): Candidate => ({
      ...{ batch_id, name, status },
      created_at: isoTime(created_at),
    }),
  );
  const message = `${named} is how the ids of ${many} batches begin; say more of the one that you mean.`;
  return new FlotillaError('BatchAmbiguous', message, { candidates });
};
