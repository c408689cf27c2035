import type { Place } from '../../domain/grants/grant.ts';
import { servicesOf } from '../../domain/holds/covers.ts';
import { askedPlaces, type BatchFilter, leadOf } from '../../domain/record/batch-filter.ts';
import { keys } from '../../domain/record/keys.ts';
import type { HeaderRow } from '../../domain/record/rows.ts';
import { placeOf } from '../../domain/schedule/sheet.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { readKeptSheet } from '../schedule/schedule-store.ts';
import { isSeen, readReach } from './seen-batch.ts';

type Needs = Pick<Deps, 'table' | 'documents'> & AskedBy;

/** Whether a batch has a deployment that the filter asks for and the caller may see. */
export const seesAsked = async (deps: Needs, filter: BatchFilter, header: HeaderRow): Promise<boolean> => {
  const { environment, pillar, service } = filter;
  if (environment === undefined && pillar === undefined && service === undefined) return isSeen(deps, header);
  const reach = await readReach(deps, header);
  const places = askedPlaces(filter, reach).filter((place) => deps.rights.may('read', place));
  if (places.length === 0 || service === undefined) return places.length > 0;
  // When the index of services led here, the service's row needn't be read.
  if (leadOf(filter)?.dimension !== 'service') {
    const row = await deps.table.get(keys.batchBy('service', service, header));
    if (row === undefined) return false;
  }
  const isAnywhere = places.length === askedPlaces({ service }, reach).length;
  return isAnywhere || isAmong(deps, header, { service, places });
};

/** Whether one of its deployments belongs to that service and to one of these places. */
const isAmong = async (
  deps: Needs,
  { batch_id }: HeaderRow,
  { service, places }: { readonly service: string; readonly places: readonly Place[] },
): Promise<boolean> => {
  const sheet = await readKeptSheet(deps, batch_id);
  return sheet.keys.some((key, index) => {
    const { environment } = placeOf(sheet, index);
    return servicesOf(key)[0] === service && places.some((place) => place.environment === environment);
  });
};
