import type { APIGatewayProxyStructuredResultV2 as ApiAnswer } from 'aws-lambda';
import { entryOf } from '../../lib/domain/catalogue/catalogue.ts';
import { isAskedFrom } from '../../lib/domain/catalogue/function-place.ts';
import { FlotillaError, isFlotillaError } from '../../lib/domain/errors.ts';
import type { Deps } from '../../lib/usecases/deps.ts';
import type { ApiEvent } from './request.ts';
import type { HandleWith } from './route.ts';
import type { Route } from './router.ts';

/**
 * Where a function of the API runs, and how it asks its copies in other places. Only the one in no place has copies.
 */
export interface Places {
  readonly own: string;
  readonly ask?: (place: string, event: ApiEvent) => Promise<ApiAnswer>;
}

/**
 * Merges a function's own answer with its copies' answers, by place, for a request that asks clusters in several
 * places.
 */
type Merge = (own: ApiAnswer, others: ReadonlyMap<string, ApiAnswer>, placeOf: PlaceOf) => ApiAnswer;
type PlaceOf = (cluster: string) => string | undefined;

type Needs = Pick<Deps, 'cluster' | 'catalogue'>;

/** Without places, on one machine, all clusters are asked from here. */
export const placedRoutes = <Needed extends Needs>(
  routes: readonly Route<HandleWith<Needed>>[],
  places: Places | undefined,
  merges: Readonly<Record<string, Merge>> = {},
): readonly Route<HandleWith<Needed>>[] =>
  places === undefined
    ? routes
    : routes.map((route) => ({ ...route, handle: placed(route.handle, places, merges[route.path]) }));

/**
 * The route, limited to clusters that are asked from here. If it asks a cluster of another place, the whole request
 * goes to the copy there, with its claims. It was already authorised here, and the copy checks again.
 */
const placed =
  <Needed extends Needs>(
    handle: HandleWith<Needed>,
    { own, ask }: Places,
    merge: Merge | undefined,
  ): HandleWith<Needed> =>
  async (deps, request) => {
    const { clusters } = await deps.catalogue();
    const placeOf: PlaceOf = (name) => entryOf(clusters, name)?.place;
    const missed = new Set<string>();
    const cluster: Deps['cluster'] = async (name) => {
      const place = placeOf(name);
      if (isAskedFrom(own, place)) return deps.cluster(name);
      if (place !== undefined) missed.add(place);
      throw new FlotillaError('ClusterUnavailable', askedElsewhere(name, place), { cluster: name, permanent: true });
    };
    const [settled] = await Promise.allSettled([handle({ ...deps, cluster }, request)]);
    const [first] = missed;
    if (ask === undefined || first === undefined) return answerIn(settled);
    const askThere = (place: string): Promise<ApiAnswer> => ask(place, forwarded(request.event));
    if (merge === undefined) return askThere(first);
    return merge(answerIn(settled), await answersOf([...missed], askThere), placeOf);
  };

const answerIn = (settled: PromiseSettledResult<ApiAnswer>): ApiAnswer => {
  if (settled.status === 'rejected') throw settled.reason;
  return settled.value;
};

const askedElsewhere = (cluster: string, place: string | undefined): string =>
  place === undefined
    ? `cluster ${cluster} is asked from outside any place`
    : `cluster ${cluster} is asked by the functions in ${place}, which do not answer`;

/** The function that answers the caller compresses the answer. */
const forwarded = (event: ApiEvent): ApiEvent => {
  const { 'accept-encoding': _, ...headers } = event.headers;
  return { ...event, headers };
};

/** The answers of those copies that gave one. */
const answersOf = async (places: readonly string[], ask: (place: string) => Promise<ApiAnswer>) => {
  const asked = places.map(async (place): Promise<readonly (readonly [string, ApiAnswer])[]> => {
    try {
      const answer = await ask(place);
      return answer.statusCode === 200 ? [[place, answer]] : [];
    } catch (error) {
      if (!isFlotillaError(error, 'PlaceUnavailable')) throw error;
      return [];
    }
  });
  return new Map((await Promise.all(asked)).flat());
};

interface Proposals {
  readonly proposals: readonly { readonly key: string; readonly cluster: string }[];
}

const proposalsIn = ({ body = '{}' }: ApiAnswer): Proposals => ({ proposals: [], ...JSON.parse(body) });

/**
 * Takes each proposal from the place that asks its cluster. If it is missing there, the one from here stays: its
 * cluster could not be asked.
 */
export const mergeProposals: Merge = (own, others, placeOf) => {
  const told = new Map([...others].map(([place, answer]) => [place, proposalsIn(answer).proposals]));
  const mine = proposalsIn(own);
  const proposals = mine.proposals.map((one) => {
    const there = told.get(placeOf(one.cluster) ?? '');
    return there?.find(({ key, cluster }) => key === one.key && cluster === one.cluster) ?? one;
  });
  return { ...own, body: JSON.stringify({ ...mine, proposals }) };
};
