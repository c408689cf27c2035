import type { Batch } from '../../domain/batch/batch.ts';
import { serviceKey } from '../../domain/batch/keys-called.ts';
import type { Place } from '../../domain/grants/grant.ts';
import { type Hidden, hideIn, holdersIn } from '../../domain/grants/hide.ts';
import { placesOf } from '../../domain/grants/reach.ts';
import { documentPaths } from '../../domain/record/keys.ts';
import type { HeaderRow } from '../../domain/record/rows.ts';
import { placeOf } from '../../domain/schedule/sheet.ts';
import { lookForBatch } from '../batch/find-batch.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { readDocument } from '../record/read-document.ts';
import { readKeptSheet } from '../schedule/schedule-store.ts';
import { readReach } from './seen-batch.ts';

type Needs = Pick<Deps, 'table' | 'documents'> & AskedBy;

/** What the caller may see of a batch. */
export interface Sight {
  /** True if that is everything. */
  readonly isWhole: boolean;
  /** The number of deployments. */
  readonly total: number;
  /** By index in the plan, or in the file until there is a plan. */
  sees(index: number): boolean;
  /** A value without what the caller may not see. */
  shown<Value>(value: Value): Promise<Value>;
}

export const sightOf = async (deps: Needs, header: HeaderRow): Promise<Sight> => {
  const { rights } = deps;
  if (rights.everywhere('read')) {
    return { isWhole: true, total: header.total, sees: () => true, shown: async (value) => value };
  }
  const isWhole = rights.refused('read', await readReach(deps, header)).length === 0;
  const places = isWhole ? [] : await readPlaces(deps, header);
  const seen = places.map(({ place }) => rights.may('read', place));
  const hiddenKeys = new Set(places.filter((_, index) => !seen[index]).map(({ key }) => serviceKey(key)));
  return {
    isWhole,
    total: isWhole ? header.total : seen.filter(Boolean).length,
    sees: (index) => isWhole || seen[index] === true,
    shown: async (value) => hideIn(value, await hiddenFrom(deps, { value, batchId: header.batch_id, hiddenKeys })),
  };
};

interface KeyedPlace {
  readonly key: string;
  readonly place: Place;
}

const readPlaces = async (deps: Needs, { batch_id, plan_hash }: HeaderRow): Promise<readonly KeyedPlace[]> => {
  if (plan_hash !== undefined) {
    const sheet = await readKeptSheet(deps, batch_id);
    return sheet.keys.map((key, index) => ({ key, place: placeOf(sheet, index) }));
  }
  const { deployments } = await readDocument<Batch>(deps.documents, documentPaths.batch(batch_id));
  return deployments.map(({ key, pillar, environment_id }) => ({
    key,
    place: { pillar, environment: environment_id },
  }));
};

interface Shown {
  readonly value: unknown;
  readonly batchId?: string;
  /** `pillar/service_name`: one service of a batch belongs to one pillar and environment, on every infrastructure. */
  readonly hiddenKeys: ReadonlySet<string>;
}

/**
 * Messages name the holder of a lock in words, too. For another batch only the pillar of the key is known. So its
 * holder is shown if the caller may see that pillar in every environment that the batch uses it in.
 */
const hiddenFrom = async (deps: Needs, { value, batchId, hiddenKeys }: Shown): Promise<Hidden> => {
  const named = locksIn(value);
  const hidden = new Set<string>();
  for (const one of named) if (one.batchId !== batchId && !(await seesHolder(deps, one))) hidden.add(nameOf(one));
  return {
    isKey: (key) => hiddenKeys.has(serviceKey(key)),
    isHolder: (holder, key) =>
      holder === batchId
        ? key !== undefined && hiddenKeys.has(serviceKey(key))
        : hidden.has(nameOf({ batchId: holder, key })),
  };
};

interface Holder {
  readonly batchId: string;
  readonly key: string | undefined;
}

const nameOf = ({ batchId, key }: Holder): string => `${batchId} ${key}`;

/** Each holder once. */
const locksIn = (value: unknown): Iterable<Holder> => {
  const found = new Map<string, Holder>();
  JSON.stringify(value, (_, one: unknown) => {
    for (const holder of holdersOf(one)) found.set(nameOf(holder), holder);
    return one;
  });
  return found.values();
};

const holdersOf = (value: unknown): readonly Holder[] => {
  if (typeof value === 'string') return holdersIn(value);
  if (typeof value !== 'object' || value === null || !('kind' in value) || value.kind !== 'lock') return [];
  const { batch_id, key } = value as { readonly batch_id?: unknown; readonly key?: unknown };
  return typeof batch_id === 'string' ? [{ batchId: batch_id, key: typeof key === 'string' ? key : undefined }] : [];
};

const seesHolder = async (deps: Needs, { batchId, key }: Holder): Promise<boolean> => {
  const header = await lookForBatch(deps, batchId);
  if (header === undefined) return false;
  const reach = await readReach(deps, header);
  const pillar = key?.split('/')[0];
  const places = placesOf(reach).filter((place) => pillar === undefined || place.pillar === pillar);
  return places.length > 0 && places.every((place) => deps.rights.may('read', place));
};

/** The same for a value that belongs to no batch, such as a plan. */
export const shownTo = async <Value>(deps: Needs, value: Value): Promise<Value> =>
  deps.rights.everywhere('read') ? value : hideIn(value, await hiddenFrom(deps, { value, hiddenKeys: new Set() }));
