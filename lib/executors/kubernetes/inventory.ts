import { ownerLabel, ownerOf } from '../../domain/manifests/marks.ts';
import { addressOf } from '../../domain/manifests/object-address.ts';
import { documentPaths } from '../../domain/record/keys.ts';
import type { Wanted, Work } from './work.ts';

/** Of which kinds, and where, a release has or had objects: there they are looked for. */
export interface Inventory {
  /** Without a namespace: of a kind that has none. */
  readonly places: readonly { readonly api_version: string; readonly kind: string; readonly namespace?: string }[];
  /** Something may stand there for the steps of a deployment. */
  readonly steps?: true;
}

const pathOf = ({ request }: Pick<Work, 'request'>): string =>
  documentPaths.inventory(ownerLabel(ownerOf(request.deployment)));

export const readInventory = async (work: Pick<Work, 'documents' | 'request'>): Promise<Inventory> => {
  const text = await work.documents.get(pathOf(work));
  return text === undefined ? { places: [] } : (JSON.parse(text) as Inventory);
};

/** Before anything of a new kind is made: what dies after that leaves nothing that nobody looks for. */
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

/** Before the first canary of an owner is made: whoever deploys there after that looks whether one was left. */
export const noteSteps = async (work: Work): Promise<void> => {
  const known = await readInventory(work);
  if (known.steps !== true) await write(work, { ...known, steps: true });
};

const write = (work: Work, inventory: Inventory): Promise<void> =>
  work.documents.put(pathOf(work), `${JSON.stringify(inventory)}\n`);
