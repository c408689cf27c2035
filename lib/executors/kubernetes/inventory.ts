import { ownerLabel, ownerOf } from '../../domain/manifests/marks.ts';
import { addressOf } from '../../domain/manifests/object-address.ts';
import { documentPaths } from '../../domain/record/keys.ts';
import type { Wanted, Work } from './work.ts';

/** The kinds and places in which a release has or had objects. They are searched there. */
export interface Inventory {
  /** Without `namespace`: a kind that has none. */
  readonly places: readonly { readonly api_version: string; readonly kind: string; readonly namespace?: string }[];
  /** Objects for a deployment's steps may exist. */
  readonly steps?: true;
}

const pathOf = ({ request }: Pick<Work, 'request'>): string =>
  documentPaths.inventory(ownerLabel(ownerOf(request.deployment)));

export const readInventory = async (work: Pick<Work, 'documents' | 'request'>): Promise<Inventory> => {
  const text = await work.documents.get(pathOf(work));
  return text === undefined ? { places: [] } : (JSON.parse(text) as Inventory);
};

/**
 * Recorded before the first object of a new kind is made. A crash after that leaves nothing that nobody searches for.
 */
export const noteInventory = async (work: Work, { objects, before, after }: Wanted): Promise<void> => {
  const { places, ...rest } = await readInventory(work);
  const known = new Map(places.map((place) => [JSON.stringify(place), place]));
  const size = known.size;
  for (const { object } of [...objects, ...before, ...after]) {
    const { api_version, kind, namespace } = addressOf(object);
    const place = { api_version, kind, ...(namespace === undefined ? {} : { namespace }) };
    known.set(JSON.stringify(place), place);
  }
  if (known.size === size) return;
  const sorted = [...known.keys()].sort().map((key) => known.get(key)!);
  await write(work, { places: sorted, ...rest });
};

/** Recorded before an owner's first canary is made. Later deployments there then check whether one was left. */
export const noteSteps = async (work: Work): Promise<void> => {
  const known = await readInventory(work);
  if (known.steps !== true) await write(work, { ...known, steps: true });
};

const write = (work: Work, inventory: Inventory): Promise<void> =>
  work.documents.put(pathOf(work), `${JSON.stringify(inventory)}\n`);
