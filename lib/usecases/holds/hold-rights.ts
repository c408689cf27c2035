import type { Catalogue } from '../../domain/catalogue/catalogue.ts';
import { FlotillaError } from '../../domain/errors.ts';
import { all, type Place } from '../../domain/grants/grant.ts';
import { describePlaces } from '../../domain/grants/reach.ts';
import type { HoldScope } from '../../domain/holds/hold.ts';
import { hasScope } from '../../domain/record/actor.ts';
import type { HeaderRow } from '../../domain/record/rows.ts';
import { lookForBatch } from '../batch/find-batch.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { checkWholeBatch, isSeen } from '../grants/seen-batch.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'catalogue'> & AskedBy;

/**
 * Refuses a caller who may not set this hold. Holding one's own batch needs the same rights as submitting it. Anything
 * else needs the grant `hold` for everything it would hold, or without grants, the scope `admin`.
 */
export const checkMayHold = async (deps: Needs, scope: HoldScope, batch: HeaderRow | undefined): Promise<void> => {
  const { actor } = deps.rights;
  if (batch !== undefined && batch.submitted_by === actor.subject) return checkWholeBatch(deps, batch, 'deploy');
  const catalogue = await deps.catalogue();
  if (catalogue.grants === undefined) {
    if (hasScope(actor, 'admin')) return;
    const message =
      'Holding more than your own batch, or lifting such a hold, needs a token with the scope flotilla/admin.';
    throw new FlotillaError('Forbidden', message);
  }
  if (batch !== undefined) return checkWholeBatch(deps, batch, 'hold');
  const refused = placesOf(scope, catalogue).filter((place) => !deps.rights.may('hold', place));
  if (refused.length === 0) return;
  throw new FlotillaError('Forbidden', `No grant lets you hold ${describePlaces(refused.map(inWords))}.`);
};

/** Every place in a scope. Where environments are open-ended, only a grant for all of them covers them. */
const placesOf = (scope: HoldScope, catalogue: Catalogue): readonly Place[] =>
  placesIn(scope, catalogue, Object.keys(catalogue.environments ?? { [all]: {} }));

const placesIn = (scope: HoldScope, { pillars }: Catalogue, environments: readonly string[]): readonly Place[] => {
  const pillar = scope.pillar ?? pillarOf(scope.service);
  const named = pillar === undefined ? Object.keys(pillars) : [pillar];
  const where = scope.environment === undefined ? environments : [scope.environment];
  return named.flatMap((one) => where.map((environment) => ({ pillar: one, environment })));
};

const pillarOf = (service: string | undefined): string | undefined =>
  service?.includes('/') ? service.split('/')[0] : undefined;

const inWords = ({ pillar, environment }: Place): Place => ({
  pillar,
  environment: environment === all ? 'all environments' : environment,
});

/**
 * Whether the caller may know of a hold: it holds something that they may see, or so much that it concerns everybody.
 */
export const seesHold = async (deps: Needs, scope: HoldScope): Promise<boolean> => {
  if (deps.rights.everywhere('read')) return true;
  if (scope.batch !== undefined) {
    const header = await lookForBatch(deps, scope.batch);
    return header !== undefined && (await isSeen(deps, header));
  }
  if (scope.environment === undefined && scope.pillar === undefined && pillarOf(scope.service) === undefined)
    return true;
  const catalogue = await deps.catalogue();
  const granted = (catalogue.grants ?? []).flatMap(({ environments }) => environments);
  const known = [...new Set([...Object.keys(catalogue.environments ?? {}), ...granted])];
  return placesIn(scope, catalogue, known).some((place) => deps.rights.may('read', place));
};
