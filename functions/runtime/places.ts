import { connectElsewhere } from '../../lib/adapters/lambda-elsewhere.ts';
import { copyAt, noPlace } from '../../lib/domain/catalogue/function-place.ts';
import type { Json } from '../../lib/domain/json.ts';
import type { Places } from '../api/placed-routes.ts';
import { ownFunction, ownPlace } from './environment.ts';

/** For an API function that asks clusters. One in a place asks no others. */
export const placesOfApi = (): Places => {
  const own = ownPlace();
  if (own !== noPlace) return { own };
  const elsewhere = connectElsewhere();
  return {
    own,
    ask: async (place, event) =>
      (await elsewhere.ask(copyAt(ownFunction(), place), event as unknown as Json)) as object,
  };
};
